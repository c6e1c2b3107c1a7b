//! What lies on the desk: the task as it is drawn, a person's answers to it, and what the hand is about to do.

use hrm_core::puzzle::{
    Place, Size,
    arc::{
        Grid, Pair, Side, Task,
        edit::{self, Drawn, Region},
    },
};

use crate::ui::{
    board::history::History,
    tasks::{
        attempt::Attempt,
        slot::{Slot, pairs_of},
        tool::{Act, Tool},
    },
};

/// Sides of the grids of a new pair.
const NEW: Size = Size::square(3);
/// The colour of what is left behind.
const BLACK: u8 = 0;

/// Cells that float over a grid until they are put down.
#[derive(Clone, Debug, PartialEq)]
pub struct Float {
    /// The cells.
    cells: Grid,
    /// Where the first one is; outside where negative.
    row: isize,
    column: isize,
    /// Where they were lifted from: they stay over that grid.
    lifted: Option<(Slot, Region)>,
}

/// The desk.
#[derive(Clone, Debug, PartialEq)]
pub struct Desk {
    drawn: History<Task>,
    attempt: Option<Attempt>,
    slot: Slot,
    cursor: Place,
    /// The other corner of a line, rectangle or selection under way.
    anchor: Option<Place>,
    chosen: Option<Region>,
    float: Option<Float>,
    clip: Option<Grid>,
    /// What pressing does.
    pub tool: Tool,
    /// What it draws with.
    pub colour: u8,
    /// Whether the pointer is held down, and whether that has changed something.
    held: Option<bool>,
    /// Now, in milliseconds since the page was opened.
    pub now: f64,
}

impl Desk {
    /// A task without a past.
    pub fn new(task: Task) -> Self {
        let mut desk = Self {
            drawn: History::new(task),
            attempt: None,
            slot: Slot::input(Side::Train, 0),
            cursor: Place { row: 0, column: 0 },
            anchor: None,
            chosen: None,
            float: None,
            clip: None,
            tool: Tool::default(),
            colour: 1,
            held: None,
            now: 0.0,
        };
        desk.settle();
        desk
    }

    /// The task, as it is drawn.
    pub fn task(&self) -> &Task {
        self.drawn.present()
    }

    /// The answers under way.
    pub fn attempt(&self) -> Option<&Attempt> {
        self.attempt.as_ref()
    }

    /// The present grid's slot.
    pub fn slot(&self) -> Slot {
        self.slot
    }

    /// The present cell.
    pub fn cursor(&self) -> Place {
        self.cursor
    }

    /// The chosen part of the present grid.
    pub fn chosen(&self) -> Option<Region> {
        self.chosen
    }

    /// Whether cells float over a grid.
    pub fn floats(&self) -> bool {
        self.float.is_some()
    }

    /// Whether the pointer is held down.
    pub fn is_held(&self) -> bool {
        self.held.is_some()
    }

    /// A grid as it stands: of the task, or the answer in its place.
    pub fn grid(&self, slot: Slot) -> Option<&Grid> {
        match &self.attempt {
            Some(attempt) if slot.is_asked() => attempt.answer(slot.pair),
            _ => slot.of(self.task()),
        }
    }

    /// A grid as it is shown: with what is about to be drawn.
    pub fn shown(&self, slot: Slot) -> Option<Grid> {
        let grid = self.grid(slot)?;
        if slot != self.slot {
            return Some(grid.clone());
        }
        Some(self.with_float(grid).or_else(|| self.with_shape(grid)).unwrap_or_else(|| grid.clone()))
    }

    fn with_float(&self, grid: &Grid) -> Option<Grid> {
        let Float { cells, row, column, lifted } = self.float.as_ref()?;
        let under = lifted.map(|(_, region)| edit::rectangle(grid, region, Drawn::Filled, BLACK));
        Some(edit::pasted(under.as_ref().unwrap_or(grid), cells, *row, *column))
    }

    fn with_shape(&self, grid: &Grid) -> Option<Grid> {
        let anchor = self.anchor?;
        let region = Region::between(anchor, self.cursor);
        match self.tool {
            Tool::Line => Some(edit::line(grid, anchor, self.cursor, self.colour)),
            Tool::Rectangle => Some(edit::rectangle(grid, region, Drawn::Filled, self.colour)),
            Tool::Outline => Some(edit::rectangle(grid, region, Drawn::Outline, self.colour)),
            _ => None,
        }
    }

    /// Whether a grid may be changed: in an attempt only the answers.
    pub fn may_draw(&self, slot: Slot) -> bool {
        self.grid(slot).is_some() && (self.attempt.is_none() || slot.is_asked())
    }

    fn change_task(&mut self, change: impl FnOnce(&mut Task)) {
        let mut task = self.task().clone();
        change(&mut task);
        self.drawn.push(task);
        self.settle();
    }

