//! The section `[packages]` of a tenant file.

mod coupons;

use std::collections::BTreeMap;

use billing::{PAYMENTS_WRITE, Settings, parse_price};
use events::TaxRateId;
use kernel::{BoxFuture, Ctx, FieldError, Problem};
use serde::Deserialize;
use serde_json::Value;

use self::coupons::CouponSection;
use crate::{
    model::{
        BumpInput, Deposit, Every, GrantSpec, Instalments, ItemInput, MayCancel, OfferId, OfferInput,
        OfferKind, OfferStatus, PackageSettings, PartEvery, PlanTerms,
    },
    policy::OFFERS_WRITE,
    queries, service,
};

/// The section. Prices are written as people write them: `"297.00"`, in the tenant's currency.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Section {
    payment: Option<PaymentSection>,
    #[serde(default)]
    products: Vec<ProductSection>,
    #[serde(default)]
    packages: Vec<PackageSection>,
    #[serde(default)]
    plans: Vec<PlanSection>,
    #[serde(default)]
    coupons: Vec<CouponSection>,
    #[serde(default)]
    taxes: Vec<TaxSection>,
    settings: Option<SettingsSection>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct PaymentSection {
    /// How to pay by transfer or in cash; without it that way is off.
    manual_instructions: Option<String>,
    #[serde(default = "seven")]
    manual_days: i32,
    #[serde(default = "yes")]
    sandbox: bool,
}

/// A section of an offer: what all of them have, and what is its kind's own.
macro_rules! offer_section {
    ($(#[$doc:meta])* $name:ident { $($(#[$own_doc:meta])* $own:ident: $own_type:ty),* $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Deserialize)]
        #[serde(deny_unknown_fields)]
        struct $name {
            slug: String,
            name: String,
            #[serde(default)]
            summary: String,
            #[serde(default)]
            description: String,
            price: String,
            stock: Option<i32>,
            per_client: Option<i32>,
            #[serde(default)]
            featured: bool,
            /// Lines on its card.
            #[serde(default)]
            extras: Vec<String>,
            /// Name of one of `[[packages.taxes]]`.
            tax: Option<String>,
            /// Whether the tax comes on top of the price.
            #[serde(default)]
            tax_added: bool,
            /// Offers beside it at checkout, by slug; made before it.
            #[serde(default)]
            bumps: Vec<String>,
            $($(#[$own_doc])* $own: $own_type),*
        }

        impl $name {
            /// What all kinds have, checked against what is there.
            async fn common(&self, ctx: &Ctx, kind: OfferKind, position: i32) -> Result<OfferInput, Problem> {
                let mut bumps = Vec::new();
                for slug in &self.bumps {
                    let offer = known(ctx, slug, "offer_unknown_bump").await?;
                    bumps.push(BumpInput { offer, pitch: String::new(), price: None });
                }
                Ok(OfferInput {
                    slug: self.slug.clone(),
                    name: self.name.clone(),
                    summary: self.summary.clone(),
                    description: self.description.clone(),
                    price: price(ctx, &self.slug, &self.price)?,
                    status: OfferStatus::Active,
                    featured: self.featured,
                    position: Some(position),
                    stock: self.stock,
                    per_client: self.per_client,
                    extras: self.extras.clone(),
                    tax_rate: tax_rate(ctx, self.tax.as_deref()).await?,
                    tax_inclusive: !self.tax_added,
                    bumps,
                    ..OfferInput::blank(kind, ctx.tenant().currency)
                })
            }
        }
    };
}

offer_section!(ProductSection {
    credits: Option<i32>,
    credit_days: Option<i32>,
    /// What the credits pay for: names of class types.
    #[serde(default)]
    pays_for: Vec<String>,
    /// Worth of the gift voucher that it gives.
    voucher: Option<String>,
    voucher_days: Option<i32>,
    /// Part at once, the rest so many days later.
    deposit: Option<String>,
    #[serde(default = "thirty")]
    deposit_days: i32,
    /// In so many parts, one each `week` or `month`.
    instalments: Option<i32>,
    #[serde(default = "month")]
    instalment_every: PartEvery,
    /// Only part of packages, not sold by itself.
    #[serde(default)]
    hidden: bool,
});
offer_section!(PackageSection {
    /// How many of which product, by slug.
    products: BTreeMap<String, i32>,
});
offer_section!(PlanSection {
    every: Every,
    #[serde(default = "one")]
    every_count: i32,
    /// So many periods are paid, then it ends; left out: until somebody ends it.
    periods: Option<i32>,
    #[serde(default)]
    trial_days: i32,
    #[serde(default)]
    credits_per_week: i32,
    rollover_cap: Option<i32>,
    #[serde(default)]
    pays_for: Vec<String>,
    #[serde(default = "any_time")]
    may_cancel: MayCancel,
    #[serde(default = "yes")]
    may_pause: bool,
    #[serde(default = "sixty")]
    pause_days: i32,
    #[serde(default = "yes")]
    may_change: bool,
    /// Whether the free days begin with a card that is saved.
    #[serde(default = "yes")]
    trial_card: bool,
});

/// A rate of tax, in percent: `"19"`, `"7.5"`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct TaxSection {
    name: String,
    percent: String,
}

/// How the module works here.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct SettingsSection {
    #[serde(default = "monday")]
    first_weekday: i16,
    #[serde(default = "seven")]
    return_days: i32,
}

const fn one() -> i32 {
    1
}
const fn monday() -> i16 {
    1
}
const fn thirty() -> i32 {
    30
}
const fn sixty() -> i32 {
    60
}
const fn month() -> PartEvery {
    PartEvery::Month
}
const fn any_time() -> MayCancel {
    MayCancel::AnyTime
}

const fn seven() -> i32 {
    7
}
const fn yes() -> bool {
    true
}

/// Makes what is missing. What is there stays as it is: it may have been edited since.
pub(crate) fn provision(ctx: Ctx, value: Value) -> BoxFuture<'static, Result<(), Problem>> {
    Box::pin(async move {
        let section: Section = serde_json::from_value(value).map_err(|error| Problem {
            cause: Some(error.to_string()),
            ..Problem::field("packages", "unreadable")
        })?;
        apply(&ctx, section).await
    })
}

