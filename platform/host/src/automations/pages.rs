//! `/studio/automations`: list, upload, one automation, one run.

use std::collections::BTreeMap;

use events::{AutomationId, RunId};
use kernel::{Ctx, Form, FormState, Page, Paging, Problem, Redirect, Text};
use plugins::{Action, Capability, FailureCode};
use poem::{
    IntoResponse, Request, Response, handler,
    web::{Data, Multipart, Path, Query},
};
use serde::Deserialize;
use serde_json::Value;
use web::views::{self as looks, AutomationRow, AutomationRun, LogLine, RunRow, RunStatus};

use super::{
    install,
    queries::{self, Automation, Run},
    views::{Ask, AutomationDetail, RunLine},
};
use crate::{
    app::App,
    core::{AUTOMATIONS_READ, AUTOMATIONS_WRITE},
    pages, routes,
};

/// Query of a list of runs.
#[derive(Deserialize)]
pub struct ListQuery {
    cursor: Option<String>,
}

/// Automations and recent runs.
#[handler]
pub async fn list(Data(ctx): Data<&Ctx>, Query(query): Query<ListQuery>) -> Result<Page, Problem> {
    list_page(ctx, query.cursor.as_deref(), looks::FormState::default()).await
}

async fn list_page(ctx: &Ctx, cursor: Option<&str>, form: looks::FormState) -> Result<Page, Problem> {
    let paging = Paging::new(cursor, None)?;
    let (all, last, runs) = ctx
        .tx(AUTOMATIONS_READ, async |tx| {
            let all = queries::automations_list(tx).await?;
            let last: BTreeMap<_, _> = queries::last_runs(tx).await?.into_iter().collect();
            Ok::<_, Problem>((all, last, queries::runs_list(tx, None, &paging).await?))
        })
        .await?;
    let (runs, next) = paging.cut(runs, |(run, _)| (run.started_at, run.id.uuid()));
    let row = |automation: Automation| AutomationRow {
        href: ctx.path(&format!("/studio/automations/{}", automation.id)),
        toggle_action: ctx.path(&format!("/studio/automations/{}/switch", automation.id)),
        last_run_at: last.get(&automation.id).copied().flatten().map(|at| at.to_string()),
        name: automation.title,
        description: Some(automation.description).filter(|text| !text.is_empty()),
        trigger: automation.triggers.into_iter().collect::<Vec<_>>().join(", "),
        version: automation.version,
        on: automation.enabled,
    };
    Ok(pages::of(&looks::Automations {
        automations: all.into_iter().map(row).collect(),
        runs: runs.into_iter().map(|(run, title)| run_row(ctx, run, title)).collect(),
        older_href: next.map(|cursor| format!("?cursor={cursor}")),
        upload_action: ctx.may(AUTOMATIONS_WRITE).then(|| ctx.path("/studio/automations")),
        form,
    }))
}

fn run_row(ctx: &Ctx, run: Run, automation: String) -> RunRow {
    RunRow {
        href: ctx.path(&format!("/studio/automations/runs/{}", run.id)),
        automation,
        event: run.event_name,
        status: status(&run.status),
        started_at: run.started_at.to_string(),
        took_ms: run.took_ms,
    }
}

fn status(text: &str) -> RunStatus {
    match text {
        "ok" => RunStatus::Ok,
        "limited" => RunStatus::Limited,
        _ => RunStatus::Failed,
    }
}

/// Takes an upload.
#[handler]
pub async fn upload(request: &Request, Data(ctx): Data<&Ctx>, form: Multipart) -> Result<Response, Problem> {
    let app = routes::app(request)?;
    let installed = match component(form).await? {
        Some(bytes) => install::install(&app, ctx, &bytes).await,
        None => Err(Problem::field("component", "required")),
    };
    match installed {
        Ok(id) => {
            let to = Redirect::to(ctx.path(&format!("/studio/automations/{id}")));
            Ok(to.flash(Text::key("server-automation-installed")).into_response())
        }
        Err(problem) if !problem.fields.is_empty() => {
            let mut form = looks::FormState::default();
            for error in &problem.fields {
                form.errors
                    .insert(error.field.clone(), serde_json::to_value(error.text()).unwrap_or(Value::Null));
            }
            Ok(list_page(ctx, None, form).await?.status(problem.status).into_response())
        }
        Err(problem) => Err(problem),
    }
}

