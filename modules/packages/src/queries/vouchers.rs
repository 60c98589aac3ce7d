//! Gift vouchers: each change of a balance is a move, written with the voucher's row locked.

use diesel::{
    BoolExpressionMethods, ExpressionMethods, OptionalExtension, PgTextExpressionMethods, QueryDsl,
    QueryResult, SelectableHelper,
};
use diesel_async::RunQueryDsl;
use events::{Currency, Instant, OrderId, VoucherId};
use kernel::{Paging, Tx};

use crate::{
    model::{Gift, VoucherMove, VoucherRow, VoucherState},
    schema::{voucher_moves, vouchers},
};

/// Which vouchers of a list are wanted.
#[derive(Clone, Debug, Default)]
pub(crate) struct VoucherFilter {
    pub(crate) state: Option<VoucherState>,
    /// Part of the code, or of the recipient's name or e-mail.
    pub(crate) search: String,
}

/// A page of vouchers, the newest first; one more than the limit.
pub(crate) async fn vouchers(
    tx: &mut Tx,
    filter: &VoucherFilter,
    paging: &Paging,
) -> QueryResult<Vec<VoucherRow>> {
    let now = tx.ctx().now();
    let mut query = vouchers::table.select(VoucherRow::as_select()).into_boxed();
    let in_time = vouchers::expires_at.is_null().or(vouchers::expires_at.gt(now));
    let over = vouchers::expires_at.is_not_null().and(vouchers::expires_at.le(now));
    query = match filter.state {
        None => query,
        Some(VoucherState::Blocked) => query.filter(vouchers::blocked_at.is_not_null()),
        Some(VoucherState::Expired) => query.filter(vouchers::blocked_at.is_null()).filter(over),
        Some(VoucherState::Spent) => {
            query.filter(vouchers::blocked_at.is_null()).filter(in_time).filter(vouchers::balance.eq(0))
        }
        Some(VoucherState::Active) => {
            query.filter(vouchers::blocked_at.is_null()).filter(in_time).filter(vouchers::balance.gt(0))
        }
    };
    let search = filter.search.trim();
    if !search.is_empty() {
        let part = kernel::contains_pattern(search);
        let whom =
            vouchers::recipient_name.ilike(part.clone()).or(vouchers::recipient_email.ilike(part.clone()));
        query = query.filter(vouchers::code.ilike(part).or(whom));
    }
    if let Some(after) = paging.after {
        let tie = vouchers::created_at.lt(after.at).or(vouchers::id.lt(VoucherId::from_uuid(after.id)));
        query = query.filter(vouchers::created_at.le(after.at)).filter(tie);
    }
    query
        .order((vouchers::created_at.desc(), vouchers::id.desc()))
        .limit(paging.limit + 1)
        .load(&mut **tx)
        .await
}

pub(crate) async fn voucher(tx: &mut Tx, id: VoucherId) -> QueryResult<Option<VoucherRow>> {
    vouchers::table.find(id).select(VoucherRow::as_select()).first(&mut **tx).await.optional()
}

/// One by its code, as [`crate::model::typed_voucher`] writes it.
pub(crate) async fn voucher_by_code(tx: &mut Tx, code: &str) -> QueryResult<Option<VoucherRow>> {
    let found = vouchers::table.filter(vouchers::code.eq(code)).select(VoucherRow::as_select());
    found.first(&mut **tx).await.optional()
}

/// The one that a source made.
pub(crate) async fn voucher_by_source(tx: &mut Tx, source: &str) -> QueryResult<Option<VoucherRow>> {
    let found = vouchers::table.filter(vouchers::source.eq(source)).select(VoucherRow::as_select());
    found.first(&mut **tx).await.optional()
}

/// One, locked: until the end of the transaction nobody else moves its money.
pub(crate) async fn lock_voucher(tx: &mut Tx, id: VoucherId) -> QueryResult<Option<VoucherRow>> {
    let found = vouchers::table.find(id).select(VoucherRow::as_select()).for_no_key_update();
    found.first(&mut **tx).await.optional()
}

/// What an order bought, in the order of its making.
pub(crate) async fn vouchers_of_order(tx: &mut Tx, order: OrderId) -> QueryResult<Vec<VoucherRow>> {
    let all = vouchers::table.filter(vouchers::order_id.eq(order)).select(VoucherRow::as_select());
    all.order(vouchers::source).load(&mut **tx).await
}

