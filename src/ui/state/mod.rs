//! The page's state: what is drawn, what computes, what ran, what is shown of it. Each part is a context of its own, listed in
//! `page.rs`; a component asks for the parts that it uses (`Player::here()`).

mod analyst;
mod asked;
mod attempt;
mod brought;
mod checkpoint;
mod dimension;
mod drawing;
mod experiment;
mod laid_over;
mod latest;
mod link;
mod machine;
mod mixing;
mod opened_view;
mod opening;
mod page;
mod player;
mod question;
mod route;
mod run;
mod self_test;
mod solver;
mod theme;
mod thinking_wider;
mod training;
mod visit;
mod wider;

pub(super) use analyst::Analyst;
pub(super) use attempt::Attempt;
pub(super) use brought::Files;
pub(super) use checkpoint::{Brought, Unsettled};
pub(super) use dimension::{DIMENSION_PUZZLES, Measured};
pub(super) use drawing::Drawing;
pub(super) use experiment::Experiment;
pub(super) use laid_over::LaidOver;
pub(super) use link::Links;
pub(super) use machine::{Checkpoint, Machine, Status, kinds_of};
pub(super) use mixing::Mixed;
pub(super) use opened_view::Opened;
pub(super) use page::Page;
pub(super) use player::{Player, SPEEDS, Stride};
pub(super) use question::{Question, Wish};
pub(super) use route::Route;
pub(super) use run::{Phase, Run};
pub(super) use self_test::Tested;
pub(super) use solver::{STRETCHES, Solver};
pub(super) use theme::Theme;
pub(super) use training::{
    Boards, Current, NextRun, Notice, Origin, Phase as TrainingPhase, Progress, Runs, Table, Training, Use, Way,
};
pub(super) use visit::Visit;
pub(super) use wider::{End, Verdict, Widening, Wider, can_branch};
