//! All SQL on the job table but the lists of `dead.rs`. Runs as `app_system`, in transactions of one statement or two.

mod claim;
mod deferred;
mod orphans;
mod record;
mod schedules;

use std::{
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use db::Db;
use kernel::{Clock, Entropy};

pub use deferred::wake_deferred;
pub(crate) use orphans::LOST;
pub(crate) use record::Record;

static WORKERS: AtomicU32 = AtomicU32::new(0);

/// The job table as one worker sees it.
#[derive(Clone)]
pub(crate) struct Store {
    pub(crate) db: Db,
    pub(crate) clock: Clock,
    pub(crate) name: Arc<str>,
    per_tenant: i64,
    dead_after: Duration,
}

impl Store {
    pub(crate) fn new(
        db: Db,
        clock: Clock,
        entropy: &Entropy,
        per_tenant: usize,
        dead_after: Duration,
    ) -> Self {
        // The token is the boot id. Process and number tell workers apart where the entropy is a test's seed.
        let number = WORKERS.fetch_add(1, Ordering::Relaxed);
        let name = format!("worker-{}-{number}-{}", std::process::id(), entropy.token()).into();
        Self { db, clock, name, per_tenant: i64::try_from(per_tenant.max(1)).unwrap_or(i64::MAX), dead_after }
    }
}
