//! All SQL about automations.

use std::collections::BTreeMap;

use diesel::{
    ExpressionMethods, NullableExpressionMethods, OptionalExtension, PgArrayExpressionMethods, QueryDsl,
    QueryResult, Queryable, Selectable, SelectableHelper,
};
use diesel_async::RunQueryDsl;
use events::{AutomationId, EventId, Instant, RunId};
use kernel::{Paging, Tx};
use serde_json::Value;

use crate::schema::{automation_runs as runs, automation_store as store, automations, events as past};

/// An installed automation, without its component.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = automations, check_for_backend(diesel::pg::Pg))]
pub struct Automation {
    pub id: AutomationId,
    pub name: String,
    pub title: String,
    pub description: String,
    pub version: String,
    pub digest: Vec<u8>,
    pub triggers: Vec<String>,
    pub capabilities: Vec<String>,
    pub granted: Vec<String>,
    pub enabled: bool,
    pub failures: i32,
}

/// The record of a run.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = runs, check_for_backend(diesel::pg::Pg))]
pub struct Run {
    pub id: RunId,
    pub automation_id: AutomationId,
    pub event_name: String,
    pub version: String,
    pub status: String,
    pub started_at: Instant,
    pub took_ms: i64,
    pub fuel: i64,
    pub calls: i32,
    pub failure: Option<String>,
    pub detail: Option<String>,
    pub actions: Value,
    pub log: Value,
    pub invocation: Value,
}

/// An event as it was published.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = past, check_for_backend(diesel::pg::Pg))]
pub struct PastEvent {
    pub id: EventId,
    pub name: String,
    pub version: i32,
    pub payload: Value,
    pub occurred_at: Instant,
}

pub async fn automations_list(tx: &mut Tx) -> QueryResult<Vec<Automation>> {
    automations::table.select(Automation::as_select()).order(automations::name).load(&mut **tx).await
}

pub async fn automation_by_id(tx: &mut Tx, id: AutomationId) -> QueryResult<Option<Automation>> {
    automations::table.find(id).select(Automation::as_select()).first(&mut **tx).await.optional()
}

/// Those that are on and listen to an event.
pub async fn automations_listening(tx: &mut Tx, event: &str) -> QueryResult<Vec<AutomationId>> {
    automations::table
        .filter(automations::enabled)
        .filter(automations::triggers.contains(vec![event]))
        .select(automations::id)
        .load(&mut **tx)
        .await
}

pub async fn component(tx: &mut Tx, id: AutomationId) -> QueryResult<Vec<u8>> {
    automations::table.find(id).select(automations::component).first(&mut **tx).await
}

/// Installs, or replaces the version of the same name; grants are cut to what the new version asks for.
pub async fn automation_put(
    tx: &mut Tx,
    manifest: &plugins::Manifest,
    digest: &[u8],
    component: &[u8],
) -> QueryResult<AutomationId> {
    let (now, id): (Instant, AutomationId) = (tx.ctx().now(), tx.ctx().new_id());
    let triggers: Vec<&str> = manifest.triggers.iter().map(String::as_str).collect();
    let capabilities: Vec<&str> = manifest.capabilities.iter().map(|it| it.name()).collect();
    let present: Option<(AutomationId, Vec<String>)> = automations::table
        .filter(automations::name.eq(&manifest.name))
        .select((automations::id, automations::granted))
        .for_update()
        .first(&mut **tx)
        .await
        .optional()?;
    let content = (
        automations::title.eq(&manifest.title),
        automations::description.eq(&manifest.description),
        automations::version.eq(&manifest.version),
        automations::digest.eq(digest),
        automations::component.eq(component),
        automations::triggers.eq(triggers),
        automations::capabilities.eq(&capabilities),
        automations::failures.eq(0),
        automations::updated_at.eq(now),
    );
    if let Some((id, granted)) = present {
        let kept: Vec<String> =
            granted.into_iter().filter(|it| capabilities.contains(&it.as_str())).collect();
        let target = diesel::update(automations::table.find(id));
        target.set((content, automations::granted.eq(kept))).execute(&mut **tx).await?;
        return Ok(id);
    }
    let fresh =
        (automations::id.eq(id), automations::name.eq(&manifest.name), automations::created_at.eq(now));
    diesel::insert_into(automations::table).values((fresh, content)).execute(&mut **tx).await?;
    Ok(id)
}

pub async fn automation_switch(tx: &mut Tx, id: AutomationId, enabled: bool) -> QueryResult<usize> {
    let set = (
        automations::enabled.eq(enabled),
        automations::failures.eq(0),
        automations::updated_at.eq(tx.ctx().now()),
    );
    diesel::update(automations::table.find(id)).set(set).execute(&mut **tx).await
}

pub async fn automation_grant(tx: &mut Tx, id: AutomationId, granted: &[String]) -> QueryResult<usize> {
    let set = (automations::granted.eq(granted), automations::updated_at.eq(tx.ctx().now()));
    diesel::update(automations::table.find(id)).set(set).execute(&mut **tx).await
}

/// Counts a run that ended well or not, and switches the automation off at the tenth failure in a row. Tells whether it
/// did so now.
pub async fn automation_count(tx: &mut Tx, id: AutomationId, ok: bool) -> QueryResult<bool> {
    let target = automations::table.find(id);
    if ok {
        let clean =
            diesel::update(target).filter(automations::failures.gt(0)).set(automations::failures.eq(0));
        clean.execute(&mut **tx).await?;
        return Ok(false);
    }
    let failures: i32 = diesel::update(target)
        .set(automations::failures.eq(automations::failures + 1))
        .returning(automations::failures)
        .get_result(&mut **tx)
        .await?;
    if failures < super::runner::FAILURES_ALLOWED {
        return Ok(false);
    }
    let off = diesel::update(target).filter(automations::enabled).set(automations::enabled.eq(false));
    Ok(off.execute(&mut **tx).await? == 1)
}

