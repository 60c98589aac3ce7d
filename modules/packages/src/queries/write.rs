//! Writes offers.

use diesel::{
    AsChangeset, BoolExpressionMethods, ExpressionMethods, Insertable, QueryDsl, QueryResult, dsl::max,
};
use diesel_async::RunQueryDsl;
use events::{Currency, Instant, TaxRateId};
use kernel::Tx;

use crate::{
    model::{
        AnyOffer, BumpInput, GrantSpec, ItemInput, OfferId, OfferInput, OfferStatus, PartEvery, PlanTerms,
    },
    schema::{offer_bumps, offer_plans, offer_prices, offers, package_items},
};

/// Between two neighbours in the list there is room for a few more.
const STEP: i32 = 10;

/// Makes an offer; without a wish it stands behind all others.
pub(crate) async fn insert(tx: &mut Tx, input: &OfferInput) -> QueryResult<OfferId> {
    let (id, now): (OfferId, _) = (tx.ctx().new_id(), tx.ctx().now());
    let position = match input.position {
        Some(position) => position,
        None => last_position(tx).await?.saturating_add(STEP),
    };
    let fixed = (
        offers::id.eq(id),
        offers::kind.eq(input.kind),
        offers::created_at.eq(now),
        offers::position.eq(position),
    );
    let row = (fixed, changes(input, input.stock == Some(0), now));
    diesel::insert_into(offers::table).values(row).execute(&mut **tx).await?;
    Ok(id)
}

async fn last_position(tx: &mut Tx) -> QueryResult<i32> {
    let last: Option<i32> = offers::table.select(max(offers::position)).first(&mut **tx).await?;
    Ok(last.unwrap_or(0))
}

pub(crate) async fn update(tx: &mut Tx, id: OfferId, input: &OfferInput, sold_out: bool) -> QueryResult<()> {
    let row = (changes(input, sold_out, tx.ctx().now()), input.position.map(|at| offers::position.eq(at)));
    diesel::update(offers::table.find(id)).set(row).execute(&mut **tx).await.map(drop)
}

pub(crate) async fn update_status(tx: &mut Tx, id: OfferId, status: OfferStatus) -> QueryResult<usize> {
    let row = (offers::status.eq(status), offers::updated_at.eq(tx.ctx().now()));
    let changed = diesel::update(offers::table.find(id).filter(offers::status.ne(status))).set(row);
    changed.execute(&mut **tx).await
}

/// Names a picture by its content; empty: none.
pub(crate) async fn update_picture(tx: &mut Tx, id: OfferId, digest: &str, alt: &str) -> QueryResult<()> {
    let row =
        (offers::image_digest.eq(digest), offers::image_alt.eq(alt), offers::updated_at.eq(tx.ctx().now()));
    diesel::update(offers::table.find(id)).set(row).execute(&mut **tx).await.map(drop)
}

/// Sets what an offer gives.
pub(crate) async fn update_grants(tx: &mut Tx, id: OfferId, grants: &[GrantSpec]) -> QueryResult<()> {
    let grants = serde_json::to_value(grants).unwrap_or_else(|_| serde_json::json!([]));
    let row = (offers::grants.eq(grants), offers::updated_at.eq(tx.ctx().now()));
    diesel::update(offers::table.find(id)).set(row).execute(&mut **tx).await.map(drop)
}

/// All offers in the order of the public page, locked: identifier and place.
pub(crate) async fn lock_order(tx: &mut Tx) -> QueryResult<Vec<(OfferId, i32)>> {
    offers::table
        .filter(offers::status.ne(OfferStatus::Archived))
        .order((offers::position, offers::id))
        .select((offers::id, offers::position))
        .for_update()
        .load(&mut **tx)
        .await
}

/// Puts an offer into a place.
pub(crate) async fn update_position(tx: &mut Tx, id: OfferId, position: i32) -> QueryResult<()> {
    let change = diesel::update(offers::table.find(id).filter(offers::position.ne(position)));
    change.set(offers::position.eq(position)).execute(&mut **tx).await.map(drop)
}

/// The names in links that begin like this one.
pub(crate) async fn slugs_like(tx: &mut Tx, slug: &str) -> QueryResult<Vec<String>> {
    use diesel::TextExpressionMethods;
    let start: String = slug.chars().take(50).collect();
    // A slug holds no character that LIKE reads as a pattern.
    let alike = offers::slug.eq(slug).or(offers::slug.like(format!("{start}%")));
    offers::table.filter(alike).select(offers::slug).limit(1000).load(&mut **tx).await
}

/// The columns that an edit sets, for insert and update alike.
#[derive(Insertable, AsChangeset)]
#[diesel(table_name = offers, treat_none_as_null = true)]
struct Changes<'a> {
    slug: &'a str,
    name: &'a str,
    summary: &'a str,
    description: &'a str,
    price: i64,
    currency: Currency,
    status: OfferStatus,
    featured: bool,
    stock: Option<i32>,
    per_client: Option<i32>,
    sale_from: Option<Instant>,
    sale_until: Option<Instant>,
    grants: serde_json::Value,
    sold_out: bool,
    updated_at: Instant,
    tax_rate_id: Option<TaxRateId>,
    tax_inclusive: bool,
    deposit: Option<i64>,
    deposit_days: Option<i32>,
    instalments: Option<i32>,
    instalment_every: Option<PartEvery>,
    extras: &'a [String],
    image_alt: &'a str,
}

