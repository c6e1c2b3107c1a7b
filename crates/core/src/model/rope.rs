//! Rotary tables, computed in f64 on the CPU: WGSL's own sine and cosine are too coarse at large angles.

use crate::config::{Mixer, ModelConfig, Positions};

/// Cosines and sines [T, d] of d/2 angles, repeated in both halves; `None` where nothing rotates. Pair i of position p turns by
/// p · θ^(-2i/d) (arXiv 2104.09864). On a board the first half of the pairs turns so by the row and the second by the column,
/// each with the frequencies of a head of size d/2; what stands before the board (a puzzle embedding) does not turn, and rows
/// and columns count from 1.
pub fn tables(config: &ModelConfig) -> Option<(Vec<f32>, Vec<f32>)> {
    if config.mixer != Mixer::Attention {
        return None;
    }
    let (d, columns) = (config.head_dim(), config.columns());
    let frequency = |pair: usize, d: usize| config.rope_theta.powf(-2.0 * pair as f64 / d as f64);
    let angle: &dyn Fn(usize, usize) -> f64 = match config.positions {
        Positions::Rope => &|token, pair| token as f64 * frequency(pair, d),
        Positions::Rope2d => &|token, pair| {
            let place = token.checked_sub(config.puzzle_emb_len).map(|cell| [cell / columns + 1, cell % columns + 1]);
            let half = d / 4;
            place.map_or(0.0, |place| place[pair / half] as f64 * frequency(pair % half, d / 2))
        },
        Positions::Learned | Positions::None => return None,
    };
    let table = |f: fn(f64) -> f64| (0..config.tokens() * d).map(|i| f(angle(i / d, i % d % (d / 2))) as f32).collect();
    Some((table(f64::cos), table(f64::sin)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(positions: &str, prefix: usize) -> ModelConfig {
        let embedding =
            if prefix == 0 { "" } else { r#","puzzle_emb_ndim":16,"puzzle_emb_len":1,"num_puzzle_identifiers":2"# };
        let text = format!(
            r#"{{"seq_len":25,"vocab_size":6,"H_cycles":1,"L_cycles":1,"H_layers":1,"L_layers":1,"hidden_size":16,
            "num_heads":2,"pos_encodings":"{positions}"{embedding}}}"#
        );
        ModelConfig::from_json(&text).unwrap()
    }

    /// q · k after both were turned, q at one token and k at another.
    fn score(config: &ModelConfig, query: usize, key: usize) -> f64 {
        let (cos, sin) = tables(config).unwrap();
        let d = config.head_dim();
        let turned = |values: &[f64], token: usize| -> Vec<f64> {
            let half = d / 2;
            let rotated = |i: usize| if i < half { -values[i + half] } else { values[i - half] };
            let at = |table: &[f32], i: usize| f64::from(table[token * d + i]);
            (0..d).map(|i| values[i] * at(&cos, i) + rotated(i) * at(&sin, i)).collect()
        };
        let q: Vec<f64> = (0..d).map(|i| 1.0 + i as f64).collect();
        let k: Vec<f64> = (0..d).map(|i| 3.0 - i as f64).collect();
        turned(&q, query).iter().zip(turned(&k, key)).map(|(q, k)| q * k).sum()
    }

    #[test]
    fn attention_knows_how_far_two_cells_are_apart_and_not_where_they_are() {
        for prefix in [0, 1] {
            let config = config("rope_2d", prefix);
            let cell = |row: usize, column: usize| prefix + 5 * row + column;
            // Two down and one to the right, from three places.
            let step = |row, column| score(&config, cell(row, column), cell(row + 2, column + 1));
            assert!((step(0, 0) - step(2, 3)).abs() < 1e-3 && (step(0, 0) - step(1, 0)).abs() < 1e-3);
            // The same distance in the sequence by another way over the board is another step.
            assert!((score(&config, cell(0, 4), cell(1, 0)) - score(&config, cell(0, 0), cell(0, 1))).abs() > 1e-1);
            // Rows and columns are told apart.
            assert!((score(&config, cell(0, 0), cell(0, 1)) - score(&config, cell(0, 0), cell(1, 0))).abs() > 1e-1);
        }
        let line = config("rope", 0);
        assert!((score(&line, 4, 5) - score(&line, 0, 1)).abs() < 1e-3);
    }

    #[test]
    fn what_stands_before_the_board_does_not_turn() {
        let (cos, sin) = tables(&config("rope_2d", 1)).unwrap();
        assert!(cos[..8].iter().all(|&cos| cos == 1.0) && sin[..8].iter().all(|&sin| sin == 0.0));
        assert!(sin[8..16].iter().all(|&sin| sin != 0.0));
        assert_eq!(tables(&config("none", 0)), None);
        assert_eq!(tables(&config("learned", 0)), None);
    }
}
