//! A model for larger boards out of one for smaller boards.
//!
//! A token mixer (mlp_t) has a weight for every position, so a model trained on a small maze does not fit a larger one.
//! What it has learnt is local, though: which cells a cell listens to. So the small mixer is laid over the large board in
//! several windows that overlap, each with inner units of its own, and every cell hears the window whose middle is nearest.
//! Between windows, what the small model knows as its border, always a wall, is read from the large board's border. All
//! else (embedding, channel mixers, heads) has no positions and stays. Training goes on from there.

use crate::config::{Mixer, ModelConfig, Positions};
use crate::model::{Tensor, Weights, WeightsError};

/// Why a model cannot be grown.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum GrowError {
    /// Attention has no weights for positions.
    #[error("the model does not mix tokens by mlp_t; another mixer serves every size as it is")]
    Attention,
    /// Positions that are on no board.
    #[error("puzzle_emb_len is {0}, expected 0: those positions have no place on a board")]
    Prefix(usize),
    /// Tokens that are no square.
    #[error("seq_len is {0}, expected a square board")]
    Board(usize),
    /// Positions learnt by vectors of their own.
    #[error("pos_encodings is learned, expected none: those vectors are of the small board's cells")]
    Positions,
    /// A board that windows do not cover in whole rooms.
    #[error(
        "boards of {from}x{from} do not grow to {to}x{to}: expected odd sides of at least 5, the second the larger"
    )]
    Side {
        /// What the model has.
        from: usize,
        /// What was asked for.
        to: usize,
    },
    /// No expansion would give units enough.
    #[error("a side of {to} needs {units} inner units, more than any expansion gives")]
    Units {
        /// What was asked for.
        to: usize,
        /// Inner units of a token mixer.
        units: usize,
    },
    /// The weights are not the configuration's.
    #[error(transparent)]
    Weights(#[from] WeightsError),
}

/// The model for a board of `side` rows; the expansion doubles until the windows' units have room.
///
/// # Errors
/// Another token mixer, learned positions, a puzzle prefix, a board that is no square, an even side, more units than any
/// expansion gives, foreign weights.
pub fn grow(config: &ModelConfig, weights: &Weights, side: usize) -> Result<(ModelConfig, Weights), GrowError> {
    weights.check(config)?;
    if config.mixer != Mixer::MlpT {
        return Err(GrowError::Attention);
    }
    if config.puzzle_emb_len > 0 {
        return Err(GrowError::Prefix(config.puzzle_emb_len));
    }
    if config.positions == Positions::Learned {
        return Err(GrowError::Positions);
    }
    let from = config.seq_len.isqrt();
    if from * from != config.seq_len {
        return Err(GrowError::Board(config.seq_len));
    }
    if side <= from || side.is_multiple_of(2) || from.is_multiple_of(2) || from < MIN_WINDOW {
        return Err(GrowError::Side { from, to: side });
    }
    let windows = Windows::over(side, from);
    let units = windows.count() * config.inner_size(config.seq_len);
    let mut grown = ModelConfig { seq_len: side * side, ..config.clone() };
    while grown.inner_size(grown.seq_len) < units {
        grown.expansion *= 2.0;
        grown.validate().map_err(|_| GrowError::Units { to: side, units })?;
    }
    let tensors = weights.tensors.iter().map(|(name, tensor)| {
        let larger = match name {
            _ if name.ends_with("mlp_t.gate_up_proj.weight") => {
                let [gate, up] = halves(tensor).map(|half| windows.reading(&half));
                let inner = grown.inner_size(grown.seq_len);
                stacked(with_rows(gate, inner), with_rows(up, inner))
            }
            _ if name.ends_with("mlp_t.down_proj.weight") => {
                with_columns(windows.writing(tensor), grown.inner_size(grown.seq_len))
            }
            _ if name.ends_with("mlp.gate_up_proj.weight") => {
                let inner = grown.inner_size(grown.hidden_size);
                let [gate, up] = halves(tensor).map(|half| with_rows(half, inner));
                stacked(gate, up)
            }
            _ if name.ends_with("mlp.down_proj.weight") => {
                with_columns(tensor.clone(), grown.inner_size(grown.hidden_size))
            }
            _ => tensor.clone(),
        };
        (name.clone(), larger)
    });
    let larger = Weights { tensors: tensors.collect() };
    larger.check(&grown)?;
    Ok((grown, larger))
}

