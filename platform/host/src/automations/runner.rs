//! Runs automations on events.

use std::{collections::BTreeSet, sync::Arc};

use events::{AutomationId, ClientId, EventId, RunId};
use kernel::{Ctx, JobError, JobSpec, Tx, mail::Draft};
use plugins::{Action, Capability, EventDocument, FailureCode, Invocation, Limits, RunReport, Subjects};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    RUN_JOB,
    queries::{self, Automation, NewRun, PastEvent},
};
use crate::{app::App, core::AUTOMATIONS_RUN};

/// Failed runs in a row after which an automation is switched off.
pub const FAILURES_ALLOWED: i32 = 10;

/// Arguments of the job that follows every event.
#[derive(Deserialize)]
pub struct Happened {
    event_id: EventId,
    name: String,
}

/// Arguments of one run.
#[derive(Deserialize)]
pub struct RunArgs {
    automation: AutomationId,
    event: EventId,
}

/// The feature module that published the event which such a job follows; none for what the platform itself publishes.
#[must_use]
pub fn publisher(args: &Value) -> Option<&'static str> {
    let name = args.get("name")?.as_str()?;
    let published = events::catalogue().into_iter().find(|event| event.name == name)?;
    Some(published.module).filter(|module| *module != "platform")
}

/// Enqueues one run for each automation that listens to the event. While the module that published it is off, the job
/// waits ([`publisher`]).
pub async fn dispatch(ctx: Ctx, happened: Happened) -> Result<(), JobError> {
    ctx.tx(AUTOMATIONS_RUN, async |tx| {
        for automation in queries::automations_listening(tx, &happened.name).await? {
            let args = json!({ "automation": automation, "event": happened.event_id });
            let key = format!("{RUN_JOB}/{automation}/{}", happened.event_id);
            tx.enqueue(JobSpec::new(RUN_JOB, args).once(key)).await?;
        }
        Ok(())
    })
    .await
}

/// One run: read, run with no transaction open, apply with the record.
pub async fn run(app: Arc<App>, ctx: Ctx, args: RunArgs) -> Result<(), JobError> {
    let Some((automation, event, invocation)) =
        ctx.tx(AUTOMATIONS_RUN, async |tx| prepare(tx, &args).await).await?
    else {
        return Ok(());
    };
    let host = app.automations.host().await.map_err(|error| JobError::Retry(error.to_string()))?;
    let component = component(&ctx, host, &automation).await?;
    let started_at = ctx.now();
    let (kept, store) = (serde_json::to_value(&invocation).unwrap_or(Value::Null), invocation.store.clone());
    let report = host.run(&component, invocation).await;
    if report.failure().is_some_and(|failure| failure.code.is_retryable()) {
        return Err(JobError::Retry("no place to run it".into()));
    }
    let id: RunId = ctx.new_id();
    let new = NewRun {
        id,
        automation: &automation,
        event: &event,
        status: status(&report),
        started_at,
        report: &report,
        invocation: kept,
    };
    ctx.tx(AUTOMATIONS_RUN, async |tx| -> Result<(), JobError> {
        // Two runs at once may have read the same store: the second to write begins anew, so that no write is lost.
        if !report.store_writes.is_empty() && queries::store_locked(tx, automation.id).await? != store {
            return Err(JobError::Retry("another run wrote the store in between".into()));
        }
        if queries::run_insert(tx, new).await? {
            apply(tx, &automation, id, &report).await?;
        }
        Ok(())
    })
    .await
}

/// What the run sees, unless it was run already or is not to be run any more.
async fn prepare(
    tx: &mut Tx,
    args: &RunArgs,
) -> Result<Option<(Automation, PastEvent, Invocation)>, JobError> {
    let Some(automation) = queries::automation_by_id(tx, args.automation).await? else { return Ok(None) };
    let Some(event) = queries::event_by_id(tx, args.event).await? else { return Ok(None) };
    if !automation.enabled || queries::run_exists(tx, automation.id, event.id).await? {
        return Ok(None);
    }
    let store = queries::store_of(tx, automation.id).await?;
    let document = EventDocument {
        id: event.id.to_string(),
        name: event.name.clone(),
        version: event.version,
        occurred_at: event.occurred_at.to_string(),
        data: event.payload.clone(),
    };
    let granted = automation.granted.iter().filter_map(|name| name.parse::<Capability>().ok());
    let invocation = Invocation {
        event_json: serde_json::to_string(&document).map_err(|error| JobError::Fail(error.to_string()))?,
        now_ms: u64::try_from(event.occurred_at.timestamp().as_millisecond()).unwrap_or(0),
        seed: seed(automation.id, event.id),
        limits: Limits::default(),
        grants: granted.collect::<BTreeSet<_>>(),
        subjects: Subjects::of(&document),
        store,
        depth: 0,
    };
    Ok(Some((automation, event, invocation)))
}

