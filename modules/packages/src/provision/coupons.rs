//! `[[packages.coupons]]` of a tenant file.

use events::Instant;
use kernel::{Ctx, FieldError, Problem};
use serde::Deserialize;

use super::{known, price};
use crate::{
    model::{CouponDuration, CouponInput, normal_code, parse_local, percent_bp},
    policy::COUPONS_WRITE,
    queries, service,
};

/// A coupon: either a percentage or an amount off.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CouponSection {
    code: String,
    /// What buyers read; left out: the code.
    #[serde(default)]
    name: String,
    /// `"20"`, `"12.5"`.
    percent: Option<String>,
    /// `"5.00"`, in the tenant's currency.
    amount: Option<String>,
    /// Which payments of a plan it makes cheaper: `once` (the first), `repeating` (so many `periods`) or `forever`.
    #[serde(default = "once")]
    duration: CouponDuration,
    periods: Option<i32>,
    /// Holds for these offers alone, by slug; left out: for all.
    #[serde(default)]
    offers: Vec<String>,
    /// Holds from this sum of an order on.
    least_amount: Option<String>,
    max_uses: Option<i32>,
    per_client: Option<i32>,
    /// A day or a local time of the tenant's zone: `"2026-12-01"`, `"2026-12-01T18:00"`.
    valid_from: Option<String>,
    /// Up to, not including.
    valid_until: Option<String>,
}

const fn once() -> CouponDuration {
    CouponDuration::Once
}

/// Makes the coupons whose codes are not there yet. One that is there stays as it is: it may have been edited since.
pub(super) async fn add(ctx: &Ctx, sections: Vec<CouponSection>) -> Result<(), Problem> {
    for section in sections {
        let code = normal_code(&section.code);
        let found = ctx
            .tx(COUPONS_WRITE, async |tx| Ok::<_, Problem>(queries::coupon_by_code(tx, &code).await?))
            .await?;
        if found.is_none() {
            let wrong = |mut problem: Problem| {
                for error in &mut problem.fields {
                    error.field = format!("coupons/{code}/{}", error.field);
                }
                problem
            };
            let input = input(ctx, section).await.map_err(wrong)?;
            service::create_coupon(ctx, input).await.map_err(wrong)?;
        }
    }
    Ok(())
}

async fn input(ctx: &Ctx, section: CouponSection) -> Result<CouponInput, Problem> {
    let wrong = |field: &str, code| Problem::invalid(vec![FieldError::new(field, code)]);
    let percent = section.percent.as_deref();
    let bp = percent.map(|text| percent_bp(text).ok_or_else(|| wrong("percent", "coupon_percent")));
    let money =
        |text: &Option<String>, field| text.as_deref().map(|text| price(ctx, field, text)).transpose();
    let at = |text: &Option<String>, field| -> Result<Option<Instant>, Problem> {
        let Some(text) = text.as_deref() else { return Ok(None) };
        let local = if text.contains('T') { text.to_owned() } else { format!("{text}T00:00") };
        let at = parse_local(&local, &ctx.tenant().zone);
        at.map(Some).ok_or_else(|| wrong(field, "offer_dates"))
    };
    let mut offers = Vec::new();
    for slug in &section.offers {
        offers.push(known(ctx, slug, "coupon_offers").await?);
    }
    Ok(CouponInput {
        bp: bp.transpose()?,
        amount: money(&section.amount, "amount")?,
        least_amount: money(&section.least_amount, "least_amount")?.unwrap_or(0),
        valid_from: at(&section.valid_from, "valid_from")?,
        valid_until: at(&section.valid_until, "valid_until")?,
        code: section.code,
        name: section.name,
        duration: section.duration,
        periods: section.periods,
        offers,
        max_uses: section.max_uses,
        per_client: section.per_client,
    })
}
