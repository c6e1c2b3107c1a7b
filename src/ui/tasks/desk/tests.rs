use super::*;

fn grid(rows: &[&str]) -> Grid {
    let rows: Vec<Vec<u8>> = rows.iter().map(|row| row.bytes().map(|digit| digit - b'0').collect()).collect();
    Grid::of_rows(&rows).unwrap()
}

/// A pair of 4x4 and 2x3, a test without output.
fn desk() -> Desk {
    let input = grid(&["1100", "1000", "0020", "0000"]);
    Desk::new(Task::new(
        "example",
        vec![Pair::new(input.clone(), Some(grid(&["123", "456"])))],
        vec![Pair::new(input, None)],
    ))
}

const INPUT: Slot = Slot { side: Side::Train, pair: 0, is_output: false };
const OUTPUT: Slot = Slot { side: Side::Train, pair: 0, is_output: true };
const ANSWER: Slot = Slot { side: Side::Test, pair: 0, is_output: true };

fn at(row: usize, column: usize) -> Place {
    Place { row, column }
}

fn rows(desk: &Desk, slot: Slot) -> String {
    desk.shown(slot).unwrap().to_string()
}

fn stroke(desk: &mut Desk, slot: Slot, tool: Tool, from: Place, to: Place) {
    desk.tool = tool;
    desk.press(slot, from);
    desk.drag(to);
    desk.release();
}

#[test]
fn a_stroke_is_one_change_and_leaves_no_gap() {
    let mut desk = desk();
    desk.colour = 3;
    stroke(&mut desk, INPUT, Tool::Pencil, at(3, 0), at(3, 3));
    assert_eq!(rows(&desk, INPUT), "1100\n1000\n0020\n3333");
    desk.act(Act::Undo);
    assert_eq!(rows(&desk, INPUT), "1100\n1000\n0020\n0000");
    assert!(!desk.can(Act::Undo) && desk.can(Act::Redo));
    desk.act(Act::Redo);
    assert_eq!(rows(&desk, INPUT), "1100\n1000\n0020\n3333");
}

#[test]
fn what_is_cancelled_leaves_nothing() {
    let mut desk = desk();
    desk.press(INPUT, at(3, 0));
    desk.drag(at(3, 2));
    assert_eq!(rows(&desk, INPUT), "1100\n1000\n0020\n1110");
    desk.cancel();
    assert_eq!(rows(&desk, INPUT), "1100\n1000\n0020\n0000");
    // What was drawn before stays.
    stroke(&mut desk, INPUT, Tool::Pencil, at(0, 3), at(0, 3));
    desk.press(INPUT, at(0, 3));
    desk.cancel();
    assert_eq!(rows(&desk, INPUT), "1101\n1000\n0020\n0000");
}

#[test]
fn lines_and_rectangles_are_shown_before_they_are_drawn() {
    for (tool, expected) in [
        (Tool::Line, "5100\n1500\n0050\n0000"),
        (Tool::Rectangle, "5550\n5550\n5550\n0000"),
        (Tool::Outline, "5550\n5050\n5550\n0000"),
    ] {
        let mut desk = desk();
        (desk.tool, desk.colour) = (tool, 5);
        desk.press(INPUT, at(0, 0));
        desk.drag(at(2, 2));
        assert_eq!(rows(&desk, INPUT), expected, "{tool:?}");
        assert!(!desk.can(Act::Undo), "{tool:?} is drawn before it is let go");
        desk.escape();
        desk.release();
        assert_eq!(rows(&desk, INPUT), "1100\n1000\n0020\n0000", "{tool:?} was given up");
        // The same by keys: one corner, arrows, the other corner.
        desk.go(INPUT, at(0, 0));
        desk.strike();
        (0..2).for_each(|_| desk.step(1, 1, false));
        desk.strike();
        assert_eq!(rows(&desk, INPUT), expected, "{tool:?}");
        desk.act(Act::Undo);
        assert!(!desk.can(Act::Undo), "{tool:?} is one change");
    }
}

#[test]
fn filling_and_recolouring_begin_from_a_cell() {
    let mut desk = desk();
    desk.colour = 4;
    stroke(&mut desk, INPUT, Tool::Fill, at(0, 0), at(0, 0));
    assert_eq!(rows(&desk, INPUT), "4400\n4000\n0020\n0000");
    stroke(&mut desk, INPUT, Tool::Recolour, at(3, 3), at(3, 3));
    assert_eq!(rows(&desk, INPUT), "4444\n4444\n4424\n4444");
}

#[test]
fn a_selection_is_moved_turned_cropped_and_pasted_elsewhere() {
    let mut desk = desk();
    stroke(&mut desk, INPUT, Tool::Select, at(0, 0), at(1, 1));
    assert_eq!(desk.chosen(), Some(Region::between(at(0, 0), at(1, 1))));
    desk.act(Act::Copy);
    // Dragged from within: it is lifted, black is left behind.
    desk.press(INPUT, at(1, 1));
    desk.drag(at(3, 3));
    assert_eq!(rows(&desk, INPUT), "0000\n0000\n0011\n0010");
    desk.release();
    assert_eq!(rows(&desk, INPUT), "0000\n0000\n0011\n0010");
    assert_eq!(desk.chosen(), Some(Region::between(at(2, 2), at(3, 3))));
    desk.act(Act::Rotate);
    assert_eq!(rows(&desk, INPUT), "0000\n0000\n0011\n0001");
    desk.act(Act::Crop);
    assert_eq!(rows(&desk, INPUT), "11\n01");
    for _ in 0..3 {
        desk.act(Act::Undo);
    }
    assert_eq!(rows(&desk, INPUT), "1100\n1000\n0020\n0000");
    // In another grid it floats until it is put down, also over the edge.
    desk.go(OUTPUT, at(1, 2));
    desk.act(Act::Paste);
    assert!(desk.floats());
    assert_eq!(rows(&desk, OUTPUT), "123\n451");
    desk.step(-1, -1, false);
    assert_eq!(rows(&desk, OUTPUT), "111\n410");
    desk.escape();
    assert_eq!(rows(&desk, OUTPUT), "123\n456");
    desk.act(Act::Paste);
    desk.hover(OUTPUT, at(0, 0));
    desk.press(OUTPUT, at(0, 1));
    desk.release();
    assert_eq!(rows(&desk, OUTPUT), "111\n410");
    desk.act(Act::Undo);
    assert_eq!(rows(&desk, OUTPUT), "123\n456");
}

