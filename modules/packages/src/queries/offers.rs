use std::collections::BTreeMap;

use diesel::{
    BoolExpressionMethods, ExpressionMethods, JoinOnDsl, OptionalExtension, PgTextExpressionMethods,
    QueryDsl, QueryResult, SelectableHelper,
};
use diesel_async::RunQueryDsl;
use kernel::{Paging, Tx};

use crate::{
    model::{Bump, GrantSpec, Item, Offer, OfferId, OfferKind, OfferRow, OfferStatus, PlanTerms},
    schema::{offer_bumps, offer_plans, offers, package_items},
};

/// The most offers that one public page shows.
const MAX_SHOWN: i64 = 60;

/// Which offers of a list are wanted.
#[derive(Clone, Debug, Default)]
pub(crate) struct OfferFilter {
    pub(crate) kind: Option<OfferKind>,
    /// `None`: all but the archived ones.
    pub(crate) status: Option<OfferStatus>,
    /// Part of name or summary.
    pub(crate) search: String,
}

/// Adds the products of packages, the terms of plans, taxes, and what stands beside each at checkout.
async fn complete(tx: &mut Tx, rows: Vec<OfferRow>) -> QueryResult<Vec<Offer>> {
    let ids = |kind| rows.iter().filter(|row| row.kind == kind).map(|row| row.id).collect::<Vec<_>>();
    let (packages, plans) = (ids(OfferKind::Package), ids(OfferKind::Plan));
    let mut items = if packages.is_empty() { BTreeMap::new() } else { items(tx, packages).await? };
    let mut terms = if plans.is_empty() { BTreeMap::new() } else { terms(tx, plans).await? };
    let taxed = rows.iter().any(|row| row.tax_rate_id.is_some());
    let rates = if taxed { billing::tax_rates(tx).await? } else { Vec::new() };
    let mut bumps = bumps(tx, rows.iter().map(|row| row.id).collect()).await?;
    let whole = |row: OfferRow| Offer {
        grants: GrantSpec::all(row.grants.clone()),
        items: items.remove(&row.id).unwrap_or_default(),
        plan: terms.remove(&row.id),
        bumps: bumps.remove(&row.id).unwrap_or_default(),
        tax: rates
            .iter()
            .find(|rate| Some(rate.id) == row.tax_rate_id && rate.archived_at.is_none())
            .map(|rate| billing::Tax { name: rate.name.clone(), bp: rate.bp, inclusive: row.tax_inclusive }),
        row,
    };
    Ok(rows.into_iter().map(whole).collect())
}

/// What belongs to each of several offers, in the order of the rows.
fn by_offer<T>(rows: impl IntoIterator<Item = (OfferId, T)>) -> BTreeMap<OfferId, Vec<T>> {
    let mut all: BTreeMap<OfferId, Vec<T>> = BTreeMap::new();
    for (offer, one) in rows {
        all.entry(offer).or_default().push(one);
    }
    all
}

async fn terms(tx: &mut Tx, plans: Vec<OfferId>) -> QueryResult<BTreeMap<OfferId, PlanTerms>> {
    let rows: Vec<(OfferId, PlanTerms)> = offer_plans::table
        .filter(offer_plans::offer_id.eq_any(plans))
        .select((offer_plans::offer_id, PlanTerms::as_select()))
        .load(&mut **tx)
        .await?;
    Ok(rows.into_iter().collect())
}

async fn bumps(tx: &mut Tx, ids: Vec<OfferId>) -> QueryResult<BTreeMap<OfferId, Vec<Bump>>> {
    type Row = (OfferId, (OfferId, String, Option<i64>), (OfferKind, String, i64));
    let rows: Vec<Row> = offer_bumps::table
        .inner_join(offers::table.on(offers::id.eq(offer_bumps::bump_id)))
        .filter(offer_bumps::offer_id.eq_any(ids))
        .order((offer_bumps::offer_id, offer_bumps::position))
        .select((
            offer_bumps::offer_id,
            (offer_bumps::bump_id, offer_bumps::pitch, offer_bumps::price),
            (offers::kind, offers::name, offers::price),
        ))
        .load(&mut **tx)
        .await?;
    let bump = |(beside, (offer, pitch, price), (kind, name, own_price)): Row| {
        (beside, Bump { offer, kind, name, pitch, price, own_price })
    };
    Ok(by_offer(rows.into_iter().map(bump)))
}

async fn items(tx: &mut Tx, packages: Vec<OfferId>) -> QueryResult<BTreeMap<OfferId, Vec<Item>>> {
    type Row = (OfferId, OfferId, i32, String, serde_json::Value, bool);
    let rows: Vec<Row> = package_items::table
        .inner_join(offers::table.on(offers::id.eq(package_items::product_id)))
        .filter(package_items::package_id.eq_any(packages))
        .order((package_items::package_id, offers::position, offers::name))
        .select((
            package_items::package_id,
            package_items::product_id,
            package_items::quantity,
            offers::name,
            offers::grants,
            offers::sold_out,
        ))
        .load(&mut **tx)
        .await?;
    let item = |(package, product, quantity, name, given, sold_out): Row| {
        (package, Item { product, name, quantity, grants: GrantSpec::all(given), sold_out })
    };
    Ok(by_offer(rows.into_iter().map(item)))
}

