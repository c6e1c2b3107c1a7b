//! Forward files: every sub-layer of the first segment, every segment from the golden state before it, and the chain.

use crate::config::Mixer;
use crate::engine::{Engine, Session};
use crate::model::{InferencePlan, Options, Taps, record_inference};
use crate::plan::BufferId;

use super::error::VerifyError;
use super::golden::Golden;
use super::report::Report;
use crate::model::ModelError;

const LIMIT: Option<f64> = Some(1e-4);

/// A prepared plan with the file's weights and inputs.
async fn prepare<E: Engine>(
    engine: &E,
    golden: &Golden,
    options: Options,
) -> Result<(InferencePlan, E::Session), VerifyError> {
    let plan = record_inference(&golden.config, golden.batch, options).map_err(ModelError::from)?;
    let mut session = engine.prepare(plan.program.clone()).await?;
    golden.weights.write(&mut session).map_err(ModelError::from)?;
    for (id, values) in plan.model.constants() {
        session.write(id, &values)?;
    }
    session.write_u32(plan.inputs.tokens, &golden.tokens)?;
    session.write_u32(plan.inputs.ids, &golden.ids)?;
    if let Some(losses) = &plan.losses {
        session.write_u32(losses.labels, &golden.labels)?;
    }
    Ok((plan, session))
}

async fn read<S: Session>(session: &mut S, ids: &[BufferId]) -> Result<Vec<Vec<f64>>, VerifyError> {
    let data = session.run(&[], ids).await?;
    Ok(data.into_iter().map(|d| d.f32().into_iter().map(f64::from).collect()).collect())
}

/// Compares a whole forward file.
pub async fn verify<E: Engine>(engine: &E, golden: &Golden, report: &mut Report) -> Result<(), VerifyError> {
    let options = Options { taps: Taps::Trace, losses: true, ..Options::default() };
    let (plan, mut session) = prepare(engine, golden, options).await?;
    session.run(&[plan.begin, plan.segment], &[]).await?;
    for (id, values) in plan.model.constants() {
        let name = plan.program.buffer(id).name.clone();
        if golden.has(&name) {
            let values: Vec<f64> = values.iter().map(|&x| f64::from(x)).collect();
            report.judge("rotary tables", LIMIT, &name, golden.get(&name)?, &values);
        }
    }
    traces(golden, &plan, &mut session, report).await?;
    let segments = golden.count("segment");
    segment(golden, &plan, &mut session, 0, Some(report)).await?;
    for s in 1..segments {
        let before = |z: &str| golden.f32(&format!("segment.{}.{z}", s - 1));
        session.write(plan.z_h, &before("z_H")?)?;
        session.write(plan.z_l, &before("z_L")?)?;
        session.run(&[plan.segment], &[]).await?;
        segment(golden, &plan, &mut session, s, Some(report)).await?;
    }
    session.run(&[plan.begin], &[]).await?;
    for s in 0..segments {
        session.run(&[plan.segment], &[]).await?;
        for (name, values) in segment(golden, &plan, &mut session, s, None).await? {
            report.judge("whole chain (reported)", None, &name, golden.get(&name)?, &values);
        }
    }
    Ok(())
}

/// What segment `s` left in the session, under the file's names; judged where a report is given.
async fn segment<S: Session>(
    golden: &Golden,
    plan: &InferencePlan,
    session: &mut S,
    s: usize,
    report: Option<&mut Report>,
) -> Result<Vec<(String, Vec<f64>)>, VerifyError> {
    let mut ids = vec![plan.logits, plan.q, plan.z_h, plan.z_l];
    ids.extend(plan.losses.iter().flat_map(|l| [l.rows, l.q_loss]));
    let values = read(session, &ids).await?;
    let column = |values: &[f64], first: usize, width: usize| -> Vec<f64> {
        values.iter().skip(first).step_by(width).copied().collect()
    };
    let (q, rows, q_loss) = (&values[1], &values[4], &values[5]);
    let loss = column(rows, 0, 4).iter().sum::<f64>() + 0.5 * column(q_loss, 0, 2).iter().sum::<f64>();
    let named = [
        ("logits", values[0].clone()),
        ("q_halt_logits", column(q, 0, 2)),
        ("q_continue_logits", column(q, 1, 2)),
        ("z_H", values[2].clone()),
        ("z_L", values[3].clone()),
        ("loss", vec![loss]),
    ];
    let named = named.map(|(name, values)| (format!("segment.{s}.{name}"), values));
    let named: Vec<_> = named.into_iter().filter(|(name, _)| golden.has(name)).collect();
    if let Some(report) = report {
        let group = if s == 0 { "segment 0" } else { "later segments, from golden states" };
        for (name, values) in &named {
            report.judge(group, LIMIT, name, golden.get(name)?, values);
        }
    }
    Ok(named)
}

/// The sub-layers' outputs of the first segment, by the order in which they ran.
async fn traces<S: Session>(
    golden: &Golden,
    plan: &InferencePlan,
    session: &mut S,
    report: &mut Report,
) -> Result<(), VerifyError> {
    let mut expected: Vec<(usize, &str, &str)> = golden
        .names("trace.")
        .filter_map(|full| {
            let (number, name) = full.strip_prefix("trace.")?.split_once('.')?;
            Some((number.parse().ok()?, name, full))
        })
        .collect();
    expected.sort_unstable();
    let mut ours = vec![("input_embeddings", plan.x)];
    ours.extend(plan.taps.trace.iter().map(|(name, id)| (name.as_str(), *id)));
    for ((_, name, full), (our_name, id)) in expected.into_iter().zip(ours) {
        // The official HRM calls the mixer after its module, the official TRM does not.
        let name = name.replace(".self_attn", ".mixer").replace(".mlp_t", ".mixer");
        if name != our_name {
            continue;
        }
        let golden_tensor = golden.get(full)?;
        let mut values = read(session, &[id]).await?.remove(0);
        let [d, t] = [golden.config.hidden_size, golden.config.tokens()];
        let is_transposed = golden.config.mixer == Mixer::MlpT && golden_tensor.shape == [golden.batch, d, t];
        if our_name.ends_with(".mixer") && is_transposed {
            values = transposed(&values, t, d);
        }
        report.judge("traces of segment 0", LIMIT, full, golden_tensor, &values);
    }
    Ok(())
}

/// [B, T, D] to [B, D, T], the layout in which the golden mlp_t writes.
fn transposed(values: &[f64], t: usize, d: usize) -> Vec<f64> {
    let mut out = Vec::with_capacity(values.len());
    for item in values.chunks_exact(t * d) {
        for channel in 0..d {
            out.extend(item.iter().skip(channel).step_by(d));
        }
    }
    out
}