/// The uploaded file; the edges have bounded the body.
async fn component(mut form: Multipart) -> Result<Option<Vec<u8>>, Problem> {
    let unreadable = |_| Problem::new(poem::http::StatusCode::BAD_REQUEST, "form_unreadable");
    while let Some(field) = form.next_field().await.map_err(unreadable)? {
        if field.name() == Some("component") {
            let bytes =
                field.bytes().await.map_err(|_| Problem::field("component", "component_unreadable"))?;
            return Ok(Some(bytes).filter(|bytes| !bytes.is_empty()));
        }
    }
    Ok(None)
}

/// One automation.
#[handler]
pub async fn show(
    request: &Request,
    Data(ctx): Data<&Ctx>,
    Path((_, id)): Path<(String, String)>,
    Query(query): Query<ListQuery>,
) -> Result<Page, Problem> {
    let app = routes::app(request)?;
    detail_page(&app, ctx, &id, query.cursor.as_deref(), FormState::default()).await
}

async fn detail_page(
    app: &App,
    ctx: &Ctx,
    id: &str,
    cursor: Option<&str>,
    form: FormState,
) -> Result<Page, Problem> {
    let id: AutomationId = id.parse().map_err(|_| Problem::not_found())?;
    let paging = Paging::new(cursor, None)?;
    let (automation, runs) = ctx
        .tx(AUTOMATIONS_READ, async |tx| {
            let automation = queries::automation_by_id(tx, id).await?.ok_or_else(Problem::not_found)?;
            Ok::<_, Problem>((automation, queries::runs_list(tx, Some(id), &paging).await?))
        })
        .await?;
    let (runs, next) = paging.cut(runs, |(run, _)| (run.started_at, run.id.uuid()));
    let line = |(run, _): (Run, String)| RunLine {
        href: ctx.path(&format!("/studio/automations/runs/{}", run.id)),
        event: run.event_name,
        status: run.status,
        started_at: run.started_at,
        took_ms: run.took_ms,
    };
    Ok(Page::of(&AutomationDetail {
        asks: asks(app, ctx, &automation),
        title: automation.title,
        description: automation.description,
        version: automation.version,
        on: automation.enabled,
        triggers: automation.triggers.into_iter().collect(),
        failures: automation.failures,
        runs: runs.into_iter().map(line).collect(),
        older_href: next.map(|cursor| format!("?cursor={cursor}")),
        action: ctx.path(&format!("/studio/automations/{id}")),
        switch_action: ctx.path(&format!("/studio/automations/{id}/switch")),
        back_href: ctx.path("/studio/automations"),
        may_write: ctx.may(AUTOMATIONS_WRITE),
        form,
    }))
}

fn asks(app: &App, ctx: &Ctx, automation: &Automation) -> Vec<Ask> {
    let locale = app.web.negotiate(&ctx.tenant().locale);
    let asked = automation.capabilities.iter();
    let known = asked.filter_map(|name| Some((name, name.parse::<Capability>().ok()?)));
    known
        .map(|(name, capability)| Ask {
            name: name.clone(),
            label: app.text(locale, &Text::key(capability.message_key())),
            granted: automation.granted.iter().any(|granted| granted == name),
        })
        .collect()
}