/// Offers that are active, in the order of the public page.
pub(crate) async fn shown(tx: &mut Tx) -> QueryResult<Vec<Offer>> {
    let rows = offers::table
        .filter(offers::status.eq(OfferStatus::Active))
        .order((offers::position, offers::id))
        .limit(MAX_SHOWN)
        .select(OfferRow::as_select())
        .load(&mut **tx)
        .await?;
    complete(tx, rows).await
}

/// Offers for the API, the newest first; one more than the limit.
pub(crate) async fn list(tx: &mut Tx, filter: &OfferFilter, paging: &Paging) -> QueryResult<Vec<Offer>> {
    let mut query = filtered(filter);
    if let Some(after) = paging.after {
        let tie = offers::created_at.lt(after.at).or(offers::id.lt(OfferId::from_uuid(after.id)));
        query = query.filter(offers::created_at.le(after.at)).filter(tie);
    }
    let query = query.order((offers::created_at.desc(), offers::id.desc())).limit(paging.limit + 1);
    let rows = query.load(&mut **tx).await?;
    complete(tx, rows).await
}

/// Offers for staff, in the order of the public page, from the `skip`-th on; one more than `limit`.
pub(crate) async fn in_order(
    tx: &mut Tx,
    filter: &OfferFilter,
    skip: i64,
    limit: i64,
) -> QueryResult<Vec<Offer>> {
    let query = filtered(filter).order((offers::position, offers::id)).offset(skip).limit(limit + 1);
    let rows = query.load(&mut **tx).await?;
    complete(tx, rows).await
}

type Selected<'a> = diesel::dsl::IntoBoxed<
    'a,
    diesel::dsl::Select<offers::table, diesel::dsl::AsSelect<OfferRow, diesel::pg::Pg>>,
    diesel::pg::Pg,
>;

fn filtered(filter: &OfferFilter) -> Selected<'static> {
    let mut query = offers::table.select(OfferRow::as_select()).into_boxed();
    if let Some(kind) = filter.kind {
        query = query.filter(offers::kind.eq(kind));
    }
    query = match filter.status {
        Some(status) => query.filter(offers::status.eq(status)),
        None => query.filter(offers::status.ne(OfferStatus::Archived)),
    };
    let search = filter.search.trim();
    if search.is_empty() {
        return query;
    }
    let pattern = kernel::contains_pattern(search);
    query.filter(offers::name.ilike(pattern.clone()).or(offers::summary.ilike(pattern)))
}

pub(crate) async fn by_slug(tx: &mut Tx, slug: &str) -> QueryResult<Option<Offer>> {
    let row = offers::table.filter(offers::slug.eq(slug)).select(OfferRow::as_select());
    let row = row.first(&mut **tx).await.optional()?;
    Ok(complete(tx, row.into_iter().collect()).await?.pop())
}

pub(crate) async fn by_id(tx: &mut Tx, id: OfferId) -> QueryResult<Option<Offer>> {
    let row = offers::table.find(id).select(OfferRow::as_select()).first(&mut **tx).await.optional()?;
    Ok(complete(tx, row.into_iter().collect()).await?.pop())
}

/// The offers of these identifiers, in no order.
pub(crate) async fn by_ids(tx: &mut Tx, ids: &[OfferId]) -> QueryResult<Vec<Offer>> {
    let rows = offers::table.filter(offers::id.eq_any(ids)).select(OfferRow::as_select());
    let rows = rows.load(&mut **tx).await?;
    complete(tx, rows).await
}

/// What stands beside an offer at checkout, with the whole offer that each is. Whether it can be bought says that offer.
pub(crate) async fn bumps_of(tx: &mut Tx, offer: &Offer) -> QueryResult<Vec<(Bump, Offer)>> {
    let ids: Vec<OfferId> = offer.bumps.iter().map(|bump| bump.offer).collect();
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let mut all: BTreeMap<OfferId, Offer> =
        by_ids(tx, &ids).await?.into_iter().map(|one| (one.row.id, one)).collect();
    Ok(offer.bumps.iter().filter_map(|bump| Some((bump.clone(), all.remove(&bump.offer)?))).collect())
}

/// Offers of these kinds to choose from in a form: identifier, kind and name.
pub(crate) async fn choices(
    tx: &mut Tx,
    kinds: &[OfferKind],
) -> QueryResult<Vec<(OfferId, OfferKind, String)>> {
    offers::table
        .filter(offers::kind.eq_any(kinds).and(offers::status.ne(OfferStatus::Archived)))
        .order((offers::position, offers::name))
        .limit(200)
        .select((offers::id, offers::kind, offers::name))
        .load(&mut **tx)
        .await
}
