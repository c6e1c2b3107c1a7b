//! What random cases never meet: gradients that are exactly zero, cancel, or are too small for their squares to be numbers. The sign
//! of zero is zero.

use hrm_core::engine::{Engine, Session};
use hrm_core::plan::kernel::{AdamAtan2, SignSgd};
use hrm_core::plan::{EntryId, Recorder};

/// The optimizers' kernels on an engine, against numbers worked out by hand: only weight decay moves what has no gradient.
pub async fn check(engine: &impl Engine) {
    let mut r = Recorder::new();
    r.entry("main");
    let (batch, width, identifiers) = (4, 3, 4);
    let (grad, ids, hyper) =
        (r.persistent("grad", &[batch, width]), r.integers("ids", &[batch]), r.persistent("h", &[4]));
    let table = r.persistent("table", &[identifiers, width]);
    r.push(SignSgd { grad, ids, hyper, table, batch, width, identifiers, weight_decay: 0.5 });
    let [none, param, m, v] = ["none", "param", "m", "v"].map(|name| r.persistent(name, &[2]));
    let (beta1, beta2, weight_decay) = (0.9, 0.95, 0.5);
    r.push(AdamAtan2 { grad: none, hyper, param, m, v, len: 2, beta1, beta2, weight_decay });
    let mut session = engine.prepare(r.finish().expect("the case is well formed")).await.unwrap();

    // Example 0 has row 0; 1 and 2 share row 1, where their first two channels cancel; 3 has row 2; nobody has row 3.
    session.write_u32(ids, &[0, 1, 1, 2]).unwrap();
    session.write(grad, &[0.0, -0.0, 2.0, 1.5, -0.25, 0.0, -1.5, 0.25, -3.0, 0.0, 0.0, 0.0]).unwrap();
    session.write(table, &[1.0, -2.0, 3.0, 4.0, -5.0, 6.0, 7.0, -8.0, 0.0, 9.0, 10.0, 11.0]).unwrap();
    // Both rates 0.5: decay keeps 0.75. All these numbers are exact in binary.
    session.write(hyper, &[0.5, 0.5, 10.0, 20.0]).unwrap();
    session.write(param, &[4.0, 0.0]).unwrap();
    session.write(none, &[9.9e-20, -1e-30]).unwrap();
    let found = session.run(&[EntryId(0)], &[table, param, m, v]).await.unwrap();
    let mut found = found.into_iter().map(|data| data.f32());
    let rows = [[0.75, -1.5, 1.75], [3.0, -3.75, 5.0], [5.25, -6.0, 0.0], [9.0, 10.0, 11.0]];
    assert_eq!(found.next().unwrap(), rows.concat(), "{:?}", engine.info());
    assert_eq!(found.next().unwrap(), [3.0, 0.0], "{:?}", engine.info());
    assert_eq!(found.collect::<Vec<_>>(), [[0.0; 2]; 2], "{:?}", engine.info());
}
