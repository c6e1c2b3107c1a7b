//! Training files: outputs, losses, gradients, halting, optimizers; from golden parameters and as a whole chain.

use crate::checkpoint::plain_name;
use crate::engine::{Data, Engine, Session};
use crate::train::{TrainingPlan, record_training};

use super::error::VerifyError;
use super::golden::Golden;
use super::report::Report;
use crate::model::ModelError;

const FIRST: Option<f64> = Some(1e-4);
const LATER: Option<f64> = Some(1e-3);
const OPTIMIZER: Option<f64> = Some(1e-5);
const CHAIN_LOSS: Option<f64> = Some(1e-2);
const EQUAL: Option<f64> = Some(0.0);

/// Compares a whole training file.
pub async fn verify<E: Engine>(engine: &E, golden: &Golden, report: &mut Report) -> Result<(), VerifyError> {
    let steps = golden.count("step");
    let plan = record_training(&golden.config, golden.batch, &golden.optimizer, false).map_err(ModelError::from)?;

    // Parameters advanced by the golden gradients, the carry our own.
    let mut session = prepare(engine, golden, &plan).await?;
    for step in 0..steps {
        begin_step(golden, &plan, &mut session, step)?;
        session.run(&[plan.gradient], &[]).await?;
        for (name, values) in outputs(golden, &plan, &mut session, step).await? {
            let (group, limit) = match (is_exact(&name), step) {
                (true, _) => ("halted, steps and identifiers, equal", EQUAL),
                (false, 0) => ("step 0", FIRST),
                (false, _) => ("later steps, golden parameters", LATER),
            };
            report.judge(group, limit, &name, golden.get(&name)?, &values);
        }
        for moments in &plan.moments {
            let name = grad_name(golden, step, &plan.program.buffer(moments.param).name);
            session.write(moments.grad, &golden.f32(&name)?)?;
        }
        session.run(&[plan.update], &[]).await?;
        for (name, values) in parameters(golden, &plan, &mut session, step + 1).await? {
            report.judge("optimizers on golden gradients", OPTIMIZER, &name, golden.get(&name)?, &values);
        }
    }

    // All our own.
    let mut session = prepare(engine, golden, &plan).await?;
    for step in 0..steps {
        begin_step(golden, &plan, &mut session, step)?;
        session.run(&[plan.gradient], &[]).await?;
        for (name, values) in outputs(golden, &plan, &mut session, step).await? {
            let (group, limit) = if is_exact(&name) {
                ("whole chain: halted and steps, equal", EQUAL)
            } else if name.ends_with("_loss") {
                ("whole chain: losses", CHAIN_LOSS)
            } else {
                ("whole chain: the rest (reported)", None)
            };
            report.judge(group, limit, &name, golden.get(&name)?, &values);
        }
        session.run(&[plan.update], &[]).await?;
        for (name, values) in parameters(golden, &plan, &mut session, step + 1).await? {
            report.judge("whole chain: parameters (reported)", None, &name, golden.get(&name)?, &values);
        }
    }
    Ok(())
}

async fn prepare<E: Engine>(engine: &E, golden: &Golden, plan: &TrainingPlan) -> Result<E::Session, VerifyError> {
    let mut session = engine.prepare(plan.program.clone()).await?;
    golden.weights.write(&mut session).map_err(ModelError::from)?;
    for (id, values) in plan.model.constants() {
        session.write(id, &values)?;
    }
    session.write_u32(plan.halted, &vec![1; golden.batch])?;
    Ok(session)
}

/// Offers the batch (rows that halted take it) and sets the rates of step `step` (from 0).
fn begin_step<S: Session>(
    golden: &Golden,
    plan: &TrainingPlan,
    session: &mut S,
    step: usize,
) -> Result<(), VerifyError> {
    session.write_u32(plan.fresh.tokens, &golden.tokens)?;
    session.write_u32(plan.fresh.ids, &golden.ids)?;
    session.write_u32(plan.fresh_labels, &golden.labels)?;
    session.write_u32(plan.random, &[0, step as u32])?;
    // Constant rates: the total does not matter.
    session.write(plan.hyper, &golden.optimizer.hyper(step as u64 + 1, 1))?;
    Ok(())
}

