//! Events and jobs, written in the transaction of the change they follow from.

use std::{collections::BTreeMap, sync::atomic::Ordering};

use ::events::{Event, EventId, Instant, JobId};
use diesel::{
    ExpressionMethods, QueryResult,
    pg::Pg,
    query_builder::{AstPass, QueryFragment, QueryId},
    sql_types as st,
};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use serde_json::Value;
use uuid::Uuid;

use crate::schema::jobs;
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
    pub async fn emit<E: Event>(&self, event: &E) -> QueryResult<EventId> {
        let ctx = &self.ctx;
        let id: EventId = ctx.new_id();
        let payload = serde_json::to_value(event)
            .map_err(|error| diesel::result::Error::SerializationError(error.into()))?;
        let kinds = ctx.0.subscriptions.of(E::NAME);
        let publish = Publish {
            event: id,
            event_text: id.to_string(),
            name: E::NAME,
            version: E::VERSION,
            payload,
            now: ctx.now(),
            tenant: ctx.tenant().id.uuid(),
            request: ctx.request_id(),
            jobs: kinds.iter().map(|_| ctx.new_id::<::events::kinds::Job>().uuid()).collect(),
            kinds,
            keys: kinds.iter().map(|kind| format!("{id}/{kind}")).collect(),
        };
        publish.execute(&mut &*self.conn).await?;
        if !kinds.is_empty() {
            self.enqueued.store(true, Ordering::Relaxed);
        }
        Ok(id)
    }
    /// Enqueues a job of this tenant in this transaction.
    ///
    /// # Errors
    /// When the database refuses the row.
    pub async fn enqueue(&self, job: JobSpec) -> QueryResult<()> {
        self.enqueued.store(true, Ordering::Relaxed);
        insert_of(&self.conn, &self.ctx, job).await
    }
}

/// An event with the jobs that follow it, written by one statement that is prepared once.
struct Publish<'a> {
    event: EventId,
    event_text: String,
    name: &'static str,
    version: i32,
    payload: Value,
    now: Instant,
    tenant: Uuid,
    request: &'a str,
    jobs: Vec<Uuid>,
    kinds: &'a [String],
    keys: Vec<String>,
}

impl QueryId for Publish<'_> {
    type QueryId = Publish<'static>;
    const HAS_STATIC_QUERY_ID: bool = true;
}

impl QueryFragment<Pg> for Publish<'_> {
    /// Parameters are numbered in the order in which they are pushed; later parts of the statement name earlier ones.
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_sql("WITH event AS (INSERT INTO events (id, name, version, payload, occurred_at) VALUES (");
        out.push_bind_param::<st::Uuid, _>(&self.event)?;
        out.push_sql(", ");
        out.push_bind_param::<st::Text, _>(self.name)?;
        out.push_sql(", ");
        out.push_bind_param::<st::Integer, _>(&self.version)?;
        out.push_sql(", ");
        out.push_bind_param::<st::Jsonb, _>(&self.payload)?;
        out.push_sql(", ");
        out.push_bind_param::<st::Timestamptz, _>(&self.now)?;
        out.push_sql(
            ")) INSERT INTO jobs (id, kind, unique_key, args, run_at, created_at, tenant_id, request_id) \
             SELECT job.id, job.kind, job.key, args, $5, $5, ",
        );
        out.push_bind_param::<st::Uuid, _>(&self.tenant)?;
        out.push_sql(", ");
        out.push_bind_param::<st::Text, _>(self.request)?;
        out.push_sql(" FROM jsonb_build_object('event_id', ");
        out.push_bind_param::<st::Text, _>(&self.event_text)?;
        out.push_sql(", 'name', $2, 'event', $4) AS args, unnest(");
        out.push_bind_param::<st::Array<st::Uuid>, _>(&self.jobs)?;
        out.push_sql(", ");
        out.push_bind_param::<st::Array<st::Text>, _>(self.kinds)?;
        out.push_sql(", ");
        out.push_bind_param::<st::Array<st::Text>, _>(&self.keys)?;
        out.push_sql(") AS job (id, kind, key) ON CONFLICT DO NOTHING");
        Ok(())
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
