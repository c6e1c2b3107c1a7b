//! What a recipe takes, measured before it is started.

use hrm_core::{
    data::generate_split,
    engine::{AnyEngine, Kind},
    model::parameters,
    train::{DataRecipe, Examples, MOST_WHOLE, Recipe, Run, predicted_bytes},
};
use hrm_link::training::{Estimate, TrainingEvent};

use crate::{
    error::TaskError,
    global,
    training::session::{among_workers, clock, tell},
};

/// Seconds of steps that only warm up: a browser compiles a module's busiest functions anew while they run.
const WARM_UP_SECONDS: f64 = 1.5;
/// Steps that are measured at most.
const MEASURED: usize = 5;
/// Seconds after which no further step is measured.
const MEASURED_SECONDS: f64 = 5.0;

/// What a recipe takes: at once what is known of it without computing, then the time of a step, from a few on a few
/// generated puzzles.
pub async fn estimate(id: u32, recipe: &Recipe, kind: Kind) -> Result<TrainingEvent, TaskError> {
    recipe.check().map_err(TaskError::Recipe)?;
    let engine = AnyEngine::start_with(kind, recipe.training.precision).await?;
    let bytes = predicted_bytes(&engine, &recipe.setup())?.min(MOST_WHOLE);
    let known = Estimate { parameters: parameters(&recipe.model), bytes, step_seconds: None };
    tell(id, TrainingEvent::Estimated(known));
    let few = Recipe {
        data: DataRecipe { base_puzzles: 8, test_puzzles: 1, file: None, ..recipe.data.clone() },
        ..recipe.clone()
    };
    let split = generate_split(few.puzzle, &few.data.request(), |_, _| {});
    let run = Run::begin(engine, few, Examples { split, given: None }, None, clock).await?;
    let mut run = among_workers(run, kind).await?;
    let begun = clock();
    loop {
        run.step().await?;
        global::breathe().await;
        if clock() - begun > WARM_UP_SECONDS {
            break;
        }
    }
    let begun = clock();
    let mut times = Vec::with_capacity(MEASURED);
    while times.len() < MEASURED && (times.is_empty() || clock() - begun < MEASURED_SECONDS) {
        global::breathe().await;
        let before = clock();
        run.step().await?;
        times.push(clock() - before);
    }
    times.sort_unstable_by(f64::total_cmp);
    Ok(TrainingEvent::Estimated(Estimate { bytes: run.bytes(), step_seconds: Some(times[times.len() / 2]), ..known }))
}
