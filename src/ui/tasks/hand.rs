//! What pointer and keyboard do to the grids on the desk, cell by cell.

use hrm_core::puzzle::{
    Place,
    arc::{
        Grid,
        edit::{self, Region},
    },
};

use crate::ui::tasks::{
    desk::{Desk, Float},
    slot::Slot,
    tool::{Act, Tool},
};

impl Desk {
    /// Begins, on a cell, what the tool does.
    pub fn press(&mut self, slot: Slot, place: Place) {
        self.go(slot, place);
        if self.slot != slot {
            return;
        }
        self.held = Some(false);
        if self.float.is_some() {
            return self.float_to(place);
        }
        match self.tool {
            Tool::Select => match self.chosen.filter(|region| region.contains(place) && self.may_draw(slot)) {
                Some(_) => self.lift(),
                None => {
                    self.anchor = Some(place);
                    self.chosen = Some(Region::between(place, place));
                }
            },
            Tool::Line | Tool::Rectangle | Tool::Outline if self.may_draw(slot) => self.anchor = Some(place),
            Tool::Line | Tool::Rectangle | Tool::Outline => {}
            Tool::Pencil | Tool::Fill | Tool::Recolour => self.dot(),
        }
    }

    /// Draws at the cursor what takes one cell to say.
    fn dot(&mut self) {
        let (Some(grid), at, colour) = (self.grid(self.slot), self.cursor, self.colour) else { return };
        let edited = match self.tool {
            Tool::Fill => edit::flood_filled(grid, at, colour),
            Tool::Recolour => edit::recoloured(grid, grid.get(at).unwrap_or(colour), colour),
            _ => edit::dotted(grid, at, colour),
        };
        let (changes, goes_on) = (*grid != edited, self.held == Some(true));
        self.put_as(self.slot, edited, goes_on);
        if changes && self.held.is_some() && self.may_draw(self.slot) {
            self.held = Some(true);
        }
    }

    /// Goes on, to a cell, with what was begun.
    pub fn drag(&mut self, place: Place) {
        if self.held.is_none() || place == self.cursor && self.float.is_none() {
            return;
        }
        if let Some(lifted) = self.float.as_ref().map(|float| float.lifted.is_some()) {
            return if lifted { self.float_by(self.cursor, place) } else { self.float_to(place) };
        }
        let from = std::mem::replace(&mut self.cursor, place);
        self.settle();
        match self.tool {
            // A quick pointer is heard of in leaps: the cells between are drawn as well.
            Tool::Pencil => {
                for at in edit::line_cells(from, place) {
                    self.cursor = at;
                    self.dot();
                }
            }
            Tool::Select => self.chosen = self.anchor.map(|anchor| Region::between(anchor, self.cursor)),
            _ => {}
        }
    }

    /// Ends what was begun.
    pub fn release(&mut self) {
        if self.held.take().is_none() {
            return;
        }
        if self.float.is_some() {
            self.put_down();
        } else {
            self.end_shape();
        }
    }

    /// Ends it without a trace, as far as nothing was drawn yet.
    pub fn escape(&mut self) {
        let selects = self.chosen.is_some() && self.float.is_none();
        (self.anchor, self.float, self.held) = (None, None, None);
        if selects {
            self.chosen = None;
        }
    }

    /// Takes back what was begun, also what was drawn of it: a second finger came, to enlarge the page.
    pub fn cancel(&mut self) {
        let drew = self.held == Some(true);
        self.escape();
        if drew {
            self.act(Act::Undo);
        }
    }

    /// Draws the line or rectangle under way; a selection stays.
    fn end_shape(&mut self) {
        let shape = self.grid(self.slot).and_then(|grid| self.with_shape(grid));
        self.anchor = None;
        if let Some(grid) = shape {
            self.put(grid);
        }
    }

    /// Does, at the cursor, what the tool does: Enter.
    pub fn strike(&mut self) {
        if self.float.is_some() {
            return self.put_down();
        }
        match self.tool {
            Tool::Pencil | Tool::Fill | Tool::Recolour => self.dot(),
            _ if self.anchor.is_some() => self.end_shape(),
            Tool::Select => {
                self.anchor = Some(self.cursor);
                self.chosen = Some(Region::between(self.cursor, self.cursor));
            }
            _ if self.may_draw(self.slot) => self.anchor = Some(self.cursor),
            _ => {}
        }
    }

