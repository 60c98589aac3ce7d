//! The section `[packages]` of a tenant file.

use std::collections::BTreeMap;

use billing::{PAYMENTS_WRITE, Settings, parse_price};
use kernel::{BoxFuture, Ctx, FieldError, Problem};
use serde::Deserialize;
use serde_json::Value;

use crate::{
    model::{GrantSpec, ItemInput, OfferId, OfferInput, OfferKind, OfferStatus},
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

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ProductSection {
    slug: String,
    name: String,
    #[serde(default)]
    summary: String,
    #[serde(default)]
    description: String,
    price: String,
    credits: Option<i32>,
    credit_days: Option<i32>,
    stock: Option<i32>,
    per_client: Option<i32>,
    #[serde(default)]
    featured: bool,
    /// Only part of packages, not sold by itself.
    #[serde(default)]
    hidden: bool,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct PackageSection {
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
    /// How many of which product, by slug.
    products: BTreeMap<String, i32>,
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
        };
        choose_payment(ctx, settings).await?;
    }
    let mut position = 0;
    for product in section.products {
        position += 10;
        if find(ctx, &product.slug).await?.is_none() {
            service::create(ctx, product_input(ctx, product, position)?).await?;
        }
    }
    for package in section.packages {
        position += 10;
        if find(ctx, &package.slug).await?.is_none() {
            let input = package_input(ctx, package, position).await?;
            service::create(ctx, input).await?;
        }
    }
    Ok(())
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

fn product_input(ctx: &Ctx, product: ProductSection, position: i32) -> Result<OfferInput, Problem> {
    let days = product.credit_days;
    let grant = product.credits.map_or(GrantSpec::Service, |credits| GrantSpec::Credits { credits, days });
    Ok(OfferInput {
        kind: OfferKind::Product,
        price: price(ctx, &product.slug, &product.price)?,
        slug: product.slug,
        name: product.name,
        summary: product.summary,
        description: product.description,
        currency: ctx.tenant().currency,
        status: if product.hidden { OfferStatus::Draft } else { OfferStatus::Active },
        featured: product.featured,
        position,
        stock: product.stock,
        per_client: product.per_client,
        sale_from: None,
        sale_until: None,
        grants: vec![grant],
        items: Vec::new(),
    })
}

async fn package_input(ctx: &Ctx, package: PackageSection, position: i32) -> Result<OfferInput, Problem> {
    let mut items = Vec::new();
    for (slug, quantity) in package.products {
        let unknown =
            || Problem::invalid(vec![FieldError::new(format!("products/{slug}"), "offer_unknown_product")]);
        let product = find(ctx, &slug).await?.ok_or_else(unknown)?;
        items.push(ItemInput { product, quantity });
    }
    Ok(OfferInput {
        kind: OfferKind::Package,
        price: price(ctx, &package.slug, &package.price)?,
        slug: package.slug,
        name: package.name,
        summary: package.summary,
        description: package.description,
        currency: ctx.tenant().currency,
        status: OfferStatus::Active,
        featured: package.featured,
        position,
        stock: package.stock,
        per_client: package.per_client,
        sale_from: None,
        sale_until: None,
        grants: Vec::new(),
        items,
    })
}
