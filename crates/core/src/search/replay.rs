//! A view as an ordinary run, which can be recorded, watched and saved as any other.

use super::{Pass, Settings, Start, rows::noise_seeds};
use crate::{
    model::{Act, Intervention, Level},
    puzzle::Kind,
};

/// What makes an ordinary run that of a view.
#[derive(Clone, Debug, PartialEq)]
pub struct Replay {
    /// The puzzle as the view saw it, `[S]`.
    pub question: Vec<u8>,
    /// Its noise, before every segment.
    pub interventions: Vec<Intervention>,
}

impl Replay {
    /// The run of a view's first `segments` segments, of `steps` steps each. `None` of a branch, whose clues change on the
    /// way, and of a view that began from random states.
    pub fn of(
        kind: Kind,
        question: &[u8],
        settings: &Settings,
        view: usize,
        segments: usize,
        steps: usize,
    ) -> Option<Self> {
        if settings.branch || (settings.start == Start::Random && view > 0) {
            return None;
        }
        let Pass { form, question, .. } = Pass::of_view(kind, question, settings, view);
        let noise = |segment: usize| {
            let acts = [Level::H, Level::L].into_iter().zip(noise_seeds(settings.seed, view, segment));
            acts.map(move |(level, seed)| Intervention {
                at: segment * steps,
                act: Act::Noise { level, size: settings.noise, seed },
            })
        };
        let noisy = if settings.noise > 0.0 && view > 0 { segments } else { 0 };
        Some(Self { question: form.apply(&question), interventions: (0..noisy).flat_map(noise).collect() })
    }
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use std::ops::ControlFlow;

    use super::*;
    use crate::{
        checkpoint::Weights,
        config::ModelConfig,
        engine::cpu,
        model::Solver,
        search::{Event, Forms, Report, Rows, Search, Until, search},
    };

    const CONFIG: &str = r#"{"seq_len":16,"vocab_size":6,"H_cycles":2,"L_cycles":2,"H_layers":1,"L_layers":1,
        "hidden_size":16,"num_heads":2,"halt_max_steps":3}"#;

    /// Every segment of a search of three views, four segments each.
    fn reports(config: &ModelConfig, weights: &Weights, question: &[u8], settings: &Settings) -> Vec<Report> {
        let kind = "sudoku-4x4".parse().unwrap();
        let (mut all, asked) = (Vec::new(), Search::new(kind, question, settings).unwrap());
        pollster::block_on(async {
            let mut rows = Rows::new(&cpu::Engine::new(), config, weights, 1, settings).await.unwrap();
            let observe = async |event: Event<'_>| {
                if let Event::Segment(_, report) = event {
                    all.push(report.clone());
                }
                ControlFlow::Continue(())
            };
            search(&mut rows, [asked], || 0.0, observe).await.unwrap();
        });
        all
    }

    #[test]
    fn a_view_runs_again_bit_for_bit_as_an_ordinary_run() {
        let config = ModelConfig::from_json(CONFIG).unwrap();
        let weights = Weights::init(&config, 1);
        let kind: Kind = "sudoku-4x4".parse().unwrap();
        let question = kind.encode("1..2 .... ..3. 4...").unwrap();
        for (noise, forms) in [(0.0, Forms::Symmetric), (0.3, Forms::Symmetric), (0.3, Forms::Identical)] {
            let until = Until::Budget;
            let settings = Settings { views: 3, segments: 4, until, noise, forms, seed: 5, ..Settings::default() };
            let reports = reports(&config, &weights, &question, &settings);
            assert_eq!(reports.len(), 12);
            for view in 0..3 {
                let replay = Replay::of(kind, &question, &settings, view, 4, 6).unwrap();
                assert_eq!(replay.interventions.is_empty(), noise == 0.0 || view == 0);
                assert_eq!(replay.question == question, view == 0 || forms == Forms::Identical);
                let form = Pass::of_view(kind, &question, &settings, view).form;
                pollster::block_on(async {
                    let mut solver = Solver::stepwise(&cpu::Engine::new(), &config, &weights, 1).await.unwrap();
                    let tokens: Vec<u32> = replay.question.iter().map(|&token| u32::from(token)).collect();
                    solver.begin(&tokens, &[0]).await.unwrap();
                    for report in reports.iter().filter(|report| report.view == view) {
                        let segment = solver.segment_under(&replay.interventions).await.unwrap();
                        assert_eq!(form.undo(&segment.answer(6)), report.answer);
                        assert_eq!(segment.q[0][0], report.q_halt);
                        // The pooled state is the mean of the last z_H over the cells.
                        let z = &segment.states.last().unwrap().z;
                        let cells = &z[z.len() - 16 * 16..];
                        for (channel, pooled) in report.pooled.iter().enumerate() {
                            let mean = cells.iter().skip(channel).step_by(16).sum::<f32>() / 16.0;
                            assert!((mean - pooled).abs() < 1e-5, "{mean} {pooled}");
                        }
                    }
                });
            }
        }
    }

    #[test]
    fn what_is_no_ordinary_run_is_none() {
        let (kind, question) = ("sudoku-4x4".parse().unwrap(), [1; 16]);
        let of = |settings: &Settings, view| Replay::of(kind, &question, settings, view, 4, 6);
        assert_eq!(of(&Settings { branch: true, ..Settings::default() }, 0), None);
        let random = Settings { start: Start::Random, ..Settings::default() };
        assert!(of(&random, 0).is_some() && of(&random, 1).is_none());
    }
}
