use events::packages::{OfferChanged, OfferPrice, Recurring};
use kernel::{Ctx, FieldError, Problem, Tx, audit};
use serde_json::json;

use crate::{
    model::{BumpInput, ItemInput, Offer, OfferId, OfferInput, OfferKind, OfferStatus, starter_plans},
    policy::OFFERS_WRITE,
    queries,
};

/// Makes an offer.
pub(crate) async fn create(ctx: &Ctx, input: OfferInput) -> Result<Offer, Problem> {
    let input = input.checked(ctx.tenant().currency, None)?;
    ctx.tx(OFFERS_WRITE, async |tx| make(tx, &input).await).await
}

/// Makes an offer of a checked input.
pub(super) async fn make(tx: &mut Tx, input: &OfferInput) -> Result<Offer, Problem> {
    check_tax(tx, input, None).await?;
    let id = queries::insert(tx, input).await.map_err(known)?;
    set_parts(tx, id, input).await?;
    queries::add_stock(tx, id, input.stock).await?;
    queries::insert_price(tx, id, input.price, input.currency).await?;
    let detail = json!({ "kind": input.kind, "slug": input.slug, "price": input.price });
    audit(tx, "offer.created", id.uuid(), detail).await?;
    tell(tx, id).await
}

/// Changes an offer into what is wanted; its kind stays.
pub(crate) async fn update(ctx: &Ctx, id: OfferId, input: OfferInput) -> Result<Offer, Problem> {
    let input = input.checked(ctx.tenant().currency, Some(id))?;
    ctx.tx(OFFERS_WRITE, async |tx| change(tx, id, &input).await).await
}

/// Changes parts of an offer of a kind: `part` turns what it is into what it shall be.
pub(crate) async fn patch(
    ctx: &Ctx,
    id: OfferId,
    kind: OfferKind,
    part: impl FnOnce(&mut OfferInput) -> Result<(), Problem> + Send,
) -> Result<Offer, Problem> {
    let currency = ctx.tenant().currency;
    ctx.tx(OFFERS_WRITE, async move |tx| {
        let before = queries::by_id(tx, id).await?.filter(|offer| offer.row.kind == kind);
        let mut input = input_of(&before.ok_or_else(Problem::not_found)?);
        part(&mut input)?;
        let input = input.checked(currency, Some(id))?;
        change(tx, id, &input).await
    })
    .await
}

/// Puts an offer on sale, back into drafts, or off sale.
pub(crate) async fn set_status(ctx: &Ctx, id: OfferId, status: OfferStatus) -> Result<Offer, Problem> {
    ctx.tx(OFFERS_WRITE, async |tx| {
        let offer = queries::by_id(tx, id).await?.ok_or_else(Problem::not_found)?;
        if queries::update_status(tx, id, status).await? == 0 {
            return Ok(offer);
        }
        audit(tx, "offer.status_changed", id.uuid(), json!({ "status": status })).await?;
        tell(tx, id).await
    })
    .await
}

/// Takes an offer of a kind off sale.
pub(crate) async fn archive(ctx: &Ctx, kind: OfferKind, id: OfferId) -> Result<Offer, Problem> {
    ctx.tx(OFFERS_WRITE, async |tx| {
        let offer = queries::by_id(tx, id).await?.filter(|offer| offer.row.kind == kind);
        offer.map(drop).ok_or_else(Problem::not_found)
    })
    .await?;
    set_status(ctx, id, OfferStatus::Archived).await
}

/// What an offer of a kind has cost, the newest first.
pub(crate) async fn prices(
    ctx: &Ctx,
    kind: OfferKind,
    id: OfferId,
) -> Result<Vec<(i64, events::Currency, events::Instant)>, Problem> {
    ctx.tx(OFFERS_WRITE, async |tx| {
        let offer = queries::by_id(tx, id).await?.filter(|offer| offer.row.kind == kind);
        offer.ok_or_else(Problem::not_found)?;
        Ok(queries::prices(tx, id).await?)
    })
    .await
}

