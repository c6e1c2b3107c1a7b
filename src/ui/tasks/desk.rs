//! What lies on the desk: the task as it is drawn, a person's answers to it, and what is about to be done.

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
    pub(super) cells: Grid,
    /// Where the first one is; outside where negative.
    pub(super) row: isize,
    pub(super) column: isize,
    /// Where they were lifted from: they stay over that grid.
    pub(super) lifted: Option<(Slot, Region)>,
}

/// The desk.
#[derive(Clone, Debug, PartialEq)]
pub struct Desk {
    drawn: History<Task>,
    attempt: Option<Attempt>,
    pub(super) slot: Slot,
    pub(super) cursor: Place,
    /// The other corner of a line, rectangle or selection under way.
    pub(super) anchor: Option<Place>,
    pub(super) chosen: Option<Region>,
    pub(super) float: Option<Float>,
    clip: Option<Grid>,
    /// What pressing does.
    pub tool: Tool,
    /// What it draws with.
    pub colour: u8,
    /// Whether the pointer is held down, and whether that has changed something.
    pub(super) held: Option<bool>,
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

    pub(super) fn with_float(&self, grid: &Grid) -> Option<Grid> {
        let Float { cells, row, column, lifted } = self.float.as_ref()?;
        let under = lifted.map(|(_, region)| edit::rectangle(grid, region, Drawn::Filled, BLACK));
        Some(edit::pasted(under.as_ref().unwrap_or(grid), cells, *row, *column))
    }

    pub(super) fn with_shape(&self, grid: &Grid) -> Option<Grid> {
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
    pub(super) fn put_as(&mut self, slot: Slot, grid: Grid, goes_on: bool) {
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

    pub(super) fn put(&mut self, grid: Grid) {
        self.put_as(self.slot, grid, false);
        self.settle();
    }

    /// Brings slot, cursor and selection back to what is there.
    pub(super) fn settle(&mut self) {
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
