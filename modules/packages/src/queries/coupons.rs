//! Coupons: how often one is used is a conditional update beside a CHECK, as stock is.
//!
//! Lock order: stock, then the coupon and the client's row after it, then vouchers, then the order counter.

use diesel::{
    BoolExpressionMethods, ExpressionMethods, NullableExpressionMethods, OptionalExtension,
    PgTextExpressionMethods, QueryDsl, QueryResult, SelectableHelper, sql_types as st,
};
use diesel_async::RunQueryDsl;
use events::{ClientId, CouponId, Currency, Instant};
use kernel::{Paging, Tx};

use crate::{
    model::{CouponDuration, CouponInput, CouponRow, CouponState, OfferId},
    schema::coupons,
};

/// Which coupons of a list are wanted.
#[derive(Clone, Debug, Default)]
pub(crate) struct CouponFilter {
    /// `None`: all but archived ones.
    pub(crate) state: Option<CouponState>,
    /// Part of the code or name.
    pub(crate) search: String,
}

/// Why one more use is not possible.
#[derive(Debug, thiserror::Error)]
pub(crate) enum UseRefused {
    /// It was used as often as it may be, or archived.
    #[error("the coupon is used up")]
    UsedUp,
    /// This client has used it as often as one may.
    #[error("the client has used the coupon up")]
    OwnUsedUp,
    #[error(transparent)]
    Db(#[from] diesel::result::Error),
}

/// A page of coupons, the newest first; one more than the limit.
pub(crate) async fn coupons(
    tx: &mut Tx,
    filter: &CouponFilter,
    paging: &Paging,
) -> QueryResult<Vec<CouponRow>> {
    let now = tx.ctx().now();
    let mut query = coupons::table.select(CouponRow::as_select()).into_boxed();
    if filter.state == Some(CouponState::Archived) {
        query = query.filter(coupons::archived_at.is_not_null());
    } else {
        query = query.filter(coupons::archived_at.is_null());
    }
    let over = coupons::valid_until.is_not_null().and(coupons::valid_until.le(now));
    let used_up = coupons::max_uses.is_not_null().and(coupons::taken.nullable().ge(coupons::max_uses));
    let early = coupons::valid_from.is_not_null().and(coupons::valid_from.gt(now));
    let not_over = coupons::valid_until.is_null().or(coupons::valid_until.gt(now));
    let not_used_up = coupons::max_uses.is_null().or(coupons::taken.nullable().lt(coupons::max_uses));
    let begun = coupons::valid_from.is_null().or(coupons::valid_from.le(now));
    query = match filter.state {
        None | Some(CouponState::Archived) => query,
        Some(CouponState::Ended) => query.filter(over),
        Some(CouponState::UsedUp) => query.filter(used_up).filter(not_over),
        Some(CouponState::Scheduled) => query.filter(early).filter(not_used_up),
        Some(CouponState::Active) => query.filter(begun).filter(not_over).filter(not_used_up),
    };
    if !filter.search.trim().is_empty() {
        let part = kernel::contains_pattern(filter.search.trim());
        query = query.filter(coupons::code.ilike(part.clone()).or(coupons::name.ilike(part)));
    }
    if let Some(after) = paging.after {
        let tie = coupons::created_at.lt(after.at).or(coupons::id.lt(CouponId::from_uuid(after.id)));
        query = query.filter(coupons::created_at.le(after.at)).filter(tie);
    }
    query
        .order((coupons::created_at.desc(), coupons::id.desc()))
        .limit(paging.limit + 1)
        .load(&mut **tx)
        .await
}

pub(crate) async fn coupon(tx: &mut Tx, id: CouponId) -> QueryResult<Option<CouponRow>> {
    coupons::table.find(id).select(CouponRow::as_select()).first(&mut **tx).await.optional()
}

/// One by its code, as [`crate::model::normal_code`] writes it.
pub(crate) async fn coupon_by_code(tx: &mut Tx, code: &str) -> QueryResult<Option<CouponRow>> {
    let found = coupons::table.filter(coupons::code.eq(code)).select(CouponRow::as_select());
    found.first(&mut **tx).await.optional()
}

/// One, locked: until the end of the transaction nobody else uses it.
pub(crate) async fn lock_coupon(tx: &mut Tx, id: CouponId) -> QueryResult<Option<CouponRow>> {
    let found = coupons::table.find(id).select(CouponRow::as_select()).for_no_key_update();
    found.first(&mut **tx).await.optional()
}

/// How often a client has used it, in orders that are open or paid.
pub(crate) async fn coupon_uses_of(tx: &mut Tx, coupon: CouponId, client: ClientId) -> QueryResult<i32> {
    use crate::schema::coupon_clients as of;
    let taken = of::table.find((coupon, client)).select(of::taken).first(&mut **tx).await.optional()?;
    Ok(taken.unwrap_or(0))
}

/// The columns that an edit sets, for insert and update alike.
#[derive(diesel::Insertable, diesel::AsChangeset)]
#[diesel(table_name = coupons, treat_none_as_null = true)]
struct Changes<'a> {
    name: &'a str,
    bp: Option<i32>,
    amount: Option<i64>,
    currency: Option<Currency>,
    duration: CouponDuration,
    periods: Option<i32>,
    offers: Vec<OfferId>,
    least_amount: i64,
    max_uses: Option<i32>,
    per_client: Option<i32>,
    valid_from: Option<Instant>,
    valid_until: Option<Instant>,
    updated_at: Instant,
}