/// Adds the starter plans that are not there yet, told by their names in links. Answers how many.
pub(crate) async fn add_starters(
    ctx: &Ctx,
    words: &(dyn Fn(&'static str) -> String + Sync),
) -> Result<usize, Problem> {
    let currency = ctx.tenant().currency;
    let mut plans = Vec::new();
    for plan in starter_plans(currency, &|key| words(key)) {
        plans.push(plan.checked(currency, None)?);
    }
    ctx.tx(OFFERS_WRITE, async |tx| {
        let mut made = 0;
        for plan in &plans {
            if queries::by_slug(tx, &plan.slug).await?.is_none() {
                make(tx, plan).await?;
                made += 1;
            }
        }
        Ok(made)
    })
    .await
}

/// Stock first: the order in which buyers lock the same rows.
async fn change(tx: &mut Tx, id: OfferId, input: &OfferInput) -> Result<Offer, Problem> {
    let before = queries::by_id(tx, id).await?.filter(|offer| offer.row.kind == input.kind);
    let before = before.ok_or_else(Problem::not_found)?;
    check_tax(tx, input, Some(&before)).await?;
    let sold_out = queries::change_stock(tx, id, input.stock).await?.map_err(|taken| {
        Problem::invalid(vec![FieldError::new("stock", "offer_stock_below_sold").arg("taken", taken)])
    })?;
    queries::update(tx, id, input, sold_out).await.map_err(known)?;
    set_parts(tx, id, input).await?;
    if (before.row.price, before.row.currency) != (input.price, input.currency) {
        queries::insert_price(tx, id, input.price, input.currency).await?;
    }
    let detail = json!({ "slug": input.slug, "price": input.price, "price_before": before.row.price, "status": input.status });
    audit(tx, "offer.changed", id.uuid(), detail).await?;
    tell(tx, id).await
}

/// What stands in tables of its own: products of a package, terms of a plan, offers beside it.
async fn set_parts(tx: &mut Tx, id: OfferId, input: &OfferInput) -> Result<(), Problem> {
    if input.kind == OfferKind::Package {
        queries::set_items(tx, id, &input.items).await.map_err(known)?;
    }
    if let Some(terms) = &input.plan {
        queries::set_plan(tx, id, terms).await?;
    }
    let ids: Vec<OfferId> = input.bumps.iter().map(|bump| bump.offer).collect();
    let there = if ids.is_empty() { Vec::new() } else { queries::by_ids(tx, &ids).await? };
    for (index, bump) in input.bumps.iter().enumerate() {
        let found = there.iter().find(|offer| offer.row.id == bump.offer);
        let fits = found.is_some_and(|offer| offer.row.kind != OfferKind::Plan);
        if !fits {
            return Err(Problem::field(&format!("bumps/{index}"), "offer_unknown_bump"));
        }
    }
    queries::set_bumps(tx, id, &input.bumps).await.map_err(known)
}

/// A rate must be one of the business's; one that is out of use is only kept where it stands already.
async fn check_tax(tx: &mut Tx, input: &OfferInput, before: Option<&Offer>) -> Result<(), Problem> {
    let Some(wanted) = input.tax_rate else { return Ok(()) };
    let kept = before.is_some_and(|offer| offer.row.tax_rate_id == Some(wanted));
    let rate = billing::tax_rate(tx, wanted).await?;
    if rate.is_some_and(|rate| kept || rate.archived_at.is_none()) {
        return Ok(());
    }
    Err(Problem::field("tax_rate", "offer_unknown_tax"))
}

/// Reads the offer and tells those who follow what it is now.
pub(super) async fn tell(tx: &mut Tx, id: OfferId) -> Result<Offer, Problem> {
    let offer = queries::by_id(tx, id).await?.ok_or_else(Problem::not_found)?;
    let recurring = offer
        .plan
        .as_ref()
        .map(|terms| Recurring { every: terms.every.to_string(), every_count: terms.every_count });
    let price = OfferPrice { price: offer.price(), recurring, tax_inclusive: offer.row.tax_inclusive };
    let row = &offer.row;
    let event = OfferChanged {
        item: offer.public_id(),
        kind: row.kind.to_string(),
        name: row.name.clone(),
        summary: row.summary.clone(),
        slug: row.slug.clone(),
        active: row.status == OfferStatus::Active,
        prices: vec![price],
    };
    tx.emit(&event).await?;
    Ok(offer)
}

/// A broken constraint as the field at fault.
fn known(error: diesel::result::Error) -> Problem {
    match kernel::constraint(&error) {
        Some("offers_slug") => Problem::field("slug", "offer_slug_taken"),
        Some("package_items_product") => Problem::field("items", "offer_unknown_product"),
        Some("offer_bumps_bump") => Problem::field("bumps", "offer_unknown_bump"),
        Some("offers_tax_rate") => Problem::field("tax_rate", "offer_unknown_tax"),
        _ => error.into(),
    }
}

/// An offer as the input that would make it.
pub(crate) fn input_of(offer: &Offer) -> OfferInput {
    let row = offer.row.clone();
    let item = |item: &crate::model::Item| ItemInput { product: item.product, quantity: item.quantity };
    let bump = |bump: &crate::model::Bump| BumpInput {
        offer: bump.offer,
        pitch: bump.pitch.clone(),
        price: bump.price,
    };
    OfferInput {
        kind: row.kind,
        slug: row.slug,
        name: row.name,
        summary: row.summary,
        description: row.description,
        price: row.price,
        currency: row.currency,
        status: row.status,
        featured: row.featured,
        position: Some(row.position),
        stock: row.stock,
        per_client: row.per_client,
        sale_from: row.sale_from,
        sale_until: row.sale_until,
        grants: offer.grants.clone(),
        items: offer.items.iter().map(item).collect(),
        tax_rate: row.tax_rate_id,
        tax_inclusive: row.tax_inclusive,
        deposit: offer.deposit(),
        instalments: offer.instalments(),
        extras: row.extras,
        image_alt: row.image_alt,
        bumps: offer.bumps.iter().map(bump).collect(),
        plan: offer.plan.clone(),
    }
}
