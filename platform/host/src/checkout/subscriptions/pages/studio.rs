use billing::{
    SUBSCRIPTIONS_WRITE,
    subscriptions::{SubscriptionFilter, When},
};
use events::SubscriptionId;
use kernel::{Ctx, Form, Page, Paging, Problem, Redirect, Text};
use poem::{
    Body, IntoResponse, Response, handler,
    http::{StatusCode, header},
    web::{Data, Path, Query},
};
use serde::Deserialize;

use super::{id, me::ChangeQuery, wish};
use crate::checkout::subscriptions::{
    export,
    service::{self, Who},
    views::{ChangeView, One, Row, StudioChangePage, StudioOnePage, StudioPage, Tile},
};
use billing::subscriptions::By;

/// Where a list begins, and what of it is wanted.
#[derive(Debug, Default, Deserialize)]
pub(super) struct ListQuery {
    cursor: Option<String>,
    #[serde(default)]
    search: String,
    #[serde(default)]
    status: String,
    #[serde(default)]
    plan: String,
}

impl ListQuery {
    fn filter(&self) -> SubscriptionFilter {
        SubscriptionFilter {
            status: self.status.parse().ok(),
            item: self.plan.clone(),
            client: None,
            search: self.search.trim().to_owned(),
        }
    }
    /// The filter again, as a query that goes on.
    fn again(&self) -> String {
        let pairs = [("search", self.search.trim()), ("status", &self.status), ("plan", &self.plan)];
        let pairs: Vec<_> = pairs.into_iter().filter(|pair| !pair.1.is_empty()).collect();
        let text = serde_urlencoded::to_string(&pairs).unwrap_or_default();
        if text.is_empty() { text } else { format!("{text}&") }
    }
}

/// All subscriptions, with figures, search and filters.
#[handler]
pub(super) async fn list(Data(ctx): Data<&Ctx>, Query(query): Query<ListQuery>) -> Result<Page, Problem> {
    let (filter, paging) = (query.filter(), Paging::new(query.cursor.as_deref(), None)?);
    let (rows, next) = service::list(ctx, &filter, &paging).await?;
    let (figures, items) = service::overview(ctx).await?;
    let row = |row: &billing::subscriptions::Listed| {
        Row::of(&row.subscription, &row.client_name, &row.client_email)
    };
    Ok(Page::of(&StudioPage {
        rows: rows.iter().map(row).collect(),
        tiles: Tile::all(&figures),
        statuses: StudioPage::statuses(&query.status),
        plans: StudioPage::plans(items, &query.plan),
        filtered: filter != SubscriptionFilter::default(),
        query: query.again(),
        search: query.search,
        next,
        may_export: ctx.may(billing::ORDERS_EXPORT),
    }))
}

/// The same as a file.
#[handler]
pub(super) async fn download(
    Data(ctx): Data<&Ctx>,
    Query(query): Query<ListQuery>,
) -> Result<Response, Problem> {
    let file = export::export(ctx, query.filter()).await?;
    Ok(Response::builder()
        .header(header::CONTENT_TYPE, "text/csv; charset=utf-8")
        .header(header::CONTENT_DISPOSITION, "attachment; filename=\"subscriptions.csv\"")
        .body(Body::from_bytes_stream(file)))
}

const STAFF: Who = Who { by: By::Staff, permission: SUBSCRIPTIONS_WRITE };

fn base(id: SubscriptionId) -> String {
    format!("/studio/subscriptions/{id}")
}

async fn one(ctx: &Ctx, id: SubscriptionId) -> Result<One, Problem> {
    let detail = service::for_staff(ctx, id).await?;
    Ok(One::of(ctx, detail, base(id), ctx.may(SUBSCRIPTIONS_WRITE)))
}

/// One subscription with its timeline.
#[handler]
pub(super) async fn show(
    Data(ctx): Data<&Ctx>,
    Path((_, which)): Path<(String, String)>,
) -> Result<Page, Problem> {
    Ok(Page::of(&StudioOnePage(one(ctx, id(&which)?).await?)))
}

/// Pauses, resumes, ends or keeps.
#[handler]
pub(super) async fn act(
    Data(ctx): Data<&Ctx>,
    Path((_, which)): Path<(String, String)>,
    form: Form,
) -> Result<Response, Problem> {
    let which = id(&which)?;
    let done = match wish(ctx, &form) {
        Ok((wish, key)) => {
            service::carry_out(ctx, which, STAFF, &wish, form.text("reason")).await.map(|_| key)
        }
        Err(problem) => Err(problem),
    };
    match done {
        Ok(key) => Ok(Redirect::to(ctx.path(&base(which))).flash(Text::key(key)).into_response()),
        Err(problem) if matches!(problem.status, StatusCode::UNPROCESSABLE_ENTITY | StatusCode::CONFLICT) => {
            let view = StudioOnePage(One { form: form.refused(&problem), ..one(ctx, which).await? });
            Ok(Page::of(&view).status(problem.status).into_response())
        }
        Err(problem) => Err(problem),
    }
}

fn when(text: &str) -> Option<When> {
    match text {
        "now" => Some(When::Now),
        "period_end" => Some(When::PeriodEnd),
        _ => None,
    }
}

/// What a change would mean.
#[handler]
pub(super) async fn preview(
    Data(ctx): Data<&Ctx>,
    Path((_, which)): Path<(String, String)>,
    Query(query): Query<ChangeQuery>,
) -> Result<Response, Problem> {
    if query.to.is_empty() {
        return Ok(Redirect::to(ctx.path(&base(id(&which)?))).into_response());
    }
    let (which, when) = (id(&which)?, when(&query.when));
    let (sub, terms, preview) = service::preview(ctx, which, STAFF, &query.to, when).await?;
    Ok(Page::of(&StudioChangePage(ChangeView::of(base(which), &sub, &terms, &preview, when))).into_response())
}

/// Changes to another plan.
#[handler]
pub(super) async fn change(
    Data(ctx): Data<&Ctx>,
    Path((_, which)): Path<(String, String)>,
    form: Form,
) -> Result<Redirect, Problem> {
    let (which, when) = (id(&which)?, when(form.text("when")));
    let carried = service::change(ctx, which, STAFF, form.text("to"), when, form.text("reason")).await?;
    let key = match (&carried.order, carried.subscription.planned()) {
        (Some(_), _) => "subscriptions-done-change-unpaid",
        (None, Some(_)) => "subscriptions-done-change-planned",
        (None, None) => "subscriptions-done-changed",
    };
    Ok(Redirect::to(ctx.path(&base(which))).flash(Text::key(key)))
}
