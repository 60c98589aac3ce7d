//! Writes verdicts, several in one commit. A job keeps its place until its verdict is written: when the database is away,
//! nothing new is started and nothing is forgotten.

use std::sync::Arc;

use tokio::sync::{Notify, OwnedSemaphorePermit, mpsc};

use crate::{
    pause::Pause,
    store::{Record, Store},
};

/// A verdict to be written, and the place that it frees.
pub(crate) struct Finished {
    pub(crate) record: Record,
    pub(crate) place: Option<OwnedSemaphorePermit>,
}

/// Until all senders are gone and everything is written. Tells `freed` of each commit.
pub(crate) async fn run(store: Store, mut verdicts: mpsc::Receiver<Finished>, freed: Arc<Notify>) {
    let mut batch = Vec::with_capacity(BATCH);
    while verdicts.recv_many(&mut batch, BATCH).await > 0 {
        let (records, places): (Vec<_>, Vec<_>) =
            batch.drain(..).map(|done: Finished| (done.record, done.place)).unzip();
        write(&store, &records).await;
        drop(places);
        freed.notify_one();
    }
}

const BATCH: usize = 64;

async fn write(store: &Store, records: &[Record]) {
    let mut pause = Pause::new();
    loop {
        match store.record(records).await {
            Ok(written) => {
                if written < records.len() {
                    tracing::warn!(
                        lost = records.len() - written,
                        "verdicts came too late: the jobs had been given to others"
                    );
                }
                return;
            }
            Err(error) => {
                let wait = pause.grow();
                tracing::warn!(%error, ?wait, jobs = records.len(), "verdicts can't be written; trying again");
                tokio::time::sleep(wait).await;
            }
        }
    }
}
