use billing::TaxRate;
use events::{Currency, Instant};
use kernel::{Ctx, Paging, Problem, Tx};

use crate::{
    error::unavailable,
    model::{Availability, FileInfo, GrantSpec, Offer, OfferId, OfferKind, OfferStatus},
    policy::{OFFERS_READ, OFFERS_WRITE},
    queries::{self, OfferFilter},
};

/// So many offers are on one page of the studio's list.
const SHELF: i64 = 60;

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

/// A page of offers for staff, in the order of the public page; pages count from 0. Says whether there are more.
pub(crate) async fn shelf(ctx: &Ctx, filter: OfferFilter, page: i64) -> Result<(Vec<Offer>, bool), Problem> {
    let skip = page.clamp(0, 10_000) * SHELF;
    let mut rows = ctx
        .tx(OFFERS_WRITE, async |tx| Ok::<_, Problem>(queries::in_order(tx, &filter, skip, SHELF).await?))
        .await?;
    let wanted = usize::try_from(SHELF).unwrap_or(usize::MAX);
    let more = rows.len() > wanted;
    rows.truncate(wanted);
    Ok((rows, more))
}

/// What the form of an offer needs to know besides the offer.
#[derive(Clone, Debug, Default)]
pub(crate) struct FormFacts {
    /// What a package may hold, and what may stand beside an offer: products and packages.
    pub(crate) others: Vec<(OfferId, OfferKind, String)>,
    /// Rates in use, and the one that the offer has.
    pub(crate) taxes: Vec<TaxRate>,
    /// What it has cost, the newest first.
    pub(crate) prices: Vec<(i64, Currency, Instant)>,
    /// What it hands over.
    pub(crate) files: Vec<FileInfo>,
}

/// What the form of a new or present offer needs to know.
pub(crate) async fn form_facts(ctx: &Ctx, offer: Option<&Offer>) -> Result<FormFacts, Problem> {
    ctx.tx(OFFERS_WRITE, async |tx| facts(tx, offer).await).await
}

async fn facts(tx: &mut Tx, offer: Option<&Offer>) -> Result<FormFacts, Problem> {
    let mut others = queries::choices(tx, &[OfferKind::Product, OfferKind::Package]).await?;
    others.retain(|(id, ..)| offer.is_none_or(|offer| offer.row.id != *id));
    let mut taxes = billing::tax_rates(tx).await?;
    let own = offer.and_then(|offer| offer.row.tax_rate_id);
    taxes.retain(|rate| rate.archived_at.is_none() || Some(rate.id) == own);
    let Some(offer) = offer else { return Ok(FormFacts { others, taxes, ..FormFacts::default() }) };
    let files: Vec<_> = offer.grants.iter().filter_map(GrantSpec::file).collect();
    Ok(FormFacts {
        others,
        taxes,
        prices: queries::prices(tx, offer.row.id).await?,
        files: if files.is_empty() { Vec::new() } else { queries::files(tx, &files).await? },
    })
}
