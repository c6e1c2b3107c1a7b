//! A run's place in the private file system. It is locked while the run is trained and no longer, so that another tab may go on
//! with a run that has paused or ended here.

use hrm_core::train::Saved;

use crate::{
    error::TaskError,
    storage_error::StorageError,
    training::storage::{Lock, Storage},
};

/// Where a run is saved.
pub struct Place {
    run: String,
    storage: Storage,
    /// While it is trained.
    lock: Option<Lock>,
    /// Number of the generation that holds what this tab has of the run; `None` while it has none.
    known: Option<u64>,
}

impl Place {
    /// The place of a run, locked and without what a tab that died left half written.
    ///
    /// # Errors
    /// There is no storage; another tab trains the run.
    pub async fn open(run: &str) -> Result<Self, StorageError> {
        let storage = Storage::open().await?;
        let lock = Some(storage.lock(run).await?);
        storage.sweep(run).await?;
        let known = storage.newest(run).await?;
        Ok(Self { run: run.into(), storage, lock, known })
    }

    /// Locks it again; whether nothing was saved in another tab meanwhile, be it half written: then the place must be opened
    /// anew. A run that was deleted there can go on here.
    ///
    /// # Errors
    /// Another tab trains the run.
    pub async fn retake(&mut self) -> Result<bool, StorageError> {
        self.lock = Some(self.storage.lock(&self.run).await?);
        Ok(self.storage.newest(&self.run).await? <= self.known)
    }

    /// Lets others train the run.
    pub fn release(&mut self) {
        self.lock = None;
    }

    /// Writes a state of the run.
    ///
    /// # Errors
    /// As [`Storage::write`].
    pub async fn write(&mut self, state: &[u8]) -> Result<(), StorageError> {
        self.known = Some(self.storage.write(&self.run, state).await?);
        Ok(())
    }
}

/// The newest state of a run: the stored one, or `kept`, a state which the page has because it could not be stored.
///
/// # Errors
/// There is none, or it cannot be read.
pub async fn newest_state(run: &str, kept: Option<&Vec<u8>>) -> Result<Saved, TaskError> {
    let stored = async { Storage::open().await?.load(run).await };
    let Some(kept) = kept else { return stored.await };
    let kept = Saved::from_bytes(kept)?;
    Ok(stored.await.ok().filter(|stored| stored.state.step > kept.state.step).unwrap_or(kept))
}