fn changes(input: &OfferInput, sold_out: bool, now: Instant) -> Changes<'_> {
    Changes {
        slug: &input.slug,
        name: &input.name,
        summary: &input.summary,
        description: &input.description,
        price: input.price,
        currency: input.currency,
        status: input.status,
        featured: input.featured,
        stock: input.stock,
        per_client: input.per_client,
        sale_from: input.sale_from,
        sale_until: input.sale_until,
        grants: serde_json::to_value(&input.grants).unwrap_or_else(|_| serde_json::json!([])),
        sold_out,
        updated_at: now,
        tax_rate_id: input.tax_rate,
        tax_inclusive: input.tax_inclusive,
        deposit: input.deposit.map(|deposit| deposit.amount),
        deposit_days: input.deposit.map(|deposit| deposit.days),
        instalments: input.instalments.map(|parts| parts.count),
        instalment_every: input.instalments.map(|parts| parts.every),
        extras: &input.extras,
        image_alt: &input.image_alt,
    }
}

/// Puts exactly these products into a package.
///
/// # Errors
/// The constraint `package_items_product` when one is no product of this tenant.
pub(crate) async fn set_items(tx: &mut Tx, package: OfferId, items: &[ItemInput]) -> QueryResult<()> {
    diesel::delete(package_items::table.filter(package_items::package_id.eq(package)))
        .execute(&mut **tx)
        .await?;
    let row = |item: &ItemInput| {
        (
            package_items::package_id.eq(package),
            package_items::product_id.eq(item.product),
            package_items::quantity.eq(item.quantity),
        )
    };
    let rows: Vec<_> = items.iter().map(row).collect();
    if rows.is_empty() {
        return Ok(());
    }
    diesel::insert_into(package_items::table).values(rows).execute(&mut **tx).await.map(drop)
}

/// Puts exactly these offers beside one at checkout.
///
/// # Errors
/// The constraint `offer_bumps_bump` when one is no offer of this tenant.
pub(crate) async fn set_bumps(tx: &mut Tx, offer: OfferId, bumps: &[BumpInput]) -> QueryResult<()> {
    diesel::delete(offer_bumps::table.filter(offer_bumps::offer_id.eq(offer))).execute(&mut **tx).await?;
    let row = |(position, bump): (i32, &BumpInput)| {
        (
            offer_bumps::offer_id.eq(offer),
            offer_bumps::bump_id.eq(bump.offer),
            offer_bumps::position.eq(position),
            offer_bumps::pitch.eq(bump.pitch.clone()),
            offer_bumps::price.eq(bump.price),
        )
    };
    let rows: Vec<_> = (0..).zip(bumps).map(row).collect();
    if rows.is_empty() {
        return Ok(());
    }
    diesel::insert_into(offer_bumps::table).values(rows).execute(&mut **tx).await.map(drop)
}

/// Writes the terms of a plan.
pub(crate) async fn set_plan(tx: &mut Tx, offer: OfferId, terms: &PlanTerms) -> QueryResult<()> {
    let row = (
        offer_plans::every.eq(terms.every),
        offer_plans::every_count.eq(terms.every_count),
        offer_plans::periods.eq(terms.periods),
        offer_plans::trial_days.eq(terms.trial_days),
        offer_plans::credits_per_week.eq(terms.credits_per_week),
        offer_plans::rollover_cap.eq(terms.rollover_cap),
        offer_plans::pays_for.eq(&terms.pays_for),
        offer_plans::may_cancel.eq(terms.may_cancel),
        offer_plans::may_pause.eq(terms.may_pause),
        offer_plans::pause_days.eq(terms.pause_days),
        offer_plans::may_change.eq(terms.may_change),
        offer_plans::trial_card.eq(terms.trial_card),
    );
    diesel::insert_into(offer_plans::table)
        .values((offer_plans::offer_id.eq(offer), row))
        .on_conflict(diesel::upsert::on_constraint("offer_plans_pkey"))
        .do_update()
        .set(row)
        .execute(&mut **tx)
        .await
        .map(drop)
}

/// Writes a price into the history.
pub(crate) async fn insert_price(
    tx: &mut Tx,
    offer: OfferId,
    price: i64,
    currency: Currency,
) -> QueryResult<()> {
    let ctx = tx.ctx().clone();
    let row = (
        offer_prices::id.eq(ctx.new_id::<AnyOffer>()),
        offer_prices::offer_id.eq(offer),
        offer_prices::price.eq(price),
        offer_prices::currency.eq(currency),
        offer_prices::since.eq(ctx.now()),
    );
    diesel::insert_into(offer_prices::table).values(row).execute(&mut **tx).await.map(drop)
}

/// What an offer has cost, the newest first: price, currency, since when.
pub(crate) async fn prices(tx: &mut Tx, offer: OfferId) -> QueryResult<Vec<(i64, Currency, Instant)>> {
    offer_prices::table
        .filter(offer_prices::offer_id.eq(offer))
        .order((offer_prices::since.desc(), offer_prices::id.desc()))
        .limit(100)
        .select((offer_prices::price, offer_prices::currency, offer_prices::since))
        .load(&mut **tx)
        .await
}
