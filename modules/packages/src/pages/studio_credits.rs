//! Credits in the studio: who holds what, one client's history, giving and taking.

use events::ClientId;
use kernel::{Ctx, FieldError, Form, FormState, Page, Paging, Problem, Redirect, Text};
use poem::{
    IntoResponse, Response, handler,
    http::{StatusCode, header},
    web::{Data, Path, Query},
};

use super::ListQuery;
use crate::{
    policy::{CREDITS_READ, CREDITS_WRITE},
    service::{self, Dates, GiveInput, TakeInput},
    views::{ClientCreditsPage, HolderRow, MoveCreditsPage, StudioCreditsPage},
};

/// Clients with what they hold.
#[handler]
pub(super) async fn list(Data(ctx): Data<&Ctx>, Query(query): Query<ListQuery>) -> Result<Page, Problem> {
    let paging = Paging::new(query.cursor.as_deref(), None)?;
    let (holders, next) = service::holders(ctx, &query.search, &paging).await?;
    let holders = holders.into_iter().map(HolderRow::of).collect();
    Ok(Page::of(&StudioCreditsPage { holders, next, search: query.search }))
}

fn client_id(text: &str) -> Result<ClientId, Problem> {
    text.parse().map_err(|_| Problem::not_found())
}

/// One client's credits.
#[handler]
pub(super) async fn show(
    Data(ctx): Data<&Ctx>,
    Path((_, id)): Path<(String, String)>,
    Query(query): Query<ListQuery>,
) -> Result<Page, Problem> {
    let paging = Paging::new(query.cursor.as_deref(), None)?;
    let (client, account) = service::client_page(ctx, client_id(&id)?, &paging).await?;
    let dates = Dates::new(&ctx.tenant().zone);
    Ok(Page::of(&ClientCreditsPage::of(client, account, &dates, ctx.may(CREDITS_WRITE))))
}

/// The history as a table.
#[handler]
pub(super) async fn export(
    Data(ctx): Data<&Ctx>,
    Path((_, id)): Path<(String, String)>,
) -> Result<Response, Problem> {
    let (_, history) = service::whole_history(ctx, CREDITS_READ, client_id(&id)?).await?;
    Ok(file(&service::history_file(&history, &Dates::new(&ctx.tenant().zone), true)))
}

/// A table to be kept.
pub(super) fn file(text: &str) -> Response {
    Response::builder()
        .header(header::CONTENT_TYPE, "text/csv; charset=utf-8")
        .header(header::CONTENT_DISPOSITION, "attachment; filename=\"credits.csv\"")
        .header(header::CACHE_CONTROL, "private, no-store")
        .body(text.to_owned())
}

/// The form that gives.
#[handler]
pub(super) async fn give_form(
    Data(ctx): Data<&Ctx>,
    Path((_, id)): Path<(String, String)>,
) -> Result<Page, Problem> {
    let form = FormState::default().with("key", ctx.new_token());
    page(ctx, client_id(&id)?, false, form).await
}

/// The form that takes.
#[handler]
pub(super) async fn take_form(
    Data(ctx): Data<&Ctx>,
    Path((_, id)): Path<(String, String)>,
) -> Result<Page, Problem> {
    let form = FormState::default().with("key", ctx.new_token());
    page(ctx, client_id(&id)?, true, form).await
}

async fn page(ctx: &Ctx, client: ClientId, takes: bool, form: FormState) -> Result<Page, Problem> {
    if !ctx.may(CREDITS_WRITE) {
        return Err(kernel::TxError::Denied(CREDITS_WRITE).into());
    }
    let first = Paging { after: None, limit: 1 };
    let (client, account) = service::client_page(ctx, client, &first).await?;
    let path = format!("/studio/credits/{}", client.id);
    Ok(Page::of(&MoveCreditsPage { path, name: client.name, credits: account.balance.credits, takes, form }))
}

/// Gives.
#[handler]
pub(super) async fn give(
    Data(ctx): Data<&Ctx>,
    Path((_, id)): Path<(String, String)>,
    form: Form,
) -> Result<Response, Problem> {
    let client = client_id(&id)?;
    let done = match given(&form) {
        Ok(input) => service::give(ctx, client, &input).await,
        Err(problem) => Err(problem),
    };
    after(ctx, client, &form, done, false).await
}

/// Takes.
#[handler]
pub(super) async fn take(
    Data(ctx): Data<&Ctx>,
    Path((_, id)): Path<(String, String)>,
    form: Form,
) -> Result<Response, Problem> {
    let client = client_id(&id)?;
    let done = match amount(&form) {
        Ok(credits) => {
            let input = TakeInput { credits, reason: form.string("reason"), key: form.string("key") };
            service::take(ctx, client, &input).await
        }
        Err(problem) => Err(problem),
    };
    after(ctx, client, &form, done, true).await
}

/// To the client's credits; or the form once more, with what was wrong.
async fn after(
    ctx: &Ctx,
    client: ClientId,
    form: &Form,
    done: Result<(), Problem>,
    takes: bool,
) -> Result<Response, Problem> {
    let Err(problem) = done else {
        let count = form.text("credits").trim().parse::<i64>().unwrap_or(0);
        let key = if takes { "packages-flash-credits-taken" } else { "packages-flash-credits-given" };
        let to = Redirect::to(ctx.path(&format!("/studio/credits/{client}")));
        return Ok(to.flash(Text::key(key).arg("count", count)).into_response());
    };
    if !matches!(problem.status, StatusCode::UNPROCESSABLE_ENTITY | StatusCode::CONFLICT) {
        return Err(problem);
    }
    let again = page(ctx, client, takes, form.refused(&problem)).await?;
    Ok(again.status(problem.status).into_response())
}

fn amount(form: &Form) -> Result<i64, Problem> {
    whole(form, "credits").and_then(|typed| typed.ok_or_else(|| Problem::field("credits", "required")))
}

fn whole(form: &Form, name: &str) -> Result<Option<i64>, Problem> {
    let Some(typed) = form.optional(name) else { return Ok(None) };
    typed.trim().parse().map(Some).map_err(|_| Problem::field(name, "offer_number"))
}

fn given(form: &Form) -> Result<GiveInput, Problem> {
    let mut wrong: Vec<FieldError> = Vec::new();
    let mut read = |read: Result<Option<i64>, Problem>| match read {
        Ok(value) => value,
        Err(problem) => {
            wrong.extend(problem.fields);
            None
        }
    };
    let credits = read(amount(form).map(Some));
    let days = read(whole(form, "days"));
    if !wrong.is_empty() {
        return Err(Problem::invalid(wrong));
    }
    Ok(GiveInput {
        credits: credits.unwrap_or(0),
        days,
        pays_for: form.text("pays_for").split(',').map(str::to_owned).collect(),
        reason: form.string("reason"),
        key: form.string("key"),
    })
}