#[test]
fn what_floats_never_leaves_the_grid_wholly() {
    let mut desk = desk();
    desk.paste(grid(&["77", "77"]));
    (0..9).for_each(|_| desk.step(-1, -1, false));
    assert_eq!(rows(&desk, INPUT), "7100\n1000\n0020\n0000");
    (0..9).for_each(|_| desk.step(1, 1, false));
    assert_eq!(rows(&desk, INPUT), "1100\n1000\n0020\n0007");
    desk.strike();
    assert_eq!(desk.chosen(), Some(Region::between(at(3, 3), at(3, 3))));
}

#[test]
fn a_selection_grows_by_keys() {
    let mut desk = desk();
    desk.tool = Tool::Select;
    desk.go(INPUT, at(1, 1));
    desk.step(0, 1, true);
    desk.step(1, 0, true);
    assert_eq!(desk.chosen(), Some(Region::between(at(1, 1), at(2, 2))));
    desk.act(Act::Clear);
    assert_eq!(rows(&desk, INPUT), "1100\n1000\n0000\n0000");
    desk.escape();
    assert_eq!(desk.chosen(), None);
}

#[test]
fn whole_grids_are_turned_and_copied_from_the_input() {
    let mut desk = desk();
    desk.go(OUTPUT, at(1, 2));
    for (act, expected) in [
        (Act::Transpose, "14\n25\n36"),
        (Act::FlipAcross, "41\n52\n63"),
        (Act::FlipDown, "63\n52\n41"),
        (Act::Rotate, "456\n123"),
        (Act::CopyInput, "1100\n1000\n0020\n0000"),
    ] {
        desk.act(act);
        assert_eq!(rows(&desk, OUTPUT), expected, "{act:?}");
    }
    assert!(!desk.can(Act::Crop) && !desk.can(Act::Paste));
    desk.go(INPUT, at(0, 0));
    assert!(!desk.can(Act::CopyInput));
}

#[test]
fn pairs_are_added_removed_and_reordered() {
    let mut desk = desk();
    desk.add(Side::Train);
    assert_eq!((desk.task().train.len(), desk.slot()), (2, Slot::input(Side::Train, 1)));
    desk.raise(Side::Train, 1);
    assert_eq!(desk.task().train[0].input, Grid::black(NEW));
    desk.go(Slot::output(Side::Train, 1), at(1, 2));
    desk.remove(Side::Train, 1);
    desk.remove(Side::Train, 0);
    assert_eq!(desk.task().train.len(), 1, "the last one stays");
    assert!(desk.grid(desk.slot()).is_some(), "the present grid is there");
    desk.resize(INPUT, Size::new(1, 30));
    assert_eq!(desk.grid(INPUT).unwrap().size(), Size::new(1, 30));
    assert!(desk.shown(ANSWER).is_none());
    desk.toggle_output(ANSWER);
    assert_eq!(desk.grid(ANSWER).unwrap().size(), Size::square(4));
    desk.toggle_output(ANSWER);
    assert!(desk.grid(ANSWER).is_none());
    (0..6).for_each(|_| desk.act(Act::Undo));
    assert_eq!(desk.task(), self::desk().task());
}

#[test]
fn a_smaller_grid_keeps_the_cursor_inside() {
    let mut desk = desk();
    stroke(&mut desk, INPUT, Tool::Select, at(2, 2), at(3, 3));
    desk.resize(INPUT, Size::new(3, 2));
    assert_eq!((desk.cursor(), desk.chosen()), (at(2, 1), None));
    desk.act(Act::Undo);
    assert_eq!(rows(&desk, INPUT), "1100\n1000\n0020\n0000");
}

#[test]
fn in_an_attempt_only_answers_are_drawn_and_the_task_stays() {
    let mut desk = desk();
    desk.toggle_output(ANSWER);
    let task = desk.task().clone();
    desk.try_it(true);
    assert_eq!((desk.slot(), rows(&desk, ANSWER)), (ANSWER, "000\n000\n000".to_owned()));
    desk.tool = Tool::Pencil;
    desk.press(INPUT, at(0, 3));
    desk.release();
    desk.add(Side::Train);
    desk.remove(Side::Test, 0);
    assert_eq!(desk.task(), &task);
    assert!(!desk.can(Act::Clear) && desk.can(Act::Copy));
    desk.press(ANSWER, at(0, 1));
    desk.release();
    assert_eq!(rows(&desk, ANSWER), "010\n000\n000");
    desk.submit(0);
    assert_eq!(desk.attempt().unwrap().standing(0), (1, Some(false)));
    desk.act(Act::CopyInput);
    desk.act(Act::Clear);
    desk.submit(0);
    assert_eq!(desk.attempt().unwrap().standing(0), (2, Some(true)));
    desk.act(Act::Undo);
    assert_eq!(desk.attempt().unwrap().standing(0), (2, None));
    desk.try_it(false);
    assert_eq!(desk.task(), &task);
}