/// The smallest board whose windows overlap: two rooms a side.
const MIN_WINDOW: usize = 5;

/// Small boards laid over a large one, `offsets.len()` each way.
struct Windows {
    /// Rows of the large board.
    side: usize,
    /// Rows of a window.
    window: usize,
    /// The first row, and column, of each.
    offsets: Vec<usize>,
}

impl Windows {
    /// As few as let the rows inside their borders overlap, evenly spread by whole rooms (two rows).
    fn over(side: usize, window: usize) -> Self {
        let (rooms, most) = ((side - window) / 2, (window - 3) / 2);
        let gaps = rooms.div_ceil(most);
        let offsets = (0..=gaps).map(|index| 2 * (2 * index * rooms + gaps).div_euclid(2 * gaps)).collect();
        Self { side, window, offsets }
    }

    fn count(&self) -> usize {
        self.offsets.len() * self.offsets.len()
    }

    /// How much of a row of the board is the window's at `offset`: all where its middle is nearest, a part where several are.
    fn share(&self, offset: usize, row: usize) -> f32 {
        let distance = |offset: usize| (offset + self.window / 2).abs_diff(row);
        let least = self.offsets.iter().map(|&offset| distance(offset)).min();
        if Some(distance(offset)) != least {
            return 0.0;
        }
        1.0 / self.offsets.iter().filter(|&&offset| Some(distance(offset)) == least).count() as f32
    }

    /// Where a window reads its row: inside it there, its border at the board's.
    fn read_at(&self, offset: usize, row: usize) -> usize {
        match row {
            0 => 0,
            _ if row + 1 == self.window => self.side - 1,
            _ => offset + row,
        }
    }

    /// The windows' corners, in the order of their units.
    fn corners(&self) -> impl Iterator<Item = (usize, usize)> {
        self.offsets.iter().flat_map(|&row| self.offsets.iter().map(move |&column| (row, column)))
    }

    /// [I, window²] to [windows · I, side²]: each window's units read its cells.
    fn reading(&self, small: &Tensor) -> Tensor {
        let (units, cells) = (small.shape[0], self.side * self.side);
        let mut data = vec![0.0; self.count() * units * cells];
        for ((top, left), large) in self.corners().zip(data.chunks_mut(units * cells)) {
            for (small, large) in small.data.chunks(self.window * self.window).zip(large.chunks_mut(cells)) {
                for (cell, weight) in small.iter().enumerate() {
                    let (row, column) = (cell / self.window, cell % self.window);
                    large[self.read_at(top, row) * self.side + self.read_at(left, column)] = *weight;
                }
            }
        }
        Tensor { shape: vec![self.count() * units, cells], data }
    }

    /// [window², I] to [side², windows · I]: each cell hears the windows that share in it.
    fn writing(&self, small: &Tensor) -> Tensor {
        let (units, cells) = (small.shape[1], self.side * self.side);
        let mut data = Vec::with_capacity(cells * self.count() * units);
        for cell in 0..cells {
            let (row, column) = (cell / self.side, cell % self.side);
            for (top, left) in self.corners() {
                let share = self.share(top, row) * self.share(left, column);
                if share == 0.0 {
                    data.extend(std::iter::repeat_n(0.0, units));
                } else {
                    let place = (row - top) * self.window + column - left;
                    data.extend(small.data[place * units..][..units].iter().map(|weight| share * weight));
                }
            }
        }
        Tensor { shape: vec![cells, self.count() * units], data }
    }
}

/// Gate and up, `[I, N]` each, of `[2I, N]`.
fn halves(both: &Tensor) -> [Tensor; 2] {
    let shape = vec![both.shape[0] / 2, both.shape[1]];
    let (gate, up) = both.data.split_at(both.data.len() / 2);
    [gate, up].map(|half| Tensor { shape: shape.clone(), data: half.to_vec() })
}

fn stacked(gate: Tensor, up: Tensor) -> Tensor {
    Tensor { shape: vec![gate.shape[0] + up.shape[0], gate.shape[1]], data: [gate.data, up.data].concat() }
}

/// The further units begin as copies of the first ones: nothing listens to them yet ([`with_columns`]).
fn with_rows(tensor: Tensor, rows: usize) -> Tensor {
    let Tensor { shape, data } = tensor;
    let len = rows * shape[1];
    Tensor { shape: vec![rows, shape[1]], data: data.into_iter().cycle().take(len).collect() }
}

