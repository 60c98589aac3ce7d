use diesel::{ExpressionMethods, QueryDsl, QueryResult, Queryable, Selectable, SelectableHelper};
use diesel_async::RunQueryDsl;
use events::OrderId;
use kernel::Tx;
use serde::Serialize;

use crate::schema::order_discounts as table;

crate::text_enum! {
    /// Where a discount comes from.
    pub enum DiscountKind {
        /// A code that makes things cheaper.
        Coupon = "coupon",
        /// Money that was paid ahead.
        Voucher = "voucher",
    }
}

/// A discount of an order to be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct NewDiscount {
    /// Where it comes from.
    pub kind: DiscountKind,
    /// What the buyer typed, in upper case.
    pub code: String,
    /// Its name for people.
    pub name: String,
    /// Minor units, more than zero: what [`crate::spread`] took off the lines, or [`crate::spread_paid`] paid of them.
    pub amount: i64,
}

/// A discount of an order.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Serialize)]
#[diesel(table_name = table, check_for_backend(diesel::pg::Pg))]
pub struct Discount {
    /// Where it comes from.
    pub kind: DiscountKind,
    /// What the buyer typed, in upper case.
    pub code: String,
    /// Its name for people.
    pub name: String,
    /// Minor units.
    pub amount: i64,
}

/// The discounts of an order, in the order in which they were taken off.
///
/// # Errors
/// When the database refuses.
pub async fn discounts(tx: &mut Tx, order: OrderId) -> QueryResult<Vec<Discount>> {
    let all = table::table.filter(table::order_id.eq(order)).select(Discount::as_select());
    all.order(table::position).load(&mut **tx).await
}
