use billing::{parse_price, price_text};
use events::{CouponId, Instant};
use kernel::{Ctx, FieldError, Form, FormState, Page, Paging, Problem, Redirect, Text};
use poem::{
    IntoResponse, Response, handler,
    http::StatusCode,
    web::{Data, Path, Query},
};
use serde::Deserialize;

use super::ListQuery;
use crate::{
    model::{
        CouponDuration, CouponInput, CouponRow, OfferId, any_offer, local_text, parse_local, percent_bp,
    },
    queries::CouponFilter,
    service,
    views::{CouponFormPage, CouponItem, CouponsPage, OfferTick, percent_text},
};

/// All coupons.
#[handler]
pub(super) async fn list(Data(ctx): Data<&Ctx>, Query(query): Query<ListQuery>) -> Result<Page, Problem> {
    let filter = CouponFilter { state: query.status.parse().ok(), search: query.search.clone() };
    let paging = Paging::new(query.cursor.as_deref(), None)?;
    let (rows, next) = service::coupons(ctx, filter, &paging).await?;
    Ok(Page::of(&CouponsPage {
        coupons: rows.iter().map(|row| CouponItem::of(row, ctx.now())).collect(),
        next,
        filtered: !query.search.trim().is_empty() || !query.status.is_empty(),
        states: CouponsPage::states(&query.status),
        search: query.search,
    }))
}

/// Which coupon a new one is like.
#[derive(Debug, Default, Deserialize)]
pub(super) struct LikeQuery {
    #[serde(default)]
    like: String,
}

/// An empty form, or one filled like another coupon.
#[handler]
pub(super) async fn blank(Data(ctx): Data<&Ctx>, Query(query): Query<LikeQuery>) -> Result<Page, Problem> {
    let like = match query.like.parse::<CouponId>() {
        Ok(id) => Some(service::coupon(ctx, id).await?),
        Err(_) => None,
    };
    let (form, ticked) = match like {
        Some(row) => (filled(ctx, &row).with("code", ""), row.offers),
        None => (FormState::default(), Vec::new()),
    };
    page(ctx, None, form, &ticked).await
}

/// Makes the coupon.
#[handler]
pub(super) async fn create(Data(ctx): Data<&Ctx>, form: Form) -> Result<Response, Problem> {
    let made = match read(ctx, &form) {
        Ok(input) => service::create_coupon(ctx, input).await,
        Err(problem) => Err(problem),
    };
    match made {
        Ok(row) => Ok(saved(ctx, &row)),
        Err(problem) => again(ctx, None, &form, problem).await,
    }
}

/// The form with what the coupon is.
#[handler]
pub(super) async fn show(
    Data(ctx): Data<&Ctx>,
    Path((_, id)): Path<(String, String)>,
) -> Result<Page, Problem> {
    let row = service::coupon(ctx, coupon_id(&id)?).await?;
    let (form, ticked) = (filled(ctx, &row), row.offers.clone());
    page(ctx, Some(&row), form, &ticked).await
}

/// Changes the coupon.
#[handler]
pub(super) async fn save(
    Data(ctx): Data<&Ctx>,
    Path((_, id)): Path<(String, String)>,
    form: Form,
) -> Result<Response, Problem> {
    let before = service::coupon(ctx, coupon_id(&id)?).await?;
    let done = match read(ctx, &form) {
        Ok(input) => service::change_coupon(ctx, before.id, |own| *own = input).await,
        Err(problem) => Err(problem),
    };
    match done {
        Ok(row) => Ok(saved(ctx, &row)),
        Err(problem) => again(ctx, Some(&before), &form, problem).await,
    }
}

/// Takes it out of use, or back into it.
#[handler]
pub(super) async fn set_state(
    Data(ctx): Data<&Ctx>,
    Path((_, id)): Path<(String, String)>,
    form: Form,
) -> Result<Redirect, Problem> {
    let archived = form.text("status") == "archived";
    let row = service::archive_coupon(ctx, coupon_id(&id)?, archived).await?;
    let key = if archived { "packages-coupons-now-archived" } else { "packages-coupons-now-restored" };
    Ok(Redirect::to(ctx.path("/studio/coupons")).flash(Text::key(key).arg("code", row.code)))
}

fn coupon_id(text: &str) -> Result<CouponId, Problem> {
    text.parse().map_err(|_| Problem::not_found())
}

fn saved(ctx: &Ctx, row: &CouponRow) -> Response {
    let text = Text::key("packages-coupons-saved").arg("code", &row.code);
    Redirect::to(ctx.path("/studio/coupons")).flash(text).into_response()
}

