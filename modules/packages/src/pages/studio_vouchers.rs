use billing::parse_price;
use events::VoucherId;
use kernel::{Ctx, FieldError, Form, FormState, Page, Paging, Problem, Redirect, Text};
use poem::{
    IntoResponse, Response, handler,
    http::StatusCode,
    web::{Data, Path, Query},
};

use super::ListQuery;
use crate::{
    model::{Gift, parse_local},
    queries::VoucherFilter,
    service::{self, VoucherInput},
    views::{MoveView, StudioVoucherPage, VoucherFormPage, VoucherItem, VouchersPage},
};

/// All vouchers.
#[handler]
pub(super) async fn list(Data(ctx): Data<&Ctx>, Query(query): Query<ListQuery>) -> Result<Page, Problem> {
    let filter = VoucherFilter { state: query.status.parse().ok(), search: query.search.clone() };
    let paging = Paging::new(query.cursor.as_deref(), None)?;
    let (rows, next) = service::vouchers(ctx, filter, &paging).await?;
    Ok(Page::of(&VouchersPage {
        vouchers: rows.iter().map(|row| VoucherItem::of(row, ctx.now())).collect(),
        next,
        filtered: !query.search.trim().is_empty() || !query.status.is_empty(),
        states: VouchersPage::states(&query.status),
        search: query.search,
    }))
}

/// One voucher with what happened to it.
#[handler]
pub(super) async fn show(
    Data(ctx): Data<&Ctx>,
    Path((_, id)): Path<(String, String)>,
) -> Result<Page, Problem> {
    let (row, moves) = service::voucher(ctx, voucher_id(&id)?).await?;
    Ok(Page::of(&StudioVoucherPage {
        voucher: VoucherItem::of(&row, ctx.now()),
        moves: moves.iter().map(|one| MoveView::of(one, &row)).collect(),
    }))
}

/// An empty form.
#[handler]
pub(super) async fn blank(Data(ctx): Data<&Ctx>) -> Result<Page, Problem> {
    if !ctx.may(crate::policy::VOUCHERS_WRITE) {
        return Err(kernel::TxError::Denied(crate::policy::VOUCHERS_WRITE).into());
    }
    Ok(page(ctx, FormState::default().with("key", ctx.new_token())))
}

/// Makes a voucher by hand.
#[handler]
pub(super) async fn create(Data(ctx): Data<&Ctx>, form: Form) -> Result<Response, Problem> {
    let made = match read(ctx, &form) {
        Ok(input) => service::make_voucher(ctx, input).await,
        Err(problem) => Err(problem),
    };
    match made {
        Ok(row) => {
            let text = Text::key("packages-vouchers-made").arg("code", &row.code);
            Ok(Redirect::to(ctx.path(&format!("/studio/coupons/vouchers/show/{}", row.id)))
                .flash(text)
                .into_response())
        }
        Err(problem) if problem.status == StatusCode::UNPROCESSABLE_ENTITY => {
            Ok(page(ctx, form.refused(&problem)).status(problem.status).into_response())
        }
        Err(problem) => Err(problem),
    }
}

/// Takes it out of use, or back into it.
#[handler]
pub(super) async fn set_state(
    Data(ctx): Data<&Ctx>,
    Path((_, id)): Path<(String, String)>,
    form: Form,
) -> Result<Redirect, Problem> {
    let blocked = form.text("status") == "blocked";
    let row = service::block_voucher(ctx, voucher_id(&id)?, blocked).await?;
    let key = if blocked { "packages-vouchers-now-blocked" } else { "packages-vouchers-now-unblocked" };
    let to = ctx.path(&format!("/studio/coupons/vouchers/show/{}", row.id));
    Ok(Redirect::to(to).flash(Text::key(key).arg("code", row.code)))
}

fn voucher_id(text: &str) -> Result<VoucherId, Problem> {
    text.parse().map_err(|_| Problem::not_found())
}

fn page(ctx: &Ctx, form: FormState) -> Page {
    Page::of(&VoucherFormPage { currency: ctx.tenant().currency.to_string(), form })
}

fn read(ctx: &Ctx, form: &Form) -> Result<VoucherInput, Problem> {
    let zone = &ctx.tenant().zone;
    let mut errors = Vec::new();
    let amount = parse_price(form.text("amount"), ctx.tenant().currency);
    if amount.is_none() {
        errors.push(FieldError::new("amount", "coupon_amount"));
    }
    // A day ends at its end, and a mail goes in the morning, where the business is.
    let mut day = |name: &'static str, time: &str, code: &'static str| {
        let at = parse_local(&format!("{}T{time}", form.optional(name)?), zone);
        if at.is_none() {
            errors.push(FieldError::new(name, code));
        }
        at
    };
    let expires_at = day("expires_at", "23:59:59", "voucher_expires");
    let send_at = day("gift_date", "08:00", "voucher_date");
    if !errors.is_empty() {
        return Err(Problem::invalid(errors));
    }
    Ok(VoucherInput {
        amount: amount.unwrap_or(0),
        expires_at,
        gift: Gift {
            name: form.string("gift_name"),
            email: form.string("gift_email"),
            message: form.string("gift_message"),
            send_at,
        },
        key: form.string("key"),
    })
}