async fn apply(ctx: &Ctx, section: Section) -> Result<(), Problem> {
    if let Some(payment) = section.payment {
        let settings = Settings {
            manual_on: payment.manual_instructions.is_some(),
            manual_instructions: payment.manual_instructions.unwrap_or_default(),
            manual_days: payment.manual_days,
            sandbox_on: payment.sandbox,
            ..Settings::default()
        };
        choose_payment(ctx, settings).await?;
    }
    if let Some(SettingsSection { first_weekday, return_days }) = section.settings {
        service::begin_settings(ctx, PackageSettings { first_weekday, return_days }).await?;
    }
    add_taxes(ctx, &section.taxes).await?;
    // Plans stand before everything else on the page; what stands beside them at checkout is made first.
    let mut position = 10 * i32::try_from(section.plans.len()).unwrap_or(0);
    for product in section.products {
        position += 10;
        if find(ctx, &product.slug).await?.is_none() {
            let input = product_input(ctx, product, position).await?;
            service::create(ctx, input).await?;
        }
    }
    for package in section.packages {
        position += 10;
        if find(ctx, &package.slug).await?.is_none() {
            let input = package_input(ctx, package, position).await?;
            service::create(ctx, input).await?;
        }
    }
    for (place, plan) in (1..).zip(section.plans) {
        if find(ctx, &plan.slug).await?.is_none() {
            let input = plan_input(ctx, plan, place * 10).await?;
            service::create(ctx, input).await?;
        }
    }
    // Last: they name offers.
    coupons::add(ctx, section.coupons).await
}

/// Chooses how clients can pay, unless somebody has chosen already.
async fn choose_payment(ctx: &Ctx, settings: Settings) -> Result<(), Problem> {
    ctx.tx(PAYMENTS_WRITE, async |tx| {
        if billing::stored_settings(tx).await?.is_none() {
            billing::save_settings(tx, settings).await?;
        }
        Ok(())
    })
    .await
}

async fn find(ctx: &Ctx, slug: &str) -> Result<Option<OfferId>, Problem> {
    let found = ctx.tx(OFFERS_WRITE, async |tx| Ok::<_, Problem>(queries::by_slug(tx, slug).await?)).await?;
    Ok(found.map(|offer| offer.row.id))
}

fn price(ctx: &Ctx, slug: &str, text: &str) -> Result<i64, Problem> {
    let wrong = || Problem::invalid(vec![FieldError::new(format!("{slug}/price"), "offer_price")]);
    parse_price(text, ctx.tenant().currency).ok_or_else(wrong)
}

/// The amount of hundredths of a percent that a text in percent means.
fn bp_of(percent: &str) -> Option<i64> {
    let (whole, rest) = percent.split_once('.').unwrap_or((percent, ""));
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || whole.len() > 3 || rest.len() > 2 || !digits(whole) || !digits(rest) {
        return None;
    }
    let whole: i64 = whole.parse().ok()?;
    let rest: i64 = format!("{rest:0<2}").parse().ok()?;
    Some(whole * 100 + rest)
}