    /// Moves the cursor, or what floats, by so many cells; `draws` (Shift): the pencil draws, a selection grows.
    pub fn step(&mut self, rows: isize, columns: isize, draws: bool) {
        let Some(grid) = self.grid(self.slot) else { return };
        let last = Region::whole(grid).to();
        let along = |at: usize, by: isize, last: usize| at.saturating_add_signed(by).min(last);
        let from = self.cursor;
        let to = Place { row: along(from.row, rows, last.row), column: along(from.column, columns, last.column) };
        if self.float.is_some() {
            return self.float_on(rows, columns);
        }
        self.cursor = to;
        match self.tool {
            Tool::Pencil if draws => self.dot(),
            Tool::Select if draws || self.anchor.is_some() => {
                // Without Enter before, it begins where the cursor was.
                let anchor = self.anchor.or_else(|| self.far_corner(from)).unwrap_or(from);
                self.chosen = Some(Region::between(anchor, to));
            }
            _ => {}
        }
    }

    /// The corner of the selection that lies across from a corner.
    fn far_corner(&self, corner: Place) -> Option<Place> {
        let region = self.chosen?;
        let (from, to) = (region.from, region.to());
        let across = |at, from, to| (at == from || at == to).then_some(if at == from { to } else { from });
        Some(Place {
            row: across(corner.row, from.row, to.row)?,
            column: across(corner.column, from.column, to.column)?,
        })
    }

    /// Lets what floats hover at a cell, wherever that is: the pointer passes over it.
    pub fn hover(&mut self, slot: Slot, place: Place) {
        let is_free = self.float.as_ref().is_some_and(|float| float.lifted.is_none());
        if is_free && self.held.is_none() && self.may_draw(slot) {
            self.go(slot, place);
            self.float_to(place);
        }
    }

    fn float_to(&mut self, place: Place) {
        if let Some(float) = &mut self.float {
            (float.row, float.column) = (place.row as isize, place.column as isize);
        }
        self.cursor = place;
        self.settle();
    }

    fn float_by(&mut self, from: Place, to: Place) {
        let between = |from: usize, to: usize| to as isize - from as isize;
        self.float_on(between(from.row, to.row), between(from.column, to.column));
        self.cursor = to;
        self.settle();
    }

    /// Moves what floats, as long as a cell of it stays over the grid.
    fn float_on(&mut self, rows: isize, columns: isize) {
        let Some(size) = self.grid(self.slot).map(Grid::size) else { return };
        let Some(float) = &mut self.float else { return };
        let within = |at: isize, by: isize, own: usize, of: usize| (at + by).clamp(1 - own as isize, of as isize - 1);
        float.row = within(float.row, rows, float.cells.rows(), size.rows());
        float.column = within(float.column, columns, float.cells.columns(), size.columns());
        self.cursor = Place { row: float.row.max(0) as usize, column: float.column.max(0) as usize };
    }

    fn put_down(&mut self) {
        let grid = self.grid(self.slot).and_then(|grid| self.with_float(grid));
        let (Some(grid), Some(float)) = (grid, self.float.take()) else { return };
        self.put(grid);
        // What was put down is chosen, to be moved on.
        let corner = |at: isize, own: usize| ((at.max(0)) as usize, (at + own as isize - 1).max(0) as usize);
        let (rows, columns) = (corner(float.row, float.cells.rows()), corner(float.column, float.cells.columns()));
        let at = |row, column| Place { row, column };
        self.chosen = Some(Region::between(at(rows.0, columns.0), at(rows.1, columns.1)));
        self.settle();
    }

    pub(super) fn lift(&mut self) {
        let chosen = self.chosen.or_else(|| self.grid(self.slot).map(Region::whole));
        let cells = chosen.and_then(|region| edit::copied(self.grid(self.slot)?, region));
        if let (Some(region), Some(cells), true) = (chosen, cells, self.may_draw(self.slot)) {
            let (row, column) = (region.from.row as isize, region.from.column as isize);
            self.float = Some(Float { cells, row, column, lifted: Some((self.slot, region)) });
        }
    }
}