/// The same for the same automation and event, so that a run can be repeated.
fn seed(automation: AutomationId, event: EventId) -> u64 {
    let mixed = automation.uuid().as_u128() ^ event.uuid().as_u128().rotate_left(17);
    let [low, high] = [mixed & u128::from(u64::MAX), mixed >> 64];
    u64::try_from(low ^ high).unwrap_or_default()
}

async fn component(
    ctx: &Ctx,
    host: &plugins::Host,
    automation: &Automation,
) -> Result<plugins::Compiled, JobError> {
    let digest: Option<[u8; 32]> = automation.digest.as_slice().try_into().ok();
    if let Some(digest) = digest
        && let Some(ready) = host.ready(plugins::Digest::from_bytes(digest)).await
    {
        return Ok(ready);
    }
    let bytes = ctx
        .tx(AUTOMATIONS_RUN, async |tx| Ok::<_, JobError>(queries::component(tx, automation.id).await?))
        .await?;
    host.prepare(&bytes).await.map_err(|refusal| match refusal {
        plugins::Refusal::Unavailable(_) => JobError::Retry(refusal.to_string()),
        other => JobError::Fail(other.to_string()),
    })
}

fn status(report: &RunReport) -> &'static str {
    match report.failure().map(|failure| failure.code) {
        None => "ok",
        Some(FailureCode::Crash | FailureCode::Reported | FailureCode::OutputForm | FailureCode::Event) => {
            "failed"
        }
        Some(_) => "limited",
    }
}

async fn apply(tx: &mut Tx, automation: &Automation, run: RunId, report: &RunReport) -> Result<(), JobError> {
    for (index, action) in report.actions.iter().enumerate() {
        let key = format!("{run}/{index}");
        act(tx, automation, action, &key).await?;
    }
    for (key, value) in &report.store_writes {
        queries::store_set(tx, automation.id, key, value.as_deref()).await?;
    }
    if queries::automation_count(tx, automation.id, report.is_ok()).await? {
        switched_off(tx, automation, run).await?;
    }
    Ok(())
}

async fn act(tx: &mut Tx, automation: &Automation, action: &Action, key: &str) -> Result<(), JobError> {
    let client = match action.client().map(str::parse::<ClientId>) {
        None => None,
        Some(Ok(id)) => people::clients::by_id(tx, id).await?,
        Some(Err(_)) => None,
    };
    match (action, client) {
        (Action::AddNote { text, .. }, Some(client)) => {
            people::clients::note_add(tx, client.id, &automation.title, text, Some(key)).await?;
        }
        (Action::TagClient { tag, .. }, Some(client)) => {
            people::clients::tag(tx, client.id, tag).await?;
        }
        (Action::MailClient { subject, text, .. }, Some(client)) => {
            let draft = draft(key, subject, text, client.email, client.name, Some(client.id));
            kernel::mail::queue(tx, draft).await?;
        }
        (Action::MailStaff { subject, text }, _) => {
            let (email, name) = (tx.ctx().tenant().contact_email.clone(), tx.ctx().tenant().name.clone());
            kernel::mail::queue(tx, draft(key, subject, text, email, name, None)).await?;
        }
        // The client is gone: there is nobody to act on.
        (_, None) => {}
    }
    Ok(())
}

fn draft(
    key: &str,
    subject: &str,
    text: &str,
    email: String,
    name: String,
    client: Option<ClientId>,
) -> Draft {
    Draft {
        key: format!("automation/{key}"),
        template: "server/automation",
        data: json!({ "subject": subject, "paragraphs": text.split("\n\n").collect::<Vec<_>>() }),
        to_email: email,
        to_name: name,
        client,
        attachments: Vec::new(),
    }
}

/// Tells the business that an automation was switched off after too many failures.
async fn switched_off(tx: &mut Tx, automation: &Automation, run: RunId) -> Result<(), JobError> {
    let ctx = tx.ctx().clone();
    let draft = Draft {
        key: format!("automation-off/{run}"),
        template: "server/automation_off",
        data: json!({
            "title": automation.title,
            "failures": FAILURES_ALLOWED,
            "link": ctx.link(&format!("/studio/automations/{}", automation.id)),
        }),
        to_email: ctx.tenant().contact_email.clone(),
        to_name: ctx.tenant().name.clone(),
        client: None,
        attachments: Vec::new(),
    };
    kernel::mail::queue(tx, draft).await?;
    kernel::audit(tx, "automation.switched_off", automation.id, json!({ "failures": FAILURES_ALLOWED }))
        .await?;
    Ok(())
}