/// Adds the rates that are not there yet, told by their names.
async fn add_taxes(ctx: &Ctx, taxes: &[TaxSection]) -> Result<(), Problem> {
    for tax in taxes {
        let wrong =
            || Problem::invalid(vec![FieldError::new(format!("{}/percent", tax.name), "offer_number")]);
        let bp = bp_of(&tax.percent).ok_or_else(wrong)?;
        ctx.tx(PAYMENTS_WRITE, async |tx| {
            let there = billing::tax_rates(tx).await?;
            if !there.iter().any(|rate| rate.name == tax.name && rate.archived_at.is_none()) {
                billing::add_tax_rate(tx, &tax.name, bp).await?;
            }
            Ok::<_, Problem>(())
        })
        .await?;
    }
    Ok(())
}

/// A rate in use, by its name.
async fn tax_rate(ctx: &Ctx, name: Option<&str>) -> Result<Option<TaxRateId>, Problem> {
    let Some(name) = name else { return Ok(None) };
    let all = ctx.tx(OFFERS_WRITE, async |tx| Ok::<_, Problem>(billing::tax_rates(tx).await?)).await?;
    let found = all.into_iter().find(|rate| rate.name == name && rate.archived_at.is_none());
    let unknown = || Problem::invalid(vec![FieldError::new(format!("taxes/{name}"), "offer_unknown_tax")]);
    Ok(Some(found.ok_or_else(unknown)?.id))
}

async fn known(ctx: &Ctx, slug: &str, code: &'static str) -> Result<OfferId, Problem> {
    let unknown = || Problem::invalid(vec![FieldError::new(format!("products/{slug}"), code)]);
    find(ctx, slug).await?.ok_or_else(unknown)
}

async fn product_input(ctx: &Ctx, product: ProductSection, position: i32) -> Result<OfferInput, Problem> {
    let common = product.common(ctx, OfferKind::Product, position).await?;
    let (days, pays_for) = (product.credit_days, product.pays_for);
    let mut grants = Vec::new();
    grants.extend(product.credits.map(|credits| GrantSpec::Credits { credits, days, pays_for }));
    if let Some(worth) = &product.voucher {
        let amount = price(ctx, &product.slug, worth)?;
        grants.push(GrantSpec::Voucher { amount, days: product.voucher_days });
    }
    if grants.is_empty() {
        grants.push(GrantSpec::Service);
    }
    let deposit = product.deposit.map(|text| price(ctx, &product.slug, &text)).transpose()?;
    let every = product.instalment_every;
    Ok(OfferInput {
        status: if product.hidden { OfferStatus::Draft } else { OfferStatus::Active },
        grants,
        deposit: deposit.map(|amount| Deposit { amount, days: product.deposit_days }),
        instalments: product.instalments.map(|count| Instalments { count, every }),
        ..common
    })
}

async fn package_input(ctx: &Ctx, package: PackageSection, position: i32) -> Result<OfferInput, Problem> {
    let common = package.common(ctx, OfferKind::Package, position).await?;
    let mut items = Vec::new();
    for (slug, quantity) in package.products {
        items.push(ItemInput { product: known(ctx, &slug, "offer_unknown_product").await?, quantity });
    }
    Ok(OfferInput { items, ..common })
}

async fn plan_input(ctx: &Ctx, plan: PlanSection, position: i32) -> Result<OfferInput, Problem> {
    let common = plan.common(ctx, OfferKind::Plan, position).await?;
    let terms = PlanTerms {
        every: plan.every,
        every_count: plan.every_count,
        periods: plan.periods,
        trial_days: plan.trial_days,
        credits_per_week: plan.credits_per_week,
        rollover_cap: plan.rollover_cap,
        pays_for: plan.pays_for,
        may_cancel: plan.may_cancel,
        may_pause: plan.may_pause,
        pause_days: plan.pause_days,
        may_change: plan.may_change,
        trial_card: plan.trial_card,
    };
    Ok(OfferInput { plan: Some(terms), ..common })
}

#[cfg(test)]
mod tests {
    use super::bp_of;

    #[test]
    fn percents_are_read_to_the_hundredth() {
        for (text, bp) in [("19", Some(1900)), ("7.5", Some(750)), ("0", Some(0)), ("19.25", Some(1925))] {
            assert_eq!(bp_of(text), bp, "{text}");
        }
        for text in ["", "-1", "1e2", "1000", "1.234", ".5", "19 %"] {
            assert_eq!(bp_of(text), None, "{text}");
        }
    }
}
