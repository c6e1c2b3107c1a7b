//! A batch in parts, computed here or by somebody else.

use std::collections::VecDeque;
use std::pin::Pin;

use hrm_core::checkpoint::Weights;
use hrm_core::engine::cpu;
use hrm_core::train::{
    Setup, TrainError, Trainer,
    shard::{EmbeddingGradient, Helper, Order, Reply, Shard},
};

use super::{data, setup, start, steps};

/// A shard that is computed by somebody else, who answers in their own time.
struct Away {
    shard: Shard<cpu::Session>,
    orders: VecDeque<Order>,
}

impl Helper for Away {
    fn send(&mut self, order: Order) -> Result<(), TrainError> {
        self.orders.push_back(order);
        Ok(())
    }

    fn receive(&mut self) -> Pin<Box<dyn Future<Output = Result<Reply, TrainError>> + '_>> {
        Box::pin(async {
            loop {
                let order = self.orders.pop_front().expect("an order that is answered was sent");
                if let Some(reply) = self.shard.obey(order).await? {
                    return Ok(reply);
                }
            }
        })
    }
}

#[test]
fn shards_give_the_same_run_wherever_they_are_computed() {
    let data = data();
    let setup = Setup { shards: 4, ..setup(20) };
    let weights = Weights::init(&setup.model, setup.seed);
    let engine = cpu::Engine::new();
    let mut here = pollster::block_on(Trainer::new(&engine, setup.clone(), &weights)).unwrap();
    let begun = pollster::block_on(here.state()).unwrap();
    let expected = steps(&mut here, &data, 8);

    let away = |index| -> Box<dyn Helper> {
        let shard = pollster::block_on(Shard::resume(&engine, &begun.setup, index, &begun.buffers)).unwrap();
        Box::new(Away { shard, orders: VecDeque::new() })
    };
    // Shards 1 and 2 elsewhere, shard 3 here.
    let helpers = vec![away(1), away(2)];
    let mut there = pollster::block_on(Trainer::resume_with(&engine, begun.clone(), helpers)).unwrap();
    assert_eq!(steps(&mut there, &data, 8), expected);
    let state = pollster::block_on(there.state()).unwrap();
    assert_eq!(state, pollster::block_on(here.state()).unwrap());
    let mut resumed = pollster::block_on(Trainer::resume(&engine, state)).unwrap();
    assert_eq!(steps(&mut resumed, &data, 4), steps(&mut here, &data, 4));

    // The same rows in one piece: the same means, but for rounding and for how later rows explore.
    let mut whole = start(20);
    let one = steps(&mut whole, &data, 1)[0];
    assert!((one.lm_loss - expected[0].lm_loss).abs() < 1e-5 * one.lm_loss);
    assert!((one.grad_norm - expected[0].grad_norm).abs() < 1e-3 * one.grad_norm, "{one:?} {:?}", expected[0]);
}

/// The sum of gradients, one after the other.
fn sum<'g>(gradients: impl Iterator<Item = &'g Vec<f32>>) -> Vec<f32> {
    let add = |sum: Vec<f32>, next: Vec<f32>| sum.iter().zip(next).map(|(a, b)| a + b).collect();
    gradients.cloned().reduce(add).unwrap()
}

#[test]
fn a_step_is_made_of_the_shards_gradients_summed_in_their_order() {
    let data = data();
    for count in [2, 4] {
        let setup = Setup { shards: count, ..setup(20) };
        let weights = Weights::init(&setup.model, setup.seed);
        let engine = cpu::Engine::new();
        let mut trainer = pollster::block_on(Trainer::new(&engine, setup, &weights)).unwrap();
        let begun = pollster::block_on(trainer.state()).unwrap();
        let shard = |index| pollster::block_on(Shard::resume(&engine, &begun.setup, index, &begun.buffers)).unwrap();
        let mut shards: Vec<_> = (0..count).map(shard).collect();
        let mut order_matters = false;
        for step in 1..=5 {
            let batch = data.batch(step - 1, 16);
            let report = pollster::block_on(trainer.step(&batch)).unwrap();

            let parts = shards.iter_mut().zip(batch.parts(count));
            let replies = parts.map(|(shard, batch)| pollster::block_on(shard.obey(Order::Gradient { step, batch })));
            let gradient = |reply| match reply {
                Ok(Some(Reply::Gradient(gradient))) => gradient,
                other => panic!("{other:?} instead of a gradient"),
            };
            let parts: Vec<_> = replies.map(gradient).collect();
            let total = sum(parts.iter().map(|part| &part.values));
            order_matters |= total != sum(parts.iter().rev().map(|part| &part.values));
            let mean: Vec<f32> = total.iter().map(|x| x / count as f32).collect();
            let squares: f64 = mean.iter().map(|&x| f64::from(x).powi(2)).sum();
            assert_eq!(report.grad_norm, f64::from(squares as f32).sqrt(), "{count} shards, step {step}");
            let cross_entropy = sum(parts.iter().map(|part| &part.metrics))[5];
            assert_eq!(report.lm_loss, f64::from(cross_entropy) / 16.0);
            for shard in &mut shards {
                let update = Order::Update { step, gradient: mean.clone(), rows: EmbeddingGradient::default() };
                assert_eq!(pollster::block_on(shard.obey(update)), Ok(None));
            }
        }
        // Of two the sum is the same either way.
        assert_eq!(order_matters, count > 2);
        // The hidden states come of every weight after every update but the last, bit for bit.
        let carried: Vec<_> = shards
            .iter_mut()
            .flat_map(|shard| match pollster::block_on(shard.obey(Order::Carry)) {
                Ok(Some(Reply::Carry(carry))) => carry,
                other => panic!("{other:?} instead of a carry"),
            })
            .collect();
        let state = pollster::block_on(trainer.state()).unwrap();
        assert_eq!(state.buffers[state.buffers.len() - carried.len()..], carried);
    }
}
