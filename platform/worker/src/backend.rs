//! The apalis backend: hands leases from the feed to the apalis worker.
//!
//! `apalis_core`'s own `Persistence` ends its worker for good on the first database error and claims without asking how
//! many jobs may still start; so claiming, heartbeats and verdicts live in tasks of their own, and the backend is the end
//! of a channel. When the feed ends, the channel ends, and apalis waits for what runs.

use std::{
    convert::Infallible,
    task::{Context, Poll},
};

use apalis_core::{
    backend::{Backend, BackendConfig, finalize::Ephemeral},
    layers::Identity,
    task::{Task, builder::TaskBuilder, task_id::TaskId},
    worker::context::WorkerContext,
};
use tokio::sync::{OwnedSemaphorePermit, mpsc};
use uuid::Uuid;

use crate::Job;

/// A claimed job, and its place among those that may run at once.
pub(crate) struct Lease {
    pub(crate) job: Job,
    pub(crate) place: OwnedSemaphorePermit,
}

/// The end of the feed's channel.
pub(crate) struct Leases(pub(crate) mpsc::Receiver<Lease>);

impl Backend for Leases {
    type Task = Task<Lease>;
    type Error = Infallible;

    fn poll_ready(&mut self, _: &mut Context<'_>, _: &WorkerContext) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }
    fn poll_next(
        &mut self,
        cx: &mut Context<'_>,
        _: &WorkerContext,
    ) -> Poll<Option<Result<Task<Lease>, Infallible>>> {
        self.0.poll_recv(cx).map(|lease| lease.map(|lease| Ok(task(lease))))
    }
    fn poll_close(&mut self, _: &mut Context<'_>, _: &WorkerContext) -> Poll<Result<(), Infallible>> {
        self.0.close();
        Poll::Ready(Ok(()))
    }
}

fn task(lease: Lease) -> Task<Lease> {
    let id = TaskId::from_string(lease.job.id.to_string());
    // apalis counts the attempt when it starts; the row has counted it when it was claimed.
    let before = usize::try_from(lease.job.attempts.saturating_sub(1)).unwrap_or(0);
    TaskBuilder::new(lease).task_id(id).attempt(before).build()
}

impl BackendConfig for Leases {
    type Args = Lease;
    type Id = Uuid;
    type Kind = Ephemeral;
    type Config = ();
    type Layer = Identity;

    fn config(&self) -> &() {
        &()
    }
    fn middleware(&mut self, _: &mut WorkerContext) -> Identity {
        Identity::new()
    }
}
