//! Where the links of the explanation lead.

use crate::ui::{
    state::Page,
    url::{address::Address, place::Place, view::View},
};

/// The address of a view, with the puzzle and the model that are there.
pub fn address_of(page: Page, view: View) -> String {
    Address { place: Place::Solve, view, ..page.address() }.to_string()
}