/// Integers that must agree exactly.
fn is_exact(name: &str) -> bool {
    [".halted", ".steps", ".puzzle_emb_local_ids", ".metric.count", ".metric.steps"].iter().any(|s| name.ends_with(s))
}

fn grad_name(golden: &Golden, step: usize, param: &str) -> String {
    let param = if param == "puzzle_emb.weights" { "puzzle_emb.local_weights" } else { param };
    let full = format!("step.{step}.grad.model.inner.{param}");
    if golden.has(&full) { full } else { format!("step.{step}.grad.{param}") }
}

/// Everything that the step left, under the file's names.
async fn outputs<S: Session>(
    golden: &Golden,
    plan: &TrainingPlan,
    session: &mut S,
    step: usize,
) -> Result<Vec<(String, Vec<f64>)>, VerifyError> {
    let mut ids = vec![plan.logits, plan.q, plan.metrics, plan.steps, plan.halted, plan.current.ids];
    ids.extend(plan.target);
    let first_grad = ids.len();
    ids.extend(plan.moments.iter().map(|m| m.grad));
    let data: Vec<Vec<f64>> = session.run(&[], &ids).await?.into_iter().map(numbers).collect();
    let q = |column: usize| data[1].iter().skip(column).step_by(2).copied().collect::<Vec<_>>();
    let m = &data[2];
    let mut named = vec![
        ("logits", data[0].clone()),
        ("q_halt_logits", q(0)),
        ("q_continue_logits", q(1)),
        ("metric.count", vec![m[0]]),
        ("metric.accuracy", vec![m[1]]),
        ("metric.exact_accuracy", vec![m[2]]),
        ("metric.q_halt_accuracy", vec![m[3]]),
        ("metric.steps", vec![m[4]]),
        ("lm_loss", vec![m[5]]),
        ("q_halt_loss", vec![m[6]]),
        ("q_continue_loss", vec![m[7]]),
        ("total_loss", vec![m[5] + 0.5 * (m[6] + m[7])]),
        ("steps", data[3].clone()),
        ("halted", data[4].clone()),
        ("puzzle_emb_local_ids", data[5].clone()),
    ];
    if plan.target.is_some() {
        named.push(("target_q_continue", data[6].clone()));
    }
    let mut named: Vec<_> = named.into_iter().map(|(name, v)| (format!("step.{step}.{name}"), v)).collect();
    for (moments, values) in plan.moments.iter().zip(&data[first_grad..]) {
        let name = grad_name(golden, step, &plan.program.buffer(moments.param).name);
        named.push((name, values.clone()));
    }
    named.retain(|(name, _)| golden.has(name));
    Ok(named)
}

/// All parameters, where the file holds those after `step` steps.
async fn parameters<S: Session>(
    golden: &Golden,
    plan: &TrainingPlan,
    session: &mut S,
    step: usize,
) -> Result<Vec<(String, Vec<f64>)>, VerifyError> {
    let prefix = format!("after.{step}.param.");
    let names: Vec<String> = golden.names(&prefix).map(str::to_owned).collect();
    let mut named = Vec::new();
    for name in names {
        let Some(id) = plan.program.find(plain_name(&name[prefix.len()..])) else { continue };
        let values = session.run(&[], &[id]).await?.remove(0);
        named.push((name, numbers(values)));
    }
    Ok(named)
}

fn numbers(data: Data) -> Vec<f64> {
    match data {
        Data::F32(values) => values.into_iter().map(f64::from).collect(),
        Data::U32(values) => values.into_iter().map(f64::from).collect(),
    }
}
