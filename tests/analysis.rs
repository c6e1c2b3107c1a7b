//! The figures of the hidden states against NumPy's, on the states of a golden trace (4 segments of 3 puzzles).
#![cfg(not(target_arch = "wasm32"))]

use hrm_core::{
    analysis::{Covariance, Gram, Head, Principal},
    verify::Golden,
};

/// What NumPy gives for one module: X holds the states of segments 0 to 3 of all puzzles, `[12, T·D]`, C = X - mean.
struct Expected {
    state: &'static str,
    /// X[0] · X[11].
    product: f64,
    /// RMS of X[9] - X[0], and their cosine.
    apart: (f64, f64),
    /// The first squared singular values of C over the sum of all.
    explained: [f64; 3],
    /// |U·S| of the first and of the last state.
    scores: [[f64; 3]; 2],
    /// (Σλ)² / Σλ² for the eigenvalues of the channels' covariance over all positions after the last segment.
    participation: f64,
}

const H: Expected = Expected {
    state: "z_H",
    product: -61.71224555776708,
    apart: (0.7646151803990423, 0.7076795897289192),
    explained: [0.524096732153673, 0.16490010628829646, 0.08357841654194824],
    scores: [
        [25.45018044167726, 3.4911262250151296, 6.224255303725318],
        [17.901417967058887, 2.3959660962636824, 5.840426873870735],
    ],
    participation: 1.6788375629397838,
};

const L: Expected = Expected {
    state: "z_L",
    product: 153.27816491512434,
    apart: (0.8748910296653113, 0.6172803564138161),
    explained: [0.37314437164009145, 0.21535767243641618, 0.10396466302112027],
    scores: [
        [21.27186833954756, 4.657942246705164, 7.853879106337481],
        [10.842614899632492, 17.649393181996356, 5.278588467466355],
    ],
    participation: 6.152231236425372,
};

fn golden() -> Golden {
    let path = format!("{}/tests/golden/hrm_tiny_forward", env!("CARGO_MANIFEST_DIR"));
    let bytes = std::fs::read(format!("{path}.safetensors")).unwrap();
    Golden::parse(&bytes, &std::fs::read_to_string(format!("{path}.json")).unwrap()).unwrap()
}

fn close(found: f64, expected: f64) {
    assert!((found - expected).abs() <= 1e-8 * (1.0 + expected.abs()), "{found}, NumPy {expected}");
}

#[test]
fn lengths_angles_components_and_dimensions_are_those_of_numpy() {
    let golden = golden();
    let len = golden.config.tokens() * golden.config.hidden_size;
    for expected in [H, L] {
        let batches: Vec<Vec<f32>> =
            (0..4).map(|segment| golden.f32(&format!("segment.{segment}.{}", expected.state)).unwrap()).collect();
        let states: Vec<&[f32]> = batches.iter().flat_map(|batch| batch.chunks_exact(len)).collect();
        let gram = Gram::of(&states);
        close(gram.product(0, 11), expected.product);
        close(gram.distance(0, 9) / (len as f64).sqrt(), expected.apart.0);
        close(gram.cosine(0, 9), expected.apart.1);
        let principal = Principal::of(&gram, 3);
        for component in 0..3 {
            close(principal.explained[component], expected.explained[component]);
            close(principal.scores[component][0].abs(), expected.scores[0][component]);
            close(principal.scores[component][11].abs(), expected.scores[1][component]);
        }
        let mut covariance = Covariance::new(golden.config.hidden_size);
        covariance.add(&batches[3]);
        close(covariance.participation_ratio(), expected.participation);
    }
}

#[test]
fn a_state_read_through_the_head_is_what_numpy_reads() {
    let golden = golden();
    let states = golden.f32("segment.3.z_H").unwrap();
    let len = golden.config.tokens() * golden.config.hidden_size;
    let readout = Head::of(&golden.weights, &golden.config).read(&states[..len]);
    let near = |found: f32, expected: f64| assert!((f64::from(found) - expected).abs() < 1e-5, "{found} {expected}");
    near(readout.entropy()[0], 2.33108182);
    near(readout.entropy()[1], 2.30738649);
    for ((token, probability), (expected, share)) in
        readout.top(0).zip([(4, 0.38857212), (0, 0.18777927), (1, 0.14612104)])
    {
        assert_eq!(token, expected);
        near(probability, share);
    }
}
