//! Events and jobs, written in the transaction of the change they follow from.

use std::collections::BTreeMap;

use diesel::{QueryResult, sql_types as st};
use diesel_async::RunQueryDsl;
use events::{Event, EventId, Instant, JobId};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{Clock, Entropy, SystemTx, Tx};

/// Which job kinds follow which event. Built once by the host from the list of modules.
#[derive(Debug, Default)]
pub struct Subscriptions(BTreeMap<&'static str, Vec<String>>);

impl Subscriptions {
    /// Adds a follower of an event.
    pub fn add(&mut self, event: &'static str, job_kind: impl Into<String>) {
        self.0.entry(event).or_default().push(job_kind.into());
    }
    /// The job kinds that follow an event.
    #[must_use]
    pub fn of(&self, event: &str) -> &[String] {
        self.0.get(event).map_or(&[], Vec::as_slice)
    }
}

/// A job to be enqueued.
#[derive(Clone, Debug)]
pub struct JobSpec {
    /// Its kind, for example `mail.send`.
    pub kind: String,
    /// Its arguments as JSON.
    pub args: Value,
    /// When it may run, at the earliest.
    pub run_at: Option<Instant>,
    /// At most one job of the tenant ever has this key: enqueueing again does nothing.
    pub unique_key: Option<String>,
}

impl JobSpec {
    /// A job to run as soon as possible.
    #[must_use]
    pub fn new(kind: impl Into<String>, args: Value) -> Self {
        Self { kind: kind.into(), args, run_at: None, unique_key: None }
    }
    /// Not before `at`.
    #[must_use]
    pub fn at(mut self, at: Instant) -> Self {
        self.run_at = Some(at);
        self
    }
    /// At most once for this key in this tenant.
    #[must_use]
    pub fn once(mut self, key: impl Into<String>) -> Self {
        self.unique_key = Some(key.into());
        self
    }
}

impl Tx {
    /// Publishes an event: keeps it, and enqueues a job for each follower, all in this transaction.
    ///
    /// # Errors
    /// When the database refuses the rows.
    pub async fn emit<E: Event>(&mut self, event: &E) -> QueryResult<EventId> {
        let ctx = self.ctx.clone();
        let id: EventId = ctx.new_id();
        let payload = serde_json::to_value(event).map_err(|error| diesel::result::Error::SerializationError(error.into()))?;
        diesel::sql_query("INSERT INTO events (id, name, version, payload, occurred_at) VALUES ($1, $2, $3, $4, $5)")
            .bind::<st::Uuid, _>(id.uuid())
            .bind::<st::Text, _>(E::NAME)
            .bind::<st::Integer, _>(E::VERSION)
            .bind::<st::Jsonb, _>(&payload)
            .bind::<st::Timestamptz, _>(ctx.now())
            .execute(&mut *self.conn)
            .await?;
        for kind in ctx.0.subscriptions.of(E::NAME) {
            let args = json!({ "event_id": id, "event": payload });
            self.enqueue(JobSpec::new(kind.clone(), args).once(format!("{id}/{kind}"))).await?;
        }
        Ok(id)
    }
    /// Enqueues a job of this tenant in this transaction.
    ///
    /// # Errors
    /// When the database refuses the row.
    pub async fn enqueue(&mut self, job: JobSpec) -> QueryResult<()> {
        let ctx = self.ctx.clone();
        let now = ctx.now();
        let (id, tenant, request) = (ctx.new_id(), Some(ctx.tenant().id.uuid()), ctx.request_id().to_owned());
        self.enqueued = true;
        insert(&mut self.conn, id, tenant, job, now, &request).await
    }
}

/// Enqueues a job of the platform itself.
///
/// # Errors
/// When the database refuses the row.
pub async fn enqueue_system(tx: &mut SystemTx, job: JobSpec, clock: &Clock, entropy: &Entropy) -> QueryResult<()> {
    let now = clock.now();
    insert(tx, entropy.id(now), None, job, now, "").await
}

async fn insert(
    conn: &mut diesel_async::AsyncPgConnection,
    id: JobId,
    tenant: Option<Uuid>,
    job: JobSpec,
    now: Instant,
    request: &str,
) -> QueryResult<()> {
    diesel::sql_query(
        "INSERT INTO jobs (id, tenant_id, kind, args, run_at, unique_key, request_id, created_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT DO NOTHING",
    )
    .bind::<st::Uuid, _>(id)
    .bind::<st::Nullable<st::Uuid>, _>(tenant)
    .bind::<st::Text, _>(job.kind)
    .bind::<st::Jsonb, _>(job.args)
    .bind::<st::Timestamptz, _>(job.run_at.unwrap_or(now))
    .bind::<st::Nullable<st::Text>, _>(job.unique_key)
    .bind::<st::Text, _>(request)
    .bind::<st::Timestamptz, _>(now)
    .execute(conn)
    .await
    .map(drop)
}
