//! Boards as text, of whatever game.

use super::{Kind, ParseError, games};

/// Every puzzle of a text with its kind, in their order: at least one; marks of an answer are left out. The first game of the
/// table that reads the text does.
///
/// # Errors
/// What is wrong for the game that the text looks like, else for the first one.
pub fn read_all(text: &str) -> Result<Vec<(Kind, Vec<u8>)>, ParseError> {
    let mut errors = Vec::new();
    for game in games() {
        match game.read_all(text) {
            Ok(boards) => {
                let question = |(size, tokens): (_, Vec<u8>)| {
                    let kind = Kind::new(game.board(size)?);
                    let question = kind.without_marks(&tokens);
                    Some((kind, question))
                };
                return Ok(boards.into_iter().filter_map(question).collect());
            }
            Err(error) => errors.push((game, error)),
        }
    }
    let meant = errors.iter().position(|(game, _)| game.is_meant_by(text)).unwrap_or(0);
    Err(errors.swap_remove(meant).1)
}

/// A board as text, a line for each row.
pub fn in_rows(kind: Kind, tokens: &[u8]) -> String {
    let characters: Vec<char> = kind.decode(tokens).chars().filter(|character| *character != '\n').collect();
    let rows = characters.chunks(kind.layout().columns).map(|row| row.iter().collect::<String>());
    rows.collect::<Vec<_>>().join("\n")
}

/// A board for the smallest of the `known` kinds of its game that holds it, padded. One that is larger than all of them stays as
/// it is.
pub fn fitted(kind: Kind, tokens: &[u8], known: &[Kind]) -> (Kind, Vec<u8>) {
    let larger = kind.fitting(known);
    match larger.padded(tokens, kind.size()) {
        Some(padded) => (larger, padded),
        None => (kind, tokens.to_vec()),
    }
}
