use events::{CouponId, Money};
use kernel::{Ctx, Paging, Problem, Tx, audit};
use serde_json::json;

use crate::{
    model::{Basketed, CouponDuration, CouponInput, CouponRow, Offer, OfferId, normal_code},
    policy::{COUPONS_WRITE, OFFERS_READ},
    queries::{self, CouponFilter},
};

/// A page of coupons, for staff.
pub(crate) async fn coupons(
    ctx: &Ctx,
    filter: CouponFilter,
    paging: &Paging,
) -> Result<(Vec<CouponRow>, Option<String>), Problem> {
    let rows = ctx
        .tx(COUPONS_WRITE, async |tx| Ok::<_, Problem>(queries::coupons(tx, &filter, paging).await?))
        .await?;
    Ok(paging.cut(rows, |coupon| (coupon.created_at, coupon.id.uuid())))
}

/// One coupon, for staff.
pub(crate) async fn coupon(ctx: &Ctx, id: CouponId) -> Result<CouponRow, Problem> {
    let found = ctx.tx(COUPONS_WRITE, async |tx| Ok::<_, Problem>(queries::coupon(tx, id).await?)).await?;
    found.ok_or_else(Problem::not_found)
}

/// Makes a coupon.
pub(crate) async fn create_coupon(ctx: &Ctx, input: CouponInput) -> Result<CouponRow, Problem> {
    let input = input.checked(ctx.tenant().currency)?;
    ctx.tx(COUPONS_WRITE, async |tx| {
        known_offers(tx, &input.offers).await?;
        let made = queries::insert_coupon(tx, &input).await.map_err(known)?;
        audit(tx, "coupon.created", made.id, json!(input)).await?;
        Ok(made)
    })
    .await
}

/// Changes a coupon: `part` turns what it is into what it shall be. Its code stays: orders are known by it.
pub(crate) async fn change_coupon(
    ctx: &Ctx,
    id: CouponId,
    part: impl FnOnce(&mut CouponInput) + Send,
) -> Result<CouponRow, Problem> {
    let currency = ctx.tenant().currency;
    ctx.tx(COUPONS_WRITE, async move |tx| {
        let before = queries::coupon(tx, id).await?.ok_or_else(Problem::not_found)?;
        let (code, taken) = (before.code.clone(), before.taken);
        let mut input = CouponInput::of(before);
        part(&mut input);
        let input = CouponInput { code, ..input }.checked(currency)?;
        known_offers(tx, &input.offers).await?;
        let changed = queries::update_coupon(tx, id, &input).await.map_err(|error| overused(error, taken))?;
        audit(tx, "coupon.changed", id, json!(input)).await?;
        changed.ok_or_else(Problem::not_found)
    })
    .await
}

/// Takes a coupon out of use, or back into it.
pub(crate) async fn archive_coupon(ctx: &Ctx, id: CouponId, archived: bool) -> Result<CouponRow, Problem> {
    ctx.tx(COUPONS_WRITE, async |tx| {
        if queries::archive_coupon(tx, id, archived).await? {
            let action = if archived { "coupon.archived" } else { "coupon.restored" };
            audit(tx, action, id, json!({})).await?;
        }
        queries::coupon(tx, id).await?.ok_or_else(Problem::not_found)
    })
    .await
}

/// What a code would do for one of an offer.
#[derive(Clone, Debug)]
pub(crate) struct CouponCheck {
    pub(crate) coupon: CouponRow,
    /// What it takes off the first payment.
    pub(crate) off: Money,
    /// Of a plan: how many payments it makes cheaper; `None`: all of them.
    pub(crate) payments: Option<i32>,
}

/// Holds a code against an offer by its name in the URL. Whoever asks is to be slowed by the caller.
pub(crate) async fn check_coupon(ctx: &Ctx, code: &str, offer: &str) -> Result<CouponCheck, Problem> {
    let (now, currency) = (ctx.now(), ctx.tenant().currency);
    let (coupon, offer): (Option<CouponRow>, Option<Offer>) = ctx
        .tx(OFFERS_READ, async |tx| {
            let coupon = queries::coupon_by_code(tx, &normal_code(code)).await?;
            Ok::<_, Problem>((coupon, queries::by_slug(tx, offer).await?))
        })
        .await?;
    let offer = offer.filter(|offer| offer.availability(now, currency) != crate::model::Availability::Hidden);
    let offer = offer.ok_or_else(|| Problem::field("offer", "unknown_offer"))?;
    let coupon = coupon.ok_or_else(|| Problem::field("code", "code_unknown"))?;
    let basket = [Basketed { offer: offer.row.id, amount: offer.row.price }];
    let off = coupon.off(&basket, currency, now).map_err(|why| Problem::invalid(vec![why.at("code")]))?;
    let payments = match coupon.duration {
        CouponDuration::Once => Some(1),
        CouponDuration::Repeating => coupon.periods,
        CouponDuration::Forever => None,
    };
    Ok(CouponCheck { coupon, off: Money::new(off, currency), payments })
}

/// Offers that a coupon can be for: identifier and name.
pub(crate) async fn offer_choices(ctx: &Ctx) -> Result<Vec<(OfferId, String)>, Problem> {
    ctx.tx(COUPONS_WRITE, async |tx| Ok(queries::offer_names(tx).await?)).await
}

async fn known_offers(tx: &mut Tx, wanted: &[OfferId]) -> Result<(), Problem> {
    if wanted.is_empty() {
        return Ok(());
    }
    let there = queries::count_offers(tx, wanted).await?;
    if usize::try_from(there) == Ok(wanted.len()) {
        Ok(())
    } else {
        Err(Problem::field("offers", "unknown_offer"))
    }
}

fn known(error: diesel::result::Error) -> Problem {
    match kernel::constraint(&error) {
        Some("coupons_code") => Problem::field("code", "coupon_code_taken"),
        _ => error.into(),
    }
}

fn overused(error: diesel::result::Error, taken: i32) -> Problem {
    match kernel::constraint(&error) {
        Some("coupons_not_overused") => Problem::invalid(vec![
            kernel::FieldError::new("max_uses", "coupon_below_used").arg("taken", taken),
        ]),
        _ => error.into(),
    }
}
