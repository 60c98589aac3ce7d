use kernel::{Ctx, FieldError, Problem, Tx, audit};
use serde_json::json;

use crate::{
    model::{ItemInput, Offer, OfferId, OfferInput, OfferKind, OfferStatus},
    policy::OFFERS_WRITE,
    queries,
};

/// Makes an offer.
pub(crate) async fn create(ctx: &Ctx, input: OfferInput) -> Result<Offer, Problem> {
    let input = input.checked(ctx.tenant().currency, None)?;
    ctx.tx(OFFERS_WRITE, async |tx| {
        let id = queries::insert(tx, &input).await.map_err(known)?;
        set_items(tx, id, &input).await?;
        queries::add_stock(tx, id, input.stock).await?;
        queries::insert_price(tx, id, input.price, input.currency).await?;
        let detail = json!({ "kind": input.kind, "slug": input.slug, "price": input.price });
        audit(tx, "offer.created", id.uuid(), detail).await?;
        queries::by_id(tx, id).await?.ok_or_else(Problem::not_found)
    })
    .await
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
    part: impl FnOnce(&mut OfferInput) + Send,
) -> Result<Offer, Problem> {
    let currency = ctx.tenant().currency;
    ctx.tx(OFFERS_WRITE, async move |tx| {
        let before = queries::by_id(tx, id).await?.filter(|offer| offer.row.kind == kind);
        let mut input = input_of(&before.ok_or_else(Problem::not_found)?);
        part(&mut input);
        let input = input.checked(currency, Some(id))?;
        change(tx, id, &input).await
    })
    .await
}

/// Puts an offer on sale, back into drafts, or off sale.
pub(crate) async fn set_status(ctx: &Ctx, id: OfferId, status: OfferStatus) -> Result<(), Problem> {
    ctx.tx(OFFERS_WRITE, async |tx| {
        queries::by_id(tx, id).await?.ok_or_else(Problem::not_found)?;
        if queries::update_status(tx, id, status).await? == 1 {
            audit(tx, "offer.status_changed", id.uuid(), json!({ "status": status })).await?;
        }
        Ok(())
    })
    .await
}

/// Stock first: the order in which buyers lock the same rows.
async fn change(tx: &mut Tx, id: OfferId, input: &OfferInput) -> Result<Offer, Problem> {
    let before = queries::by_id(tx, id).await?.filter(|offer| offer.row.kind == input.kind);
    let before = before.ok_or_else(Problem::not_found)?;
    let sold_out = queries::change_stock(tx, id, input.stock).await?.map_err(|taken| {
        Problem::invalid(vec![FieldError::new("stock", "offer_stock_below_sold").arg("taken", taken)])
    })?;
    queries::update(tx, id, input, sold_out).await.map_err(known)?;
    set_items(tx, id, input).await?;
    if (before.row.price, before.row.currency) != (input.price, input.currency) {
        queries::insert_price(tx, id, input.price, input.currency).await?;
    }
    let detail = json!({ "slug": input.slug, "price": input.price, "price_before": before.row.price, "status": input.status });
    audit(tx, "offer.changed", id.uuid(), detail).await?;
    queries::by_id(tx, id).await?.ok_or_else(Problem::not_found)
}

async fn set_items(tx: &mut Tx, id: OfferId, input: &OfferInput) -> Result<(), Problem> {
    if input.kind == OfferKind::Package {
        queries::set_items(tx, id, &input.items).await.map_err(known)?;
    }
    Ok(())
}

/// A broken constraint as the field at fault.
fn known(error: diesel::result::Error) -> Problem {
    match kernel::constraint(&error) {
        Some("offers_slug") => Problem::field("slug", "offer_slug_taken"),
        Some("package_items_product") => Problem::field("items", "offer_unknown_product"),
        _ => error.into(),
    }
}

/// An offer as the input that would make it.
pub(crate) fn input_of(offer: &Offer) -> OfferInput {
    let row = offer.row.clone();
    let item = |item: &crate::model::Item| ItemInput { product: item.product, quantity: item.quantity };
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
        position: row.position,
        stock: row.stock,
        per_client: row.per_client,
        sale_from: row.sale_from,
        sale_until: row.sale_until,
        grants: offer.grants.clone(),
        items: offer.items.iter().map(item).collect(),
    }
}
