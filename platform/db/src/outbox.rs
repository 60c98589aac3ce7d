//! Events and jobs, written in the transaction of the change they follow from.

use std::collections::BTreeMap;

use ::events::{Event, EventId, Instant, JobId};
use diesel::{ExpressionMethods, QueryResult};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::schema::{events, jobs};
use crate::{Clock, Ctx, Entropy, SystemTx, Tx};

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
        let payload = serde_json::to_value(event)
            .map_err(|error| diesel::result::Error::SerializationError(error.into()))?;
        let row = (
            events::id.eq(id),
            events::name.eq(E::NAME),
            events::version.eq(E::VERSION),
            events::payload.eq(&payload),
            events::occurred_at.eq(ctx.now()),
        );
        let followers = ctx.0.subscriptions.of(E::NAME).iter().map(|kind| {
            let args = json!({ "event_id": id, "name": E::NAME, "event": payload });
            JobSpec::new(kind.clone(), args).once(format!("{id}/{kind}"))
        });
        let followers: Vec<JobSpec> = followers.collect();
        self.enqueued |= !followers.is_empty();
        // All at once on the one connection: one round trip, however many follow.
        let mut conn: &AsyncPgConnection = &self.conn;
        let event = diesel::insert_into(events::table).values(row).execute(&mut conn);
        let jobs =
            futures::future::try_join_all(followers.into_iter().map(|job| insert_of(&self.conn, &ctx, job)));
        futures::future::try_join(event, jobs).await?;
        Ok(id)
    }
    /// Enqueues a job of this tenant in this transaction.
    ///
    /// # Errors
    /// When the database refuses the row.
    pub async fn enqueue(&mut self, job: JobSpec) -> QueryResult<()> {
        self.enqueued = true;
        insert_of(&self.conn, &self.ctx, job).await
    }
}

/// Writes the row of a job of the context's tenant.
async fn insert_of(conn: &AsyncPgConnection, ctx: &Ctx, job: JobSpec) -> QueryResult<()> {
    insert(conn, ctx.new_id(), Some(ctx.tenant().id.uuid()), job, ctx.now(), ctx.request_id()).await
}

/// Enqueues a job of the platform itself.
///
/// # Errors
/// When the database refuses the row.
pub async fn enqueue_system(
    tx: &mut SystemTx,
    job: JobSpec,
    clock: &Clock,
    entropy: &Entropy,
) -> QueryResult<()> {
    let now = clock.now();
    tx.enqueued = true;
    insert(tx, entropy.id(now), None, job, now, "").await
}

async fn insert(
    mut conn: &AsyncPgConnection,
    id: JobId,
    tenant: Option<Uuid>,
    job: JobSpec,
    now: Instant,
    request: &str,
) -> QueryResult<()> {
    let row = (
        jobs::id.eq(id),
        jobs::tenant_id.eq(tenant),
        jobs::kind.eq(job.kind),
        jobs::args.eq(job.args),
        jobs::run_at.eq(job.run_at.unwrap_or(now)),
        jobs::unique_key.eq(job.unique_key),
        jobs::request_id.eq(request),
        jobs::created_at.eq(now),
    );
    diesel::insert_into(jobs::table).values(row).on_conflict_do_nothing().execute(&mut conn).await.map(drop)
}
