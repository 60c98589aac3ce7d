use events::Id;
use kernel::{Ctx, Paging, Problem};

use crate::{
    error::unavailable,
    model::{Availability, Offer, OfferId, OfferKind, OfferStatus},
    policy::{OFFERS_READ, OFFERS_WRITE},
    queries::{self, OfferFilter},
};

/// What a visitor may see: active offers in the business's currency, with whether each can be bought now.
pub(crate) async fn catalogue(ctx: &Ctx) -> Result<Vec<(Offer, Availability)>, Problem> {
    let (now, currency) = (ctx.now(), ctx.tenant().currency);
    let offers: Vec<Offer> =
        ctx.tx(OFFERS_READ, async |tx| Ok::<_, Problem>(queries::shown(tx).await?)).await?;
    let with = offers.into_iter().map(|offer| (offer.availability(now, currency), offer));
    let seen = with.filter(|(state, _)| *state != Availability::Hidden).map(|(state, offer)| (offer, state));
    Ok(seen.collect())
}

/// What can be bought at this moment.
pub(crate) async fn for_sale(ctx: &Ctx) -> Result<Vec<Offer>, Problem> {
    let all = catalogue(ctx).await?;
    Ok(all.into_iter().filter(|(_, state)| *state == Availability::Open).map(|(offer, _)| offer).collect())
}

/// An offer by its name in the URL, with whether it can be bought. One that nobody may know of is not found.
pub(crate) async fn offer_by_slug(ctx: &Ctx, slug: &str) -> Result<(Offer, Availability), Problem> {
    let offer = ctx.tx(OFFERS_READ, async |tx| Ok::<_, Problem>(queries::by_slug(tx, slug).await?)).await?;
    let offer = offer.ok_or_else(Problem::not_found)?;
    let state = offer.availability(ctx.now(), ctx.tenant().currency);
    if state == Availability::Hidden {
        return Err(unavailable(state).unwrap_or_else(Problem::not_found));
    }
    Ok((offer, state))
}

/// A page of offers. Somebody who may not write them sees the active ones.
pub(crate) async fn manage(
    ctx: &Ctx,
    mut filter: OfferFilter,
    paging: &Paging,
) -> Result<(Vec<Offer>, Option<String>), Problem> {
    let staff = ctx.may(OFFERS_WRITE);
    if !staff {
        filter.status = Some(OfferStatus::Active);
    }
    let permission = if staff { OFFERS_WRITE } else { OFFERS_READ };
    let rows =
        ctx.tx(permission, async |tx| Ok::<_, Problem>(queries::list(tx, &filter, paging).await?)).await?;
    Ok(paging.cut(rows, |offer| (offer.row.created_at, offer.row.id.uuid())))
}

/// One offer of a kind: staff find all of them, others those that are active.
pub(crate) async fn one(ctx: &Ctx, kind: OfferKind, id: OfferId) -> Result<Offer, Problem> {
    let staff = ctx.may(OFFERS_WRITE);
    let permission = if staff { OFFERS_WRITE } else { OFFERS_READ };
    let found = ctx.tx(permission, async |tx| Ok::<_, Problem>(queries::by_id(tx, id).await?)).await?;
    let seen = |offer: &Offer| staff || offer.row.status == OfferStatus::Active;
    found.filter(|offer| offer.row.kind == kind && seen(offer)).ok_or_else(Problem::not_found)
}

/// An offer in whatever state, for staff.
pub(crate) async fn staff_offer(ctx: &Ctx, id: OfferId) -> Result<Offer, Problem> {
    let found = ctx.tx(OFFERS_WRITE, async |tx| Ok::<_, Problem>(queries::by_id(tx, id).await?)).await?;
    found.ok_or_else(Problem::not_found)
}

/// Products that a package may hold.
pub(crate) async fn product_choices(ctx: &Ctx) -> Result<Vec<(events::ProductId, String)>, Problem> {
    let all = ctx.tx(OFFERS_WRITE, async |tx| Ok::<_, Problem>(queries::items_of(tx).await?)).await?;
    Ok(all.into_iter().map(|(id, name)| (Id::from_uuid(id.uuid()), name)).collect())
}
