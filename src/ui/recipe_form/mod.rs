//! The form of a recipe: its fields as text, and what is wrong with them.

pub mod draft;
pub mod fields;
