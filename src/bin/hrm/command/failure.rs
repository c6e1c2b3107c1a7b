//! What is said of an error at the terminal.

/// Any error, as one line for the person at the terminal.
pub type Failure = Box<dyn std::error::Error>;

/// Puts the place in front of an error.
pub fn at(place: impl std::fmt::Display) -> impl Fn(&dyn std::error::Error) -> String {
    move |error| format!("{place}: {error}")
}
