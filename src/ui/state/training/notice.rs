//! What is said beside the controls, with ways on.

/// Something to be said beside the controls, with ways on.
#[derive(Clone, Debug, PartialEq)]
pub struct Notice {
    /// What happened and where.
    pub text: String,
    /// What can be done.
    pub ways: Vec<Way>,
}

/// A way on after a failure.
#[derive(Clone, Debug, PartialEq)]
pub enum Way {
    /// From the last saved state.
    Continue(String),
    /// From the last saved state, on the CPU.
    OnCpu(String),
    /// A new run from the last saved weights, at another learning rate.
    Slower {
        /// The run that went astray.
        run: String,
        /// The new run's learning rate.
        rate: f64,
    },
    /// Take the whole state away as a file.
    Download(String),
}
