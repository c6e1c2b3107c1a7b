//! A segment played step by step, so that something can be done between any two steps.

use crate::engine::{Data, Session};
use crate::plan::{BufferId, EntryId};
use crate::random::Random;

use super::inference::StepEntries;
use super::intervention::{Act, Intervention};
use super::solver::{ModelError, Segment, Solver, State};
use super::taps::Level;

impl<S: Session> Solver<S> {
    /// Runs one segment under interventions, those of earlier segments among them. A segment that none touches is played
    /// as a whole; either way its numbers are the same, bit for bit.
    ///
    /// # Errors
    /// The engine's, results that are not finite, a clue that the model has no place or embedding for, and a solver that
    /// was not prepared by [`Solver::stepwise`].
    pub async fn segment_under(&mut self, interventions: &[Intervention]) -> Result<Segment, ModelError> {
        let (h_cycles, l_cycles) = (self.config().h_cycles, self.config().l_cycles);
        let steps = h_cycles * (l_cycles + 1);
        let first = self.segments * steps;
        if !interventions.iter().any(|intervention| intervention.touches(first, first + steps)) {
            return self.segment().await;
        }
        let entries = self.plan.steps.ok_or(ModelError::WholeSegments)?;
        let mut states = Vec::with_capacity(steps);
        for index in 0..steps {
            let (h_cycle, l_cycle) = (index / (l_cycles + 1), index % (l_cycles + 1));
            let level = if l_cycle < l_cycles { Level::L } else { Level::H };
            for intervention in interventions.iter().filter(|intervention| intervention.at == first + index) {
                self.act(entries, intervention.act).await?;
            }
            let held = interventions.iter().any(|intervention| intervention.holds(level, first + index));
            let step = match level {
                Level::H => entries.h_step,
                Level::L => entries.l_step,
            };
            let played: &[EntryId] = if held { &[] } else { &[step] };
            let z = self.read(played, self.state(level)).await?;
            states.push(State { level, h_cycle, l_cycle, z });
        }
        let logits = self.read(&[entries.heads], self.plan.logits).await?;
        let q = self.read(&[], self.plan.q).await?;
        self.end_segment(logits, &q, states)
    }

    async fn act(&mut self, entries: StepEntries, act: Act) -> Result<(), ModelError> {
        match act {
            Act::Freeze { .. } => {}
            Act::Restart { level } => {
                let entry = match level {
                    Level::H => entries.restart_h,
                    Level::L => entries.restart_l,
                };
                self.session.run(&[entry], &[]).await?;
            }
            Act::Noise { level, size, seed } => {
                let mut z = self.read(&[], self.state(level)).await?;
                add_noise(&mut z, f64::from(size), seed);
                self.session.write(self.state(level), &z)?;
            }
            Act::Clue { cell, token } => {
                let (seq_len, vocab_size) = (self.config().seq_len, self.config().vocab_size);
                let input = |what, value, below: usize| {
                    let most = below.saturating_sub(1);
                    if value as usize > most {
                        Err(ModelError::Input { what, index: cell, value, most })
                    } else {
                        Ok(())
                    }
                };
                input("changed cell", cell as u32, seq_len)?;
                input("token", token, vocab_size)?;
                self.tokens.iter_mut().skip(cell).step_by(seq_len).for_each(|changed| *changed = token);
                self.session.write_u32(self.plan.inputs.tokens, &self.tokens)?;
                self.session.run(&[entries.input], &[]).await?;
            }
        }
        Ok(())
    }

    fn state(&self, level: Level) -> BufferId {
        match level {
            Level::H => self.plan.z_h,
            Level::L => self.plan.z_l,
        }
    }

    async fn read(&mut self, entries: &[EntryId], id: BufferId) -> Result<Vec<f32>, ModelError> {
        let read = self.session.run(entries, &[id]).await?;
        Ok(read.into_iter().next().map(Data::f32).unwrap_or_default())
    }
}

