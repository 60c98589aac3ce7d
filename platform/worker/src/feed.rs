//! Claims jobs while there are free places, and hands them to the apalis worker.
//!
//! Woken at once by what this process enqueues (`Db::jobs_enqueued`) and by jobs that end, and by a short timer for the rest: other replicas'
//! jobs, retries, jobs for later. Not by LISTEN/NOTIFY: a transaction that has notified takes a lock of the whole cluster
//! when it commits, so every booking would queue behind every other one.

use std::{sync::Arc, time::Duration};

use db::TxError;
use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore, mpsc};
use tokio_util::sync::CancellationToken;

use crate::{Job, backend::Lease, pause::Pause, store::Store};

pub(crate) struct Feed {
    pub(crate) store: Store,
    pub(crate) places: Arc<Semaphore>,
    pub(crate) leases: mpsc::Sender<Lease>,
    pub(crate) stop: CancellationToken,
    pub(crate) poll: Duration,
    /// Told of each verdict: a tenant that had as many jobs running as it may can have another.
    pub(crate) freed: Arc<Notify>,
}

impl Feed {
    /// Until it is told to stop. What is claimed by then is handed on or given back.
    pub(crate) async fn run(self) {
        let mut pause = Pause::new();
        while let Some(places) = self.free_places().await {
            match self.store.claim(places.len()).await {
                Ok(jobs) => {
                    pause.reset();
                    if jobs.is_empty() {
                        drop(places);
                        self.wait(self.poll).await;
                    } else if !self.hand_on(jobs, places).await {
                        break;
                    }
                }
                Err(error) => {
                    drop(places);
                    self.away(&error, &mut pause).await;
                }
            }
        }
    }

    /// All places that are free now, at least one; none when it is time to stop.
    async fn free_places(&self) -> Option<Vec<OwnedSemaphorePermit>> {
        let first = tokio::select! {
            biased;
            () = self.stop.cancelled() => return None,
            place = Arc::clone(&self.places).acquire_owned() => place.ok()?,
        };
        let mut places = vec![first];
        while let Ok(place) = Arc::clone(&self.places).try_acquire_owned() {
            places.push(place);
        }
        Some(places)
    }

    async fn hand_on(&self, jobs: Vec<Job>, places: Vec<OwnedSemaphorePermit>) -> bool {
        if self.stop.is_cancelled() {
            if let Err(error) = self.store.give_back(&jobs).await {
                tracing::warn!(%error, "claimed jobs are given back when the worker leaves");
            }
            return false;
        }
        for (job, place) in jobs.into_iter().zip(places) {
            if self.leases.send(Lease { job, place }).await.is_err() {
                return false;
            }
        }
        true
    }

    async fn away(&self, error: &TxError, pause: &mut Pause) {
        let wait = pause.grow();
        tracing::warn!(%error, ?wait, "jobs can't be claimed; trying again");
        tokio::select! {
            () = self.stop.cancelled() => {}
            () = tokio::time::sleep(wait) => {}
        }
    }

    async fn wait(&self, longest: Duration) {
        tokio::select! {
            () = self.stop.cancelled() => {}
            () = self.store.db.jobs_enqueued() => {}
            () = self.freed.notified() => {}
            () = tokio::time::sleep(longest) => {}
        }
    }
}
