//! A GPU that is lost on the way.

use hrm_core::checkpoint::Weights;
use hrm_core::engine::{EngineError, gpu};
use hrm_core::train::{TrainError, Trainer};

use super::{data, setup};

#[test]
fn a_device_lost_in_the_middle_of_a_step_leaves_the_last_state() {
    let engine = || pollster::block_on(gpu::Engine::new()).expect("a GPU adapter; mesa-vulkan-drivers has one");
    let (data, lost) = (data(), engine());
    let setup = setup(20);
    let weights = Weights::init(&setup.model, setup.seed);
    let mut trainer = pollster::block_on(Trainer::new(&lost, setup, &weights)).unwrap();
    let advance = |trainer: &mut Trainer<gpu::Session>| {
        let batch = data.batch(trainer.steps_done(), 16);
        pollster::block_on(trainer.advance(&batch))
    };
    advance(&mut trainer).unwrap();
    advance(&mut trainer).unwrap();
    let good = pollster::block_on(trainer.state()).unwrap();
    let second = pollster::block_on(trainer.settle()).unwrap().unwrap();
    assert_eq!((good.step, second.step), (2, 2));

    assert_eq!(advance(&mut trainer), Ok(None));
    lost.device().destroy();
    let is_lost = |error: &TrainError| {
        let told = error.to_string().starts_with("the GPU device was lost: ");
        told && matches!(error, TrainError::Engine(EngineError::DeviceLost(_)))
    };
    let error = pollster::block_on(trainer.settle()).unwrap_err();
    assert!(is_lost(&error), "{error}");
    let error = advance(&mut trainer).unwrap_err();
    assert!(is_lost(&error), "{error}");
    let error = pollster::block_on(trainer.state()).unwrap_err();
    assert!(is_lost(&error), "{error}");

    // The state from before goes on where there is a device, here another one.
    let mut resumed = pollster::block_on(Trainer::resume(&engine(), good.clone())).unwrap();
    assert_eq!(pollster::block_on(resumed.state()).unwrap(), good);
    assert_eq!(advance(&mut resumed), Ok(None));
    let third = pollster::block_on(resumed.settle()).unwrap().unwrap();
    assert!(third.step == 3 && third.lm_loss.is_finite() && third.lm_loss < 2.0 * second.lm_loss, "{third:?}");
}