pub async fn event_by_id(tx: &mut Tx, id: EventId) -> QueryResult<Option<PastEvent>> {
    past::table.find(id).select(PastEvent::as_select()).first(&mut **tx).await.optional()
}

pub async fn store_of(tx: &mut Tx, id: AutomationId) -> QueryResult<BTreeMap<String, String>> {
    let rows = store::table.filter(store::automation_id.eq(id)).select((store::key, store::value));
    Ok(rows.load::<(String, String)>(&mut **tx).await?.into_iter().collect())
}

/// The store, with the automation's row locked: nobody else writes it until the transaction ends.
pub async fn store_locked(tx: &mut Tx, id: AutomationId) -> QueryResult<BTreeMap<String, String>> {
    automations::table
        .find(id)
        .select(automations::id)
        .for_no_key_update()
        .first::<AutomationId>(&mut **tx)
        .await?;
    store_of(tx, id).await
}

pub async fn store_set(tx: &mut Tx, id: AutomationId, key: &str, value: Option<&str>) -> QueryResult<()> {
    let Some(value) = value else {
        let target = store::table.filter(store::automation_id.eq(id)).filter(store::key.eq(key));
        return diesel::delete(target).execute(&mut **tx).await.map(drop);
    };
    diesel::insert_into(store::table)
        .values((store::automation_id.eq(id), store::key.eq(key), store::value.eq(value)))
        .on_conflict(diesel::upsert::on_constraint("automation_store_pkey"))
        .do_update()
        .set(store::value.eq(value))
        .execute(&mut **tx)
        .await
        .map(drop)
}

pub async fn run_exists(tx: &mut Tx, automation: AutomationId, event: EventId) -> QueryResult<bool> {
    let found = runs::table.filter(runs::automation_id.eq(automation)).filter(runs::event_id.eq(event));
    diesel::select(diesel::dsl::exists(found)).get_result(&mut **tx).await
}

/// Everything of a run but what the database fills in.
pub struct NewRun<'a> {
    pub id: RunId,
    pub automation: &'a Automation,
    pub event: &'a PastEvent,
    pub status: &'static str,
    pub started_at: Instant,
    pub report: &'a plugins::RunReport,
    pub invocation: Value,
}

/// Writes the record. False when this event was run already: then nothing of this run counts.
pub async fn run_insert(tx: &mut Tx, new: NewRun<'_>) -> QueryResult<bool> {
    let report = new.report;
    let failure = report.failure();
    let output = match &report.outcome {
        plugins::Outcome::Ok(output) => output.as_str(),
        plugins::Outcome::Failed(_) => "",
    };
    let row = (
        (
            runs::id.eq(new.id),
            runs::automation_id.eq(new.automation.id),
            runs::event_id.eq(new.event.id),
            runs::event_name.eq(&new.event.name),
            runs::version.eq(&new.automation.version),
            runs::status.eq(new.status),
            runs::started_at.eq(new.started_at),
        ),
        (
            runs::took_ms.eq(i64::try_from(report.wall.as_millis()).unwrap_or(i64::MAX)),
            runs::fuel.eq(i64::try_from(report.fuel_used).unwrap_or(i64::MAX)),
            runs::calls.eq(i32::try_from(report.host_calls).unwrap_or(i32::MAX)),
            runs::failure.eq(failure.map(|failure| failure.code.as_str())),
            runs::detail.eq(failure.and_then(|failure| failure.detail.clone())),
            runs::output.eq(output),
            runs::actions.eq(serde_json::to_value(&report.actions).unwrap_or_default()),
            runs::log.eq(serde_json::to_value(&report.logs).unwrap_or_default()),
            runs::invocation.eq(new.invocation),
        ),
    );
    let inserted =
        diesel::insert_into(runs::table).values(row).on_conflict_do_nothing().execute(&mut **tx).await?;
    Ok(inserted == 1)
}

pub async fn runs_list(
    tx: &mut Tx,
    automation: Option<AutomationId>,
    paging: &Paging,
) -> QueryResult<Vec<(Run, String)>> {
    let mut query = runs::table
        .inner_join(automations::table.on(automations::id.eq(runs::automation_id)))
        .select((Run::as_select(), automations::title))
        .order((runs::started_at.desc(), runs::id.desc()))
        .limit(paging.limit + 1)
        .into_boxed();
    if let Some(automation) = automation {
        query = query.filter(runs::automation_id.eq(automation));
    }
    if let Some(after) = paging.after {
        let earlier = runs::started_at.eq(after.at).and(runs::id.lt(RunId::from_uuid(after.id)));
        query = query.filter(runs::started_at.lt(after.at).or(earlier));
    }
    query.load(&mut **tx).await
}

pub async fn run_by_id(tx: &mut Tx, id: RunId) -> QueryResult<Option<(Run, String)>> {
    runs::table
        .inner_join(automations::table.on(automations::id.eq(runs::automation_id)))
        .filter(runs::id.eq(id))
        .select((Run::as_select(), automations::title))
        .first(&mut **tx)
        .await
        .optional()
}

/// When each automation last ran.
pub async fn last_runs(tx: &mut Tx) -> QueryResult<Vec<(AutomationId, Option<Instant>)>> {
    runs::table
        .group_by(runs::automation_id)
        .select((runs::automation_id, diesel::dsl::max(runs::started_at).nullable()))
        .load(&mut **tx)
        .await
}

use diesel::{BoolExpressionMethods as _, JoinOnDsl as _};
