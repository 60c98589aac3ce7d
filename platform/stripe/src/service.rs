//! Use cases of the studio: permission → queries.

use billing::PAYMENTS_WRITE;
use events::Instant;
use kernel::{Ctx, JobSpec, Problem, audit as log};
use serde_json::{Value, json};

use crate::{
    audit::{self, AuditRow},
    jobs,
    queries::{self, AccountRow, EventFilter, EventRow, EventState},
};

/// So many events stand on a page.
const PAGE: i64 = 50;
/// So many audits are shown.
const AUDITS: i64 = 30;

/// The connection with what is going on.
pub(crate) struct Overview {
    pub(crate) account: Option<AccountRow>,
    pub(crate) delivered_at: Option<Instant>,
    pub(crate) failed: i64,
    pub(crate) audit: Option<AuditRow>,
}

pub(crate) async fn overview(ctx: &Ctx) -> Result<Overview, Problem> {
    ctx.read_tx(PAYMENTS_WRITE, async |tx| {
        let counts = queries::event_counts(tx).await?;
        let failed =
            counts.iter().filter(|(state, _)| *state == EventState::Failed).map(|(_, count)| count).sum();
        Ok(Overview {
            account: queries::account(tx).await?,
            delivered_at: queries::last_delivery(tx).await?,
            failed,
            audit: audit::audits(tx, 1).await?.pop(),
        })
    })
    .await
}

/// Where a list of events goes on: after an event.
fn after(cursor: &str) -> Result<(Instant, &str), Problem> {
    let wrong = || Problem::field("cursor", "cursor");
    let (at, id) = cursor.split_once('~').ok_or_else(wrong)?;
    Ok((at.parse().map_err(|_| wrong())?, id))
}

pub(crate) async fn events(
    ctx: &Ctx,
    filter: &EventFilter,
    cursor: Option<&str>,
) -> Result<(Vec<EventRow>, Option<String>), Problem> {
    let from = cursor.filter(|cursor| !cursor.is_empty()).map(after).transpose()?;
    let read = ctx.read_tx(PAYMENTS_WRITE, async |tx| {
        Ok::<_, Problem>(queries::events(tx, filter, from, PAGE + 1).await?)
    });
    let mut rows = read.await?;
    let most = usize::try_from(PAGE).unwrap_or(50);
    let more = rows.len() > most;
    rows.truncate(most);
    let next = rows.last().filter(|_| more).map(|last| format!("{}~{}", last.received_at, last.id));
    Ok((rows, next))
}

pub(crate) async fn event(ctx: &Ctx, id: &str) -> Result<(EventRow, Value), Problem> {
    ctx.read_tx(PAYMENTS_WRITE, async |tx| {
        let row = queries::event(tx, id).await?.ok_or_else(Problem::not_found)?;
        let payload = queries::event_payload(tx, id).await?.unwrap_or(Value::Null);
        Ok((row, payload))
    })
    .await
}

/// Handles an event once more.
pub(crate) async fn run_again(ctx: &Ctx, id: &str) -> Result<EventRow, Problem> {
    ctx.tx(PAYMENTS_WRITE, async |tx| {
        let row = queries::event(tx, id).await?.ok_or_else(Problem::not_found)?;
        queries::event_again(tx, id).await?;
        tx.enqueue(JobSpec::new(jobs::HANDLE, json!({ "event": id }))).await?;
        log(tx, "stripe_event.run_again", id, json!({ "kind": row.kind })).await?;
        Ok(EventRow { state: EventState::Received, ..row })
    })
    .await
}

/// Looks now for what nobody told.
pub(crate) async fn poll_now(ctx: &Ctx) -> Result<(), Problem> {
    enqueue(ctx, jobs::POLL, "stripe.polled").await
}

/// Holds both books together now.
pub(crate) async fn audit_now(ctx: &Ctx) -> Result<(), Problem> {
    enqueue(ctx, jobs::AUDIT, "stripe.audited").await
}

async fn enqueue(ctx: &Ctx, job: &str, action: &str) -> Result<(), Problem> {
    ctx.tx(PAYMENTS_WRITE, async |tx| {
        tx.enqueue(JobSpec::new(job, json!({}))).await?;
        log(tx, action, tx.ctx().tenant().id, json!({})).await?;
        Ok(())
    })
    .await
}

pub(crate) async fn audits(ctx: &Ctx) -> Result<Vec<AuditRow>, Problem> {
    ctx.read_tx(PAYMENTS_WRITE, async |tx| Ok(audit::audits(tx, AUDITS).await?)).await
}