    /// Makes another grid of one, as a change of its own or as a part of the last one.
    fn put_as(&mut self, slot: Slot, grid: Grid, goes_on: bool) {
        if !self.may_draw(slot) || self.grid(slot) == Some(&grid) {
            return;
        }
        if let Some(attempt) = self.attempt.as_mut() {
            attempt.put(slot.pair, grid, goes_on, self.now);
        } else {
            let mut task = self.task().clone();
            slot.put(&mut task, Some(grid));
            if goes_on {
                self.drawn.amend(task);
            } else {
                self.drawn.push(task);
            }
        }
    }

    fn put(&mut self, grid: Grid) {
        self.put_as(self.slot, grid, false);
        self.settle();
    }

    /// Brings slot, cursor and selection back to what is there.
    fn settle(&mut self) {
        if self.grid(self.slot).is_none() {
            let sides = [self.slot.side, Side::Train, Side::Test];
            let there = sides.into_iter().map(|side| Slot::input(side, 0)).find(|slot| self.grid(*slot).is_some());
            self.slot = there.unwrap_or(self.slot);
            self.drop_plans();
        }
        let Some(grid) = self.grid(self.slot) else { return };
        let (last, region) = (Region::whole(grid).to(), self.chosen.and_then(|region| region.within(grid)));
        self.cursor = Place { row: self.cursor.row.min(last.row), column: self.cursor.column.min(last.column) };
        self.chosen = region;
    }

    fn drop_plans(&mut self) {
        (self.anchor, self.chosen, self.float, self.held) = (None, None, None, None);
    }

    /// Makes a cell the present one.
    pub fn go(&mut self, slot: Slot, place: Place) {
        if self.grid(slot).is_none() {
            return;
        }
        if slot != self.slot {
            let float = self.float.take().filter(|float| float.lifted.is_none());
            self.drop_plans();
            self.float = float;
            self.slot = slot;
        }
        self.cursor = place;
        self.settle();
    }

    /// Makes another grid the present one, with the cursor where it was.
    pub fn turn_to(&mut self, slot: Slot) {
        if slot != self.slot {
            self.go(slot, self.cursor);
        }
    }

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

    fn lift(&mut self) {
        let chosen = self.chosen.or_else(|| self.grid(self.slot).map(Region::whole));
        let cells = chosen.and_then(|region| edit::copied(self.grid(self.slot)?, region));
        if let (Some(region), Some(cells), true) = (chosen, cells, self.may_draw(self.slot)) {
            let (row, column) = (region.from.row as isize, region.from.column as isize);
            self.float = Some(Float { cells, row, column, lifted: Some((self.slot, region)) });
        }
    }

    /// What was copied.
    pub fn clip(&self) -> Option<&Grid> {
        self.clip.as_ref()
    }

    /// Takes over what was copied before.
    pub fn keep_clip(&mut self, clip: Option<Grid>) {
        self.clip = clip;
    }

    /// Lets cells float over the present grid, which are kept for pasting again.
    pub fn paste(&mut self, cells: Grid) {
        self.clip = Some(cells.clone());
        if self.may_draw(self.slot) {
            let at = self.chosen.map_or(self.cursor, |region| region.from);
            self.escape();
            self.float = Some(Float { cells, row: at.row as isize, column: at.column as isize, lifted: None });
        }
    }

    /// Whether an act would do something.
    pub fn can(&self, act: Act) -> bool {
        let draws = self.may_draw(self.slot);
        match act {
            Act::Undo | Act::Redo => {
                let redo = act == Act::Redo;
                let of_task = if redo { self.drawn.can_redo() } else { self.drawn.can_undo() };
                self.attempt.as_ref().map_or(of_task, |attempt| attempt.can(redo))
            }
            Act::Copy => self.grid(self.slot).is_some(),
            Act::Paste => draws && self.clip.is_some(),
            Act::Crop => draws && self.chosen.is_some(),
            Act::CopyInput => draws && self.slot.is_output,
            _ => draws,
        }
    }

    /// Does it.
    pub fn act(&mut self, act: Act) {
        if !self.can(act) {
            return;
        }
        match act {
            Act::Undo | Act::Redo => self.undo_or_redo(act == Act::Redo),
            Act::Copy => self.clip = self.picked(),
            Act::Paste => self.clip.clone().into_iter().for_each(|cells| self.paste(cells)),
            Act::Move => self.lift(),
            Act::Clear => {
                let region = self.chosen.or_else(|| self.grid(self.slot).map(Region::whole));
                let (Some(grid), Some(region)) = (self.grid(self.slot), region) else { return };
                let grid = edit::rectangle(grid, region, Drawn::Filled, BLACK);
                self.float = None;
                self.put(grid);
            }
            Act::Rotate => self.turn(edit::rotated_right),
            Act::FlipAcross => self.turn(edit::flipped_left_right),
            Act::FlipDown => self.turn(edit::flipped_up_down),
            Act::Transpose => self.turn(edit::transposed),
            Act::Crop => {
                let cropped = self.chosen.and_then(|region| edit::copied(self.grid(self.slot)?, region));
                self.chosen = None;
                cropped.into_iter().for_each(|grid| self.put(grid));
            }
            Act::CopyInput => {
                let input = self.grid(Slot { is_output: false, ..self.slot }).cloned();
                input.into_iter().for_each(|grid| self.put(grid));
            }
        }
    }