/// The moves of a voucher, the newest first.
pub(crate) async fn voucher_moves(tx: &mut Tx, id: VoucherId) -> QueryResult<Vec<VoucherMove>> {
    let all = voucher_moves::table.filter(voucher_moves::voucher_id.eq(id)).select(VoucherMove::as_select());
    all.order((voucher_moves::at.desc(), voucher_moves::id.desc())).limit(200).load(&mut **tx).await
}

/// A voucher to be made.
#[derive(Clone, Debug)]
pub(crate) struct NewVoucher<'a> {
    pub(crate) code: String,
    pub(crate) currency: Currency,
    pub(crate) amount: i64,
    pub(crate) source: &'a str,
    pub(crate) gift: &'a Gift,
    pub(crate) order: Option<OrderId>,
    pub(crate) expires_at: Option<Instant>,
}

/// Makes a voucher with its money. `None`: its source has made one already, or (which nobody lives to see) its code is
/// taken.
pub(crate) async fn insert_voucher(tx: &mut Tx, new: NewVoucher<'_>) -> QueryResult<Option<VoucherRow>> {
    let ctx = tx.ctx().clone();
    let id: VoucherId = ctx.new_id();
    let row = (
        vouchers::id.eq(id),
        vouchers::code.eq(&new.code),
        vouchers::currency.eq(new.currency),
        vouchers::source.eq(new.source),
        vouchers::recipient_name.eq(&new.gift.name),
        vouchers::recipient_email.eq(&new.gift.email),
        vouchers::message.eq(&new.gift.message),
        vouchers::send_at.eq(new.gift.send_at),
        vouchers::order_id.eq(new.order),
        vouchers::expires_at.eq(new.expires_at),
        vouchers::created_at.eq(ctx.now()),
    );
    let made =
        diesel::insert_into(vouchers::table).values(row).on_conflict_do_nothing().execute(&mut **tx).await?;
    if made == 0 {
        return Ok(None);
    }
    move_money(tx, id, new.source, new.amount, None).await?;
    voucher(tx, id).await
}

/// Writes a move and the balance that follows from it.
///
/// # Errors
/// The constraint `vouchers_not_overdrawn` when there is less than what goes, `voucher_moves_source` when this move was
/// made before.
pub(crate) async fn move_money(
    tx: &mut Tx,
    voucher: VoucherId,
    source: &str,
    amount: i64,
    order: Option<OrderId>,
) -> QueryResult<()> {
    let ctx = tx.ctx().clone();
    diesel::update(vouchers::table.find(voucher))
        .set(vouchers::balance.eq(vouchers::balance + amount))
        .execute(&mut **tx)
        .await?;
    let row = (
        voucher_moves::id.eq(ctx.new_id::<events::kinds::Voucher>()),
        voucher_moves::voucher_id.eq(voucher),
        voucher_moves::source.eq(source),
        voucher_moves::amount.eq(amount),
        voucher_moves::order_id.eq(order),
        voucher_moves::at.eq(ctx.now()),
    );
    diesel::insert_into(voucher_moves::table).values(row).execute(&mut **tx).await.map(drop)
}

/// Amounts that an order moved from a voucher (below zero) and back to it, in order.
pub(crate) async fn moved_by(tx: &mut Tx, voucher: VoucherId, order: OrderId) -> QueryResult<Vec<i64>> {
    voucher_moves::table
        .filter(voucher_moves::voucher_id.eq(voucher).and(voucher_moves::order_id.eq(order)))
        .order(voucher_moves::id)
        .select(voucher_moves::amount)
        .load(&mut **tx)
        .await
}

/// Takes a voucher out of use or back into it; answers whether that changed anything.
pub(crate) async fn block_voucher(tx: &mut Tx, id: VoucherId, blocked: bool) -> QueryResult<bool> {
    let now = tx.ctx().now();
    let change = vouchers::table.find(id).filter(vouchers::blocked_at.is_null().eq(blocked));
    let set = vouchers::blocked_at.eq(blocked.then_some(now));
    Ok(diesel::update(change).set(set).execute(&mut **tx).await? == 1)
}
