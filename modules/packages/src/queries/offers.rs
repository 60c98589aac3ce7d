use diesel::{
    AsChangeset, BoolExpressionMethods, ExpressionMethods, Insertable, JoinOnDsl, OptionalExtension,
    PgTextExpressionMethods, QueryDsl, QueryResult, SelectableHelper,
};
use diesel_async::RunQueryDsl;
use events::{Currency, Instant};
use kernel::{Paging, Tx};

use crate::{
    model::{
        AnyOffer, GrantSpec, Item, ItemInput, Offer, OfferId, OfferInput, OfferKind, OfferRow, OfferStatus,
    },
    schema::{offer_prices, offers, package_items},
};

/// The most offers that one public page shows.
const MAX_SHOWN: i64 = 60;

/// Which offers of a list are wanted.
#[derive(Clone, Debug, Default)]
pub(crate) struct OfferFilter {
    pub(crate) kind: Option<OfferKind>,
    pub(crate) status: Option<OfferStatus>,
    pub(crate) search: String,
}

/// Grants that a later version wrote and this one can't read count as nothing to hand out by itself.
fn grants(value: serde_json::Value) -> Vec<GrantSpec> {
    serde_json::from_value(value).unwrap_or_default()
}

/// Adds the products of packages.
async fn complete(tx: &mut Tx, rows: Vec<OfferRow>) -> QueryResult<Vec<Offer>> {
    let packages: Vec<OfferId> =
        rows.iter().filter(|row| row.kind == OfferKind::Package).map(|row| row.id).collect();
    let all = if packages.is_empty() { Vec::new() } else { items(tx, packages).await? };
    let whole = |row: OfferRow| {
        let items =
            all.iter().filter(|(package, _)| *package == row.id).map(|(_, item)| item.clone()).collect();
        Offer { grants: grants(row.grants.clone()), items, row }
    };
    Ok(rows.into_iter().map(whole).collect())
}

async fn items(tx: &mut Tx, packages: Vec<OfferId>) -> QueryResult<Vec<(OfferId, Item)>> {
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
        (package, Item { product, name, quantity, grants: grants(given), sold_out })
    };
    Ok(rows.into_iter().map(item).collect())
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

/// Offers for staff and the API, the newest first; one more than the limit.
pub(crate) async fn list(tx: &mut Tx, filter: &OfferFilter, paging: &Paging) -> QueryResult<Vec<Offer>> {
    let mut query = offers::table.select(OfferRow::as_select()).into_boxed();
    if let Some(kind) = filter.kind {
        query = query.filter(offers::kind.eq(kind));
    }
    query = match filter.status {
        Some(status) => query.filter(offers::status.eq(status)),
        None => query.filter(offers::status.ne(OfferStatus::Archived)),
    };
    if !filter.search.trim().is_empty() {
        query = query.filter(offers::name.ilike(kernel::contains_pattern(filter.search.trim())));
    }
    if let Some(after) = paging.after {
        let tie = offers::created_at.lt(after.at).or(offers::id.lt(OfferId::from_uuid(after.id)));
        query = query.filter(offers::created_at.le(after.at)).filter(tie);
    }
    let query = query.order((offers::created_at.desc(), offers::id.desc())).limit(paging.limit + 1);
    let rows = query.load(&mut **tx).await?;
    complete(tx, rows).await
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

/// Products that a package can hold: identifier and name.
pub(crate) async fn items_of(tx: &mut Tx) -> QueryResult<Vec<(OfferId, String)>> {
    offers::table
        .filter(offers::kind.eq(OfferKind::Product).and(offers::status.ne(OfferStatus::Archived)))
        .order((offers::position, offers::name))
        .limit(200)
        .select((offers::id, offers::name))
        .load(&mut **tx)
        .await
}

pub(crate) async fn insert(tx: &mut Tx, input: &OfferInput) -> QueryResult<OfferId> {
    let (id, now): (OfferId, _) = (tx.ctx().new_id(), tx.ctx().now());
    let fixed = (offers::id.eq(id), offers::kind.eq(input.kind), offers::created_at.eq(now));
    let row = (fixed, changes(input, input.stock == Some(0), now));
    diesel::insert_into(offers::table).values(row).execute(&mut **tx).await?;
    Ok(id)
}

pub(crate) async fn update(tx: &mut Tx, id: OfferId, input: &OfferInput, sold_out: bool) -> QueryResult<()> {
    let row = changes(input, sold_out, tx.ctx().now());
    diesel::update(offers::table.find(id)).set(row).execute(&mut **tx).await.map(drop)
}

pub(crate) async fn update_status(tx: &mut Tx, id: OfferId, status: OfferStatus) -> QueryResult<usize> {
    let row = (offers::status.eq(status), offers::updated_at.eq(tx.ctx().now()));
    let changed = diesel::update(offers::table.find(id).filter(offers::status.ne(status))).set(row);
    changed.execute(&mut **tx).await
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
    position: i32,
    stock: Option<i32>,
    per_client: Option<i32>,
    sale_from: Option<Instant>,
    sale_until: Option<Instant>,
    grants: serde_json::Value,
    sold_out: bool,
    updated_at: Instant,
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
        position: input.position,
        stock: input.stock,
        per_client: input.per_client,
        sale_from: input.sale_from,
        sale_until: input.sale_until,
        grants: serde_json::to_value(&input.grants).unwrap_or_else(|_| serde_json::json!([])),
        sold_out,
        updated_at: now,
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