/// Adds Gaussian noise whose RMS is `size` times that of `z`.
pub(super) fn add_noise(z: &mut [f32], size: f64, seed: u32) {
    let mut random = Random::new(u64::from(seed));
    let rms = (z.iter().map(|x| f64::from(*x).powi(2)).sum::<f64>() / z.len().max(1) as f64).sqrt();
    z.iter_mut().for_each(|x| *x += (size * rms * random.normal()) as f32);
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::*;
    use crate::checkpoint::Weights;
    use crate::config::ModelConfig;
    use crate::engine::{AnyEngine, AnySession, cpu, gpu};

    /// 2 H-cycles of 2 L steps: steps 2 and 5 of every 6 are H's.
    fn config(more: &str) -> ModelConfig {
        let text = format!(
            r#"{{"seq_len":16,"vocab_size":6,"H_cycles":2,"L_cycles":2,"H_layers":2,"L_layers":1,"hidden_size":32,
            "num_heads":2{more}}}"#
        );
        ModelConfig::from_json(&text).unwrap()
    }

    fn engines() -> [AnyEngine; 2] {
        let gpu = pollster::block_on(gpu::Engine::new()).expect("a GPU adapter; mesa-vulkan-drivers has one");
        [AnyEngine::Cpu(cpu::Engine::new()), AnyEngine::Gpu(Box::new(gpu))]
    }

    async fn solver(engine: &AnyEngine, config: &ModelConfig) -> Solver<AnySession> {
        let mut solver = Solver::stepwise(engine, config, &Weights::init(config, 1), 1).await.unwrap();
        let tokens: Vec<u32> = (0..16).map(|cell| cell * 7 % 6).collect();
        solver.begin(&tokens, &[0]).await.unwrap();
        solver
    }

    /// Three segments.
    async fn run(engine: &AnyEngine, config: &ModelConfig, interventions: &[Intervention]) -> Vec<Segment> {
        let mut solver = solver(engine, config).await;
        let mut segments = Vec::new();
        for _ in 0..3 {
            segments.push(solver.segment_under(interventions).await.unwrap());
        }
        segments
    }

    fn states(segments: &[Segment], level: Level) -> Vec<&[f32]> {
        let states = segments.iter().flat_map(|segment| &segment.states).filter(|state| state.level == level);
        states.map(|state| &state.z[..]).collect()
    }

    fn worst(a: &[Segment], b: &[Segment]) -> f32 {
        let values = |segments: &[Segment]| -> Vec<f32> {
            segments.iter().flat_map(|s| s.states.iter().flat_map(|z| &z.z).chain(&s.logits).copied()).collect()
        };
        values(a).iter().zip(values(b)).fold(0.0, |most, (a, b)| (a - b).abs().max(most))
    }

    #[test]
    fn an_experiment_with_nothing_in_it_is_the_untouched_run_bit_for_bit() {
        for (engine, more) in
            engines().iter().flat_map(|e| ["", r#","mlp_t":true,"pos_encodings":"none""#].map(|m| (e, m)))
        {
            let config = config(more);
            pollster::block_on(async {
                let untouched = run(engine, &config, &[]).await;
                // Neither of these changes anything, but the segments are played step by step.
                let noise = Act::Noise { level: Level::H, size: 0.0, seed: 1 };
                let same_clue = Act::Clue { cell: 3, token: 3 };
                let acts = [(0, noise), (7, noise), (14, same_clue)].map(|(at, act)| Intervention { at, act });
                assert_eq!(run(engine, &config, &acts).await, untouched);
            });
        }
    }

    #[test]
    fn a_local_convolution_passes_the_puzzles_positions_by_and_of_zeros_is_none() {
        let plain = config(r#","pos_encodings":"rope_2d","puzzle_emb_ndim":32,"num_puzzle_identifiers":1"#);
        let with = ModelConfig { local_conv: Some(3), ..plain.clone() };
        let mut weights = Weights::init(&with, 1);
        let zeros = |weights: &Weights| {
            let mut weights = weights.clone();
            let convolutions = weights.tensors.iter_mut().filter(|(name, _)| name.contains("local_conv"));
            convolutions.for_each(|(_, tensor)| tensor.data.fill(0.0));
            weights
        };
        let first_state = |engine: &AnyEngine, config: &ModelConfig, weights: &Weights| {
            pollster::block_on(async {
                let mut solver = Solver::stepwise(engine, config, weights, 1).await.unwrap();
                solver.begin(&[3; 16], &[0]).await.unwrap();
                solver.segment_under(&[]).await.unwrap().states.swap_remove(0).z
            })
        };
        // Without attention's part a position hears of no other but by the convolution.
        for (name, tensor) in &mut weights.tensors {
            if name.contains("o_proj") {
                tensor.data.fill(0.0);
            }
        }
        let mut without = zeros(&weights);
        without.tensors.retain(|name, _| !name.contains("local_conv"));
        for engine in engines() {
            let [own, none, moved] = [
                first_state(&engine, &plain, &without),
                first_state(&engine, &with, &zeros(&weights)),
                first_state(&engine, &with, &weights),
            ];
            let far = |z: &[f32], at: std::ops::Range<usize>| {
                let pairs = z[at.clone()].iter().zip(&own[at]);
                pairs.map(|(a, b)| (a - b).abs()).fold(0.0, f32::max)
            };
            assert!(far(&none, 0..own.len()) < 1e-4, "of zeros: {}", far(&none, 0..own.len()));
            assert!(far(&moved, 0..32) < 1e-4, "the puzzle's position: {}", far(&moved, 0..32));
            assert!((1..17).all(|at| far(&moved, at * 32..(at + 1) * 32) > 1e-2), "a cell hears of no neighbour");
        }
    }

    #[test]
    fn a_frozen_module_keeps_its_state_and_the_other_goes_on() {
        for engine in engines() {
            for (level, other) in [(Level::H, Level::L), (Level::L, Level::H)] {
                let config = config("");
                let touched = [Intervention { at: 8, act: Act::Freeze { level } }];
                let (untouched, frozen) = pollster::block_on(async {
                    (run(&engine, &config, &[]).await, run(&engine, &config, &touched).await)
                });
                // Steps 0 to 7 are the same: H's first 2 states, L's first 6.
                let before = if level == Level::H { 2 } else { 6 };
                let (held, free) = (states(&frozen, level), states(&untouched, level));
                assert_eq!(held[..before], free[..before]);
                assert!(held[before..].iter().all(|z| *z == held[before - 1]) && free[before] != free[before - 1]);
                let others = states(&frozen, other);
                assert!(others.windows(2).all(|pair| pair[0] != pair[1]));
            }
        }
    }

    #[test]
    fn a_restarted_module_begins_where_it_began() {
        for engine in engines() {
            let config = config("");
            let both = [Level::H, Level::L].map(|level| Intervention { at: 6, act: Act::Restart { level } });
            let segments = pollster::block_on(run(&engine, &config, &both));
            assert_eq!(segments[1], segments[0]);
            assert_eq!(segments[2], pollster::block_on(run(&engine, &config, &[]))[1]);
        }
    }

    #[test]
    fn noise_has_the_size_that_was_asked_for() {
        let mut z: Vec<f32> = (0..4096).map(|i| (i as f32).sin() * 3.0).collect();
        let before = z.clone();
        add_noise(&mut z, 0.5, 7);
        let rms = |values: &mut dyn Iterator<Item = f32>| (values.map(|x| x * x).sum::<f32>() / 4096.0).sqrt();
        let ratio = rms(&mut z.iter().zip(&before).map(|(a, b)| a - b)) / rms(&mut before.iter().copied());
        assert!((ratio - 0.5).abs() < 0.02, "{ratio}");
        let mut again = before.clone();
        add_noise(&mut again, 0.5, 7);
        assert_eq!(again, z);
    }

    #[test]
    fn a_changed_clue_is_seen_from_its_step_on() {
        for engine in engines() {
            let config = config("");
            let change = Act::Clue { cell: 5, token: 1 };
            pollster::block_on(async {
                let from_start = run(&engine, &config, &[Intervention { at: 0, act: change }]).await;
                let mut solver = solver(&engine, &config).await;
                let mut tokens: Vec<u32> = (0..16).map(|cell| cell * 7 % 6).collect();
                tokens[5] = 1;
                solver.begin(&tokens, &[0]).await.unwrap();
                for segment in &from_start {
                    assert_eq!(*segment, solver.segment().await.unwrap());
                }
                let untouched = run(&engine, &config, &[]).await;
                let later = run(&engine, &config, &[Intervention { at: 9, act: change }]).await;
                assert_eq!(later[1].states[..3], untouched[1].states[..3]);
                assert_ne!(later[1].states[3], untouched[1].states[3]);
            });
        }
    }

    #[test]
    fn the_engines_agree_on_every_act() {
        let engines = engines();
        let config = config("");
        for act in [
            Act::Freeze { level: Level::H },
            Act::Freeze { level: Level::L },
            Act::Restart { level: Level::L },
            Act::Noise { level: Level::H, size: 0.3, seed: 2 },
            Act::Clue { cell: 0, token: 4 },
        ] {
            let acts = [Intervention { at: 7, act }];
            let [cpu, gpu] = [0, 1].map(|engine| pollster::block_on(run(&engines[engine], &config, &acts)));
            assert!(worst(&cpu, &gpu) < 2e-4, "{act:?}: {}", worst(&cpu, &gpu));
        }
    }

    #[test]
    fn what_cannot_be_done_is_said() {
        let (engine, config) = (AnyEngine::Cpu(cpu::Engine::new()), config(""));
        pollster::block_on(async {
            for (cell, token, expected) in [
                (16, 0, "changed cell 16 is 16; this model takes 0 to 15"),
                (2, 6, "token 2 is 6; this model takes 0 to 5"),
            ] {
                let acts = [Intervention { at: 0, act: Act::Clue { cell, token } }];
                let error = solver(&engine, &config).await.segment_under(&acts).await.unwrap_err();
                assert_eq!(error.to_string(), expected);
            }
            let weights = Weights::init(&config, 1);
            let mut whole = Solver::new(&engine, &config, &weights, 1, crate::model::Taps::States).await.unwrap();
            whole.begin(&[1; 16], &[0]).await.unwrap();
            let acts = [Intervention { at: 3, act: Act::Freeze { level: Level::H } }];
            assert_eq!(whole.segment_under(&acts).await.unwrap_err(), ModelError::WholeSegments);
        });
    }
}