async fn again(
    ctx: &Ctx,
    coupon: Option<&CouponRow>,
    form: &Form,
    problem: Problem,
) -> Result<Response, Problem> {
    if problem.status != StatusCode::UNPROCESSABLE_ENTITY {
        return Err(problem);
    }
    let page = page(ctx, coupon, form.refused(&problem), &ticked(form)).await?;
    Ok(page.status(problem.status).into_response())
}

async fn page(
    ctx: &Ctx,
    coupon: Option<&CouponRow>,
    form: FormState,
    ticked: &[OfferId],
) -> Result<Page, Problem> {
    let tick =
        |(id, name): (OfferId, String)| OfferTick { id: id.to_string(), name, ticked: ticked.contains(&id) };
    let duration = form.values.get("duration").map_or("once", String::as_str);
    Ok(Page::of(&CouponFormPage {
        action: match coupon {
            Some(coupon) => format!("/studio/coupons/edit/{}", coupon.id),
            None => "/studio/coupons/new".into(),
        },
        is_new: coupon.is_none(),
        code: coupon.map(|coupon| coupon.code.clone()).unwrap_or_default(),
        id: coupon.map(|coupon| coupon.id.to_string()).unwrap_or_default(),
        archived: coupon.is_some_and(|coupon| coupon.archived_at.is_some()),
        taken: coupon.map_or(0, |coupon| coupon.taken),
        currency: ctx.tenant().currency.to_string(),
        zone: ctx.tenant().zone.clone(),
        durations: CouponFormPage::durations(duration),
        offers: service::offer_choices(ctx).await?.into_iter().map(tick).collect(),
        form,
    }))
}

/// A coupon as typed values.
fn filled(ctx: &Ctx, row: &CouponRow) -> FormState {
    let (currency, zone) = (ctx.tenant().currency, &ctx.tenant().zone);
    let number = |value: Option<i32>| value.map(|value| value.to_string()).unwrap_or_default();
    let local = |at: Option<Instant>| at.map(|at| local_text(at, zone)).unwrap_or_default();
    let price = |amount: i64| if amount == 0 { String::new() } else { price_text(amount, currency) };
    FormState::default()
        .with("code", &row.code)
        .with("name", if row.name == row.code { "" } else { row.name.as_str() })
        .with("percent", row.bp.map(percent_text).unwrap_or_default())
        .with("amount", price(row.amount.unwrap_or(0)))
        .with("duration", row.duration)
        .with("periods", number(row.periods))
        .with("least_amount", price(row.least_amount))
        .with("max_uses", number(row.max_uses))
        .with("per_client", number(row.per_client))
        .with("valid_from", local(row.valid_from))
        .with("valid_until", local(row.valid_until))
}

/// What was typed, as an input. Everything that can't be read is told at once.
fn read(ctx: &Ctx, form: &Form) -> Result<CouponInput, Problem> {
    let (currency, zone) = (ctx.tenant().currency, &ctx.tenant().zone);
    let mut errors = Vec::new();
    let mut typed = |name: &'static str, code: &'static str, read: &dyn Fn(&str) -> Option<i64>| {
        let value = read(&form.optional(name)?);
        if value.is_none() {
            errors.push(FieldError::new(name, code));
        }
        value
    };
    let whole = |text: &str| text.parse::<i32>().ok().map(i64::from);
    let local = |text: &str| parse_local(text, zone).map(|at| at.timestamp().as_second());
    let small = |value: Option<i64>| value.and_then(|value| i32::try_from(value).ok());
    let moment = |value: Option<i64>| {
        value.and_then(|value| jiff::Timestamp::from_second(value).ok()).map(Instant::new)
    };
    let bp = small(typed("percent", "coupon_percent", &|text| percent_bp(text).map(i64::from)));
    let amount = typed("amount", "coupon_amount", &|text| parse_price(text, currency));
    let periods = small(typed("periods", "offer_number", &whole));
    let least = typed("least_amount", "coupon_amount", &|text| parse_price(text, currency));
    let max_uses = small(typed("max_uses", "offer_number", &whole));
    let per_client = small(typed("per_client", "offer_number", &whole));
    let valid_from = moment(typed("valid_from", "offer_dates", &local));
    let valid_until = moment(typed("valid_until", "offer_dates", &local));
    if !errors.is_empty() {
        return Err(Problem::invalid(errors));
    }
    Ok(CouponInput {
        code: form.string("code"),
        name: form.string("name"),
        bp,
        amount,
        duration: form.text("duration").parse().unwrap_or(CouponDuration::Once),
        periods,
        offers: ticked(form),
        least_amount: least.unwrap_or(0),
        max_uses,
        per_client,
        valid_from,
        valid_until,
    })
}

/// Offers that are ticked.
fn ticked(form: &Form) -> Vec<OfferId> {
    form.all("offers").iter().filter_map(|id| any_offer(id)).collect()
}
