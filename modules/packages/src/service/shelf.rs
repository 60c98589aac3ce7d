//! The shelf: copies of offers, and the order in which they stand.

use kernel::{Ctx, Problem, Tx, audit};
use serde_json::json;

use super::edit::{input_of, make};
use crate::{
    model::{
        FileKind, Offer, OfferId, OfferInput, OfferStatus, Place, copy_name, free_slug, placed, slug_of,
    },
    policy::OFFERS_WRITE,
    queries::{self, NewFile},
};

/// Makes a draft like an offer, named `Ten classes (copy)` with the word for a copy given.
pub(crate) async fn duplicate(ctx: &Ctx, id: OfferId, copy: &str) -> Result<Offer, Problem> {
    let currency = ctx.tenant().currency;
    ctx.tx(OFFERS_WRITE, async |tx| {
        let offer = queries::by_id(tx, id).await?.ok_or_else(Problem::not_found)?;
        let name = copy_name(&offer.row.name, copy);
        let wanted = slug_of(&name);
        let slug = free_slug(&wanted, &queries::slugs_like(tx, &wanted).await?);
        let input = OfferInput {
            name,
            slug,
            status: OfferStatus::Draft,
            featured: false,
            position: None,
            // A price of another currency is typed anew before the copy can be sold.
            currency,
            tax_rate: offer.tax.as_ref().and(offer.row.tax_rate_id),
            ..input_of(&offer)
        };
        let made = make(tx, &input.checked(currency, None)?).await?;
        copy_picture(tx, &offer, &made).await?;
        queries::by_id(tx, made.row.id).await?.ok_or_else(Problem::not_found)
    })
    .await
}

/// Each offer has its picture for itself: taking it away from one leaves the other alone.
async fn copy_picture(tx: &mut Tx, from: &Offer, to: &Offer) -> Result<(), Problem> {
    let digest = &from.row.image_digest;
    if digest.is_empty() {
        return Ok(());
    }
    let Some(file) = queries::picture(tx, digest).await? else { return Ok(()) };
    let copy = NewFile {
        offer: to.row.id,
        kind: FileKind::Image,
        name: &file.name,
        content_type: &file.content_type,
        digest,
        content: &file.content,
    };
    queries::insert_file(tx, copy).await?;
    Ok(queries::update_picture(tx, to.row.id, digest, &from.row.image_alt).await?)
}

/// Puts an offer into another place among those that are not archived. Answers whether anything moved.
pub(crate) async fn move_offer(ctx: &Ctx, id: OfferId, to: Place) -> Result<bool, Problem> {
    ctx.tx(OFFERS_WRITE, async |tx| {
        let before = queries::lock_order(tx).await?;
        let ids: Vec<OfferId> = before.iter().map(|(id, _)| *id).collect();
        let after = placed(&ids, id, to).ok_or_else(Problem::not_found)?;
        if after == ids {
            return Ok(false);
        }
        for (index, id) in (1..).zip(&after) {
            queries::update_position(tx, *id, index * 10).await?;
        }
        audit(tx, "offer.moved", id.uuid(), json!({})).await?;
        Ok(true)
    })
    .await
}
