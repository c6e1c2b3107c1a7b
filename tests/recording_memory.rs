//! What the recording of a large run takes: page and worker together, counted by the allocator.
#![cfg(not(target_arch = "wasm32"))]

use std::{
    alloc::{GlobalAlloc, Layout, System},
    ops::ControlFlow,
    sync::atomic::{AtomicUsize, Ordering::Relaxed},
};

use hrm_core::{
    checkpoint::Weights,
    config::ModelConfig,
    engine::cpu,
    model::{Level, Solver, Taps},
    recording::{
        Recording, SegmentReport, Shapes,
        retention::States,
        solve::{SolveRequest, solve},
        step_stats::Trace,
    },
};

/// Counts what is held, and the most that was.
struct Counting;

static HELD: AtomicUsize = AtomicUsize::new(0);
static MOST: AtomicUsize = AtomicUsize::new(0);

#[global_allocator]
static ALLOCATOR: Counting = Counting;

// SAFETY: the system's allocator does the work; only sizes are counted beside it.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        MOST.fetch_max(HELD.fetch_add(layout.size(), Relaxed) + layout.size(), Relaxed);
        // SAFETY: as the caller promised.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        HELD.fetch_sub(layout.size(), Relaxed);
        // SAFETY: as the caller promised.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[test]
fn the_recording_of_a_thirty_by_thirty_maze_stays_under_200_mb_and_is_freed() {
    // The 27 M model's T, D and cycles on a 30x30 maze. What is recorded does not depend on how deep its blocks are: one
    // layer in place of four, for the test's time.
    let config = ModelConfig::from_json(
        r#"{"seq_len":900,"vocab_size":6,"puzzle_emb_ndim":512,"num_puzzle_identifiers":1,"H_cycles":2,"L_cycles":2,
        "H_layers":1,"L_layers":1,"hidden_size":512,"num_heads":8,"expansion":1,"halt_max_steps":16}"#,
    )
    .unwrap();
    let shapes = Shapes::of(&config);
    assert_eq!((shapes.positions, shapes.channels, shapes.steps()), (901, 512, 6));
    let weights = Weights::init(&config, 1);
    let question: Vec<u8> = (0..900).map(|cell| (cell * 7 % 6) as u8).collect();
    let segments = config.halt_max_steps;
    pollster::block_on(async {
        let mut solver = Solver::new(&cpu::Engine::new(), &config, &weights, 1, Taps::States).await.unwrap();
        // The threads that multiply matrices hold on to their buffers, whose size is the processor's: they exist before.
        solver.begin(&vec![0; 900], &[0]).await.unwrap();
        solver.segment().await.unwrap();
        let before = HELD.load(Relaxed);
        MOST.store(before, Relaxed);
        let trace = Trace::of(&weights, &config, segments);
        let mut recording = Recording::new(shapes, segments, question.clone(), String::new());
        let observe = async |report: SegmentReport, states: States| {
            let bytes = states.as_bytes().to_vec();
            recording.push(report, recording.keep().read(&bytes)).unwrap();
            ControlFlow::Continue(())
        };
        let request = SolveRequest { question: question.to_vec(), segments, ..SolveRequest::default() };
        solve(&mut solver, &request, trace, || 0.0, observe).await.unwrap();
        let most = MOST.load(Relaxed) - before;
        let (after, kept) = (HELD.load(Relaxed) - before, recording.bytes());
        println!(
            "{} MB at most, {} MB after the run, {} MB of states",
            most / 1_000_000,
            after / 1_000_000,
            kept / 1_000_000
        );
        assert_eq!(kept as u64, recording.keep().bytes());
        assert!(most < 200_000_000, "{most} bytes at most");
        // The worker's half is gone with the run.
        assert!(after < kept + 20_000_000, "{after} bytes after the run, {kept} of states");
        assert_eq!((recording.states(Level::H).count(), recording.states(Level::L).count()), (32, 32));
        drop(recording);
        let left = HELD.load(Relaxed).saturating_sub(before);
        assert!(left < 2_000_000, "{left} bytes are held after the recording is gone");
    });
}