/// Saves what is granted.
#[handler]
pub async fn save(
    request: &Request,
    Data(ctx): Data<&Ctx>,
    Path((_, id)): Path<(String, String)>,
    form: Form,
) -> Result<Response, Problem> {
    let app = routes::app(request)?;
    let automation: AutomationId = id.parse().map_err(|_| Problem::not_found())?;
    match install::grant(ctx, automation, form.all("granted")).await {
        Ok(()) => {
            let to = Redirect::to(ctx.path(&format!("/studio/automations/{automation}")));
            Ok(to.flash(Text::key("server-automation-granted")).into_response())
        }
        Err(problem) if !problem.fields.is_empty() => {
            let page = detail_page(&app, ctx, &id, None, form.refused(&problem)).await?;
            Ok(page.status(problem.status).into_response())
        }
        Err(problem) => Err(problem),
    }
}

/// Switches on or off.
#[handler]
pub async fn switch(
    Data(ctx): Data<&Ctx>,
    Path((_, id)): Path<(String, String)>,
    form: Form,
) -> Result<Redirect, Problem> {
    let id: AutomationId = id.parse().map_err(|_| Problem::not_found())?;
    let on = form.ticked("on");
    install::switch(ctx, id, on).await?;
    let key = if on { "server-automation-on" } else { "server-automation-off" };
    Ok(Redirect::to(ctx.path("/studio/automations")).flash(Text::key(key)))
}

/// One run.
#[handler]
pub async fn show_run(
    request: &Request,
    Data(ctx): Data<&Ctx>,
    Path((_, id)): Path<(String, String)>,
) -> Result<Page, Problem> {
    let app = routes::app(request)?;
    let id: RunId = id.parse().map_err(|_| Problem::not_found())?;
    let found =
        ctx.tx(AUTOMATIONS_READ, async |tx| Ok::<_, Problem>(queries::run_by_id(tx, id).await?)).await?;
    let (run, automation) = found.ok_or_else(Problem::not_found)?;
    let locale = app.web.negotiate(&ctx.tenant().locale);
    let event: Option<Value> = run
        .invocation
        .get("event_json")
        .and_then(Value::as_str)
        .and_then(|text| serde_json::from_str(text).ok());
    Ok(pages::of(&AutomationRun {
        automation,
        status: status(&run.status),
        started_at: run.started_at.to_string(),
        took_ms: run.took_ms,
        fuel: run.fuel,
        calls: i64::from(run.calls),
        error: error(&app, locale, &run),
        effects: effects(&app, locale, &run.actions),
        log: log(&run.log),
        input: event.and_then(|event| serde_json::to_string_pretty(&event).ok()),
        back_href: ctx.path(&format!("/studio/automations/{}", run.automation_id)),
        event: run.event_name,
    }))
}

fn error(app: &App, locale: &str, run: &Run) -> Option<String> {
    let code = run.failure.as_deref()?;
    let code = FailureCode::ALL.into_iter().find(|known| known.as_str() == code)?;
    let text = app.text(locale, &Text::key(code.message_key()));
    Some(match &run.detail {
        Some(detail) => format!("{text} {detail}"),
        None => text,
    })
}

fn effects(app: &App, locale: &str, actions: &Value) -> Vec<String> {
    let actions: Vec<Action> = serde_json::from_value(actions.clone()).unwrap_or_default();
    let sentence = |action: &Action| {
        let text = Text::key(format!("server-action-{}", action.kind().replace('_', "-")));
        let text = match action {
            Action::AddNote { text: note, .. } => text.arg("text", note),
            Action::TagClient { tag, .. } => text.arg("tag", tag),
            Action::MailClient { subject, .. } | Action::MailStaff { subject, .. } => {
                text.arg("subject", subject)
            }
        };
        app.text(locale, &text)
    };
    actions.iter().map(sentence).collect()
}

fn log(log: &Value) -> Vec<LogLine> {
    let lines: Vec<plugins::LogLine> = serde_json::from_value(log.clone()).unwrap_or_default();
    let level = |level| serde_json::to_value(level).ok().and_then(|value| value.as_str().map(str::to_owned));
    lines
        .into_iter()
        .map(|line| LogLine { level: level(line.level).unwrap_or_default(), line: line.message })
        .collect()
}