/// The further columns are zeros.
fn with_columns(tensor: Tensor, columns: usize) -> Tensor {
    let (rows, had) = (tensor.shape[0], tensor.shape[1]);
    let zeros = std::iter::repeat_n(0.0, columns.saturating_sub(had));
    let data = tensor.data.chunks(had).flat_map(|row| row.iter().copied().chain(zeros.clone())).collect();
    Tensor { shape: vec![rows, columns], data }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Family;

    fn config() -> ModelConfig {
        let text = r#"{"seq_len":81,"vocab_size":6,"H_cycles":1,"L_cycles":1,"H_layers":1,"L_layers":1,"hidden_size":16,
            "num_heads":2,"mlp_t":true,"pos_encodings":"none"}"#;
        ModelConfig::from_json(text).unwrap()
    }

    #[test]
    fn windows_overlap_inside_their_borders_and_share_every_row() {
        for (side, offsets) in
            [(11, vec![0, 2]), (13, vec![0, 4]), (15, vec![0, 6]), (17, vec![0, 4, 8]), (29, vec![0, 6, 10, 16, 20])]
        {
            let windows = Windows::over(side, 9);
            assert_eq!(windows.offsets, offsets, "{side}");
            for row in 0..side {
                let shares: f32 = windows.offsets.iter().map(|&offset| windows.share(offset, row)).sum();
                assert_eq!(shares, 1.0);
                // A row inside the board lies inside the border of every window that shares in it.
                for &offset in windows.offsets.iter().filter(|&&offset| windows.share(offset, row) > 0.0) {
                    assert!(
                        row == 0 || row + 1 == side || (offset + 1..offset + 8).contains(&row),
                        "{side} {row} {offset}"
                    );
                }
            }
        }
    }

    #[test]
    fn a_window_listens_to_its_own_cells_and_to_the_true_border() {
        let config = config();
        let weights = Weights::init(&config, 1);
        let (grown, larger) = grow(&config, &weights, 13).unwrap();
        assert_eq!((grown.seq_len, grown.expansion), (169, 8.0));
        let name = |part: &str| format!("L_level.layers.0.mlp_t.{part}_proj.weight");
        let (small, large) = (&weights.tensors[&name("gate_up")], &larger.tensors[&name("gate_up")]);
        assert_eq!((&small.shape[..], &large.shape[..]), (&[512, 81][..], &[2048, 169][..]));
        // Unit 3 of the window at (0, 4): its cell (2, 5) is the board's (2, 9), its last column the board's.
        let unit = &large.data[(256 + 3) * 169..][..169];
        assert_eq!(unit[2 * 13 + 9], small.data[3 * 81 + 2 * 9 + 5]);
        assert_eq!(unit[2 * 13 + 12], small.data[3 * 81 + 2 * 9 + 8]);
        assert_eq!(unit.iter().filter(|&&weight| weight != 0.0).count(), 81);
        let (small, large) = (&weights.tensors[&name("down")], &larger.tensors[&name("down")]);
        // The board's cell (6, 6) is in the middle of all four: a quarter of each.
        assert_eq!(large.data[(6 * 13 + 6) * 1024 + 3 * 256 + 7], 0.25 * small.data[(2 * 9 + 2) * 256 + 7]);
        assert_eq!(large.data[(13 + 1) * 1024 + 256], 0.0);
    }

    #[test]
    fn what_cannot_grow_is_refused_by_name() {
        let refusal =
            |config: &ModelConfig, side| grow(config, &Weights::init(config, 1), side).unwrap_err().to_string();
        assert_eq!(
            refusal(&config(), 12),
            "boards of 9x9 do not grow to 12x12: expected odd sides of at least 5, the second the larger"
        );
        assert!(refusal(&config(), 9).starts_with("boards of 9x9 do not grow to 9x9"));
        let learned = ModelConfig { positions: Positions::Learned, ..config() };
        assert!(refusal(&learned, 13).starts_with("pos_encodings is learned"));
        let attention = ModelConfig { mixer: Mixer::Attention, ..config() };
        assert_eq!(
            refusal(&attention, 13),
            "the model does not mix tokens by mlp_t; another mixer serves every size as it is"
        );
        let oblong = ModelConfig { seq_len: 80, ..config() };
        assert_eq!(refusal(&oblong, 13), "seq_len is 80, expected a square board");
        let other = ModelConfig { family: Family::Trm, ..config() };
        assert!(grow(&other, &Weights::init(&config(), 1), 13).is_err());
    }
}
