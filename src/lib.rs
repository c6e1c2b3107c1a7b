//! The page: a Leptos app that draws, and talks to a worker that computes (`hrm-worker`). The model, its training and its
//! puzzles are in `hrm-core`.

pub mod ui;
