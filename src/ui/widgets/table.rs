//! The figures of a chart as text: for screen readers, and for copying.

use leptos::prelude::*;

use crate::ui::widgets::details::Fold;

/// A table that is made only while it is open. `rows` has a text for every column of `head`, whose last is the figure.
#[component]
pub fn Table<const N: usize>(
    head: [&'static str; N],
    rows: impl Fn() -> Vec<Vec<String>> + Copy + Send + Sync + 'static,
) -> impl IntoView {
    view! { <Fold summary="Table"><Figures label=head[N - 1] head rows/></Fold> }
}

/// The same, open; `label` says what it is about.
#[component]
pub fn Figures<const N: usize>(
    label: &'static str,
    head: [&'static str; N],
    rows: impl Fn() -> Vec<Vec<String>> + Copy + Send + Sync + 'static,
) -> impl IntoView {
    let cells = |row: Vec<String>| row.into_iter().map(|cell| view! { <td>{cell}</td> }).collect_view();
    let body = move || rows().into_iter().map(|row| view! { <tr>{cells(row)}</tr> }).collect_view();
    view! {
        <div class="table" tabindex="0" role="region" aria-label=format!("Figures: {label}")>
            <table>
                <thead><tr>{head.map(|name| view! { <th scope="col">{name}</th> })}</tr></thead>
                <tbody>{body}</tbody>
            </table>
        </div>
    }
}