fn changes(input: &CouponInput, currency: Currency, now: Instant) -> Changes<'_> {
    Changes {
        name: &input.name,
        bp: input.bp,
        amount: input.amount,
        currency: input.amount.map(|_| currency),
        duration: input.duration,
        periods: input.periods,
        offers: input.offers.clone(),
        least_amount: input.least_amount,
        max_uses: input.max_uses,
        per_client: input.per_client,
        valid_from: input.valid_from,
        valid_until: input.valid_until,
        updated_at: now,
    }
}

/// # Errors
/// The constraint `coupons_code` when another has the code.
pub(crate) async fn insert_coupon(tx: &mut Tx, input: &CouponInput) -> QueryResult<CouponRow> {
    let ctx = tx.ctx().clone();
    let fixed = (
        coupons::id.eq(ctx.new_id::<events::kinds::Coupon>()),
        coupons::code.eq(&input.code),
        coupons::created_at.eq(ctx.now()),
    );
    let row = (fixed, changes(input, ctx.tenant().currency, ctx.now()));
    diesel::insert_into(coupons::table)
        .values(row)
        .returning(CouponRow::as_returning())
        .get_result(&mut **tx)
        .await
}

/// Changes all but the code.
///
/// # Errors
/// The constraint `coupons_not_overused` when it was used more often than it now may be.
pub(crate) async fn update_coupon(
    tx: &mut Tx,
    id: CouponId,
    input: &CouponInput,
) -> QueryResult<Option<CouponRow>> {
    let ctx = tx.ctx().clone();
    let change =
        diesel::update(coupons::table.find(id)).set(changes(input, ctx.tenant().currency, ctx.now()));
    change.returning(CouponRow::as_returning()).get_result(&mut **tx).await.optional()
}

/// Takes it out of use or back into it; answers whether that changed anything.
pub(crate) async fn archive_coupon(tx: &mut Tx, id: CouponId, archived: bool) -> QueryResult<bool> {
    let now = tx.ctx().now();
    let change = coupons::table.find(id).filter(coupons::archived_at.is_null().eq(archived));
    let set = (coupons::archived_at.eq(archived.then_some(now)), coupons::updated_at.eq(now));
    Ok(diesel::update(change).set(set).execute(&mut **tx).await? == 1)
}

/// Counts one more use by a client, or refuses: then the caller gives its transaction up.
pub(crate) async fn use_coupon(tx: &mut Tx, id: CouponId, client: ClientId) -> Result<(), UseRefused> {
    let open = coupons::archived_at
        .is_null()
        .and(coupons::max_uses.is_null().or(coupons::taken.nullable().lt(coupons::max_uses)));
    let counted: Option<Option<i32>> = diesel::update(coupons::table.find(id).filter(open))
        .set(coupons::taken.eq(coupons::taken + 1))
        .returning(coupons::per_client)
        .get_result(&mut **tx)
        .await
        .optional()?;
    let allowed = counted.ok_or(UseRefused::UsedUp)?;
    let counted = diesel::sql_query(
        "INSERT INTO coupon_clients (coupon_id, client_id, allowed, taken) VALUES ($1, $2, $3, 1) \
         ON CONFLICT ON CONSTRAINT coupon_clients_pkey DO UPDATE \
         SET taken = coupon_clients.taken + 1, allowed = excluded.allowed \
         WHERE excluded.allowed IS NULL OR coupon_clients.taken < excluded.allowed",
    )
    .bind::<st::Uuid, _>(id)
    .bind::<st::Uuid, _>(client)
    .bind::<st::Nullable<st::Integer>, _>(allowed)
    .execute(&mut **tx)
    .await?;
    if counted == 1 { Ok(()) } else { Err(UseRefused::OwnUsedUp) }
}

/// Takes one use back: its order ended unpaid, or all of its money went back.
pub(crate) async fn free_coupon(tx: &mut Tx, id: CouponId, client: ClientId) -> QueryResult<()> {
    use crate::schema::coupon_clients as of;
    diesel::update(coupons::table.find(id).filter(coupons::taken.gt(0)))
        .set(coupons::taken.eq(coupons::taken - 1))
        .execute(&mut **tx)
        .await?;
    diesel::update(of::table.find((id, client)).filter(of::taken.gt(0)))
        .set(of::taken.eq(of::taken - 1))
        .execute(&mut **tx)
        .await
        .map(drop)
}

/// Names of the offers that a coupon can be for: those that are not archived.
pub(crate) async fn offer_names(tx: &mut Tx) -> QueryResult<Vec<(OfferId, String)>> {
    use crate::{model::OfferStatus, schema::offers};
    offers::table
        .filter(offers::status.ne(OfferStatus::Archived))
        .order((offers::position, offers::name))
        .limit(200)
        .select((offers::id, offers::name))
        .load(&mut **tx)
        .await
}

/// How many of these offers there are.
pub(crate) async fn count_offers(tx: &mut Tx, ids: &[OfferId]) -> QueryResult<i64> {
    use crate::schema::offers;
    offers::table.filter(offers::id.eq_any(ids)).count().get_result(&mut **tx).await
}