    /// What copying takes: what floats, else what is chosen, else the whole grid.
    fn picked(&self) -> Option<Grid> {
        if let Some(float) = &self.float {
            return Some(float.cells.clone());
        }
        let grid = self.grid(self.slot)?;
        edit::copied(grid, self.chosen.unwrap_or_else(|| Region::whole(grid)))
    }

    /// Turns what floats, else what is chosen, else the whole grid.
    fn turn(&mut self, map: fn(&Grid) -> Grid) {
        if let Some(float) = &mut self.float {
            float.cells = map(&float.cells);
            return;
        }
        let Some(grid) = self.grid(self.slot) else { return };
        let Some(region) = self.chosen else {
            let turned = map(grid);
            return self.put(turned);
        };
        let Some(cells) = edit::copied(grid, region).map(|cells| map(&cells)) else { return };
        let under = edit::rectangle(grid, region, Drawn::Filled, BLACK);
        let turned = edit::pasted(&under, &cells, region.from.row as isize, region.from.column as isize);
        self.chosen = Some(Region { from: region.from, size: cells.size() });
        self.put(turned);
    }

    fn undo_or_redo(&mut self, redo: bool) {
        self.drop_plans();
        match self.attempt.as_mut() {
            Some(attempt) => attempt.step(redo, self.now),
            None => _ = if redo { self.drawn.redo() } else { self.drawn.undo() },
        }
        self.settle();
    }

    /// Gives a grid another size; what fits is kept.
    pub fn resize(&mut self, slot: Slot, size: Size) {
        if let Some(grid) = self.grid(slot).map(|grid| edit::resized(grid, size, BLACK)) {
            self.put_as(slot, grid, false);
            self.settle();
        }
    }

    /// Adds a pair, whose output may be known or not.
    pub fn add(&mut self, side: Side) {
        if self.task().pairs(side).len() < Task::MOST_PAIRS && self.attempt.is_none() {
            let pair = Pair::new(Grid::black(NEW), Some(Grid::black(NEW)));
            self.change_task(|task| pairs_of(task, side).push(pair));
            self.go(Slot::input(side, self.task().pairs(side).len() - 1), Place { row: 0, column: 0 });
        }
    }

    /// Removes a pair; the last of a side stays.
    pub fn remove(&mut self, side: Side, pair: usize) {
        if pair < self.task().pairs(side).len() && self.task().pairs(side).len() > 1 && self.attempt.is_none() {
            self.drop_plans();
            self.change_task(|task| _ = pairs_of(task, side).remove(pair));
        }
    }

    /// Exchanges a pair with the one before it.
    pub fn raise(&mut self, side: Side, pair: usize) {
        if (1..self.task().pairs(side).len()).contains(&pair) && self.attempt.is_none() {
            self.drop_plans();
            self.change_task(|task| pairs_of(task, side).swap(pair - 1, pair));
        }
    }

    /// Gives a test an empty output, or takes the one that it has away.
    pub fn toggle_output(&mut self, slot: Slot) {
        if self.attempt.is_some() {
            return;
        }
        let output = match self.grid(slot) {
            Some(_) => None,
            None => self.grid(Slot { is_output: false, ..slot }).map(|input| Grid::black(input.size())),
        };
        self.change_task(|task| slot.put(task, output));
    }

    /// Changes what is said of the task.
    pub fn rename(&mut self, name: &str) {
        self.change_task(|task| {
            task.extra.retain(|extra| extra.name != "name");
            task.id = name.to_owned();
        });
    }

    /// Begins an attempt with empty answers, or ends it.
    pub fn try_it(&mut self, begins: bool) {
        self.drop_plans();
        self.attempt = begins.then(|| Attempt::new(self.task(), self.now));
        if begins {
            self.slot = Slot::output(Side::Test, 0);
            self.cursor = Place { row: 0, column: 0 };
        }
        self.settle();
    }

    /// Submits the answer to a test.
    pub fn submit(&mut self, test: usize) {
        let (task, now) = (self.task().clone(), self.now);
        if let Some(attempt) = self.attempt.as_mut() {
            attempt.submit(&task, test, now);
        }
    }

    /// Shows the solution of a test, or hides it.
    pub fn reveal(&mut self, test: usize) {
        if let Some(attempt) = self.attempt.as_mut() {
            attempt.reveal(test, self.now);
        }
    }
}

#[cfg(test)]
mod tests;
