//! The views of the model's inside: what each is called and drawn by.

use leptos::prelude::*;

use crate::ui::{
    inspect::{
        answers::Answers, convergence::Convergence, experiments::Experiments, mixing::MixingView, overview::Overview,
        states::States, trajectory::Trajectory,
    },
    url::view::View,
};

/// A view's title, and what draws it.
type Line = (View, &'static str, fn() -> AnyView);

/// Every view.
const VIEWS: [Line; 7] = [
    (View::Overview, "Overview", || view! { <Overview/> }.into_any()),
    (View::Convergence, "Convergence", || view! { <Convergence/> }.into_any()),
    (View::States, "States", || view! { <States/> }.into_any()),
    (View::Trajectory, "Trajectory", || view! { <Trajectory/> }.into_any()),
    (View::Answers, "Answers", || view! { <Answers/> }.into_any()),
    (View::Attention, "Attention", || view! { <MixingView/> }.into_any()),
    (View::Experiments, "Experiments", || view! { <Experiments/> }.into_any()),
];

/// Its name on the page.
pub fn title(of: View) -> &'static str {
    VIEWS.iter().find(|(view, ..)| *view == of).map_or("", |(_, title, _)| title)
}

/// The view, made anew.
pub fn content(of: View) -> AnyView {
    VIEWS.iter().find(|(view, ..)| *view == of).map_or_else(|| ().into_any(), |(.., draw)| draw())
}
