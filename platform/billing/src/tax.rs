//! Taxes: a business's rates, and what a rate makes of an amount.

use diesel::{
    ExpressionMethods, OptionalExtension, QueryDsl, QueryResult, Queryable, Selectable, SelectableHelper,
    deserialize::FromSqlRow, expression::AsExpression, sql_types::Jsonb,
};
use diesel_async::RunQueryDsl;
use events::{Instant, TaxRateId};
use kernel::{Check, Problem, Tx, audit};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::schema::tax_rates as table;

/// A tax as it applies to a line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, AsExpression, FromSqlRow)]
#[diesel(sql_type = Jsonb)]
pub struct Tax {
    /// As it stands on receipts: `VAT`.
    pub name: String,
    /// Hundredths of a percent: 2000 is 20 %.
    pub bp: i32,
    /// Whether prices contain it.
    pub inclusive: bool,
}

kernel::json_column!(Tax);

/// The tax of an amount in minor units, rounded half up: the part of it that is tax, or what comes on top.
#[must_use]
pub fn tax_of(amount: i64, tax: &Tax) -> i64 {
    let (amount, bp) = (i128::from(amount), i128::from(tax.bp));
    let whole = if tax.inclusive { 10_000 + bp } else { 10_000 };
    let rounded = (amount * bp * 2 + whole).div_euclid(whole * 2);
    i64::try_from(rounded).unwrap_or(0)
}

/// A rate of tax of a business.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Serialize)]
#[diesel(table_name = table, check_for_backend(diesel::pg::Pg))]
pub struct TaxRate {
    /// Identity.
    pub id: TaxRateId,
    /// As it stands on receipts.
    pub name: String,
    /// Hundredths of a percent.
    pub bp: i32,
    /// When it went out of use.
    pub archived_at: Option<Instant>,
    /// When it was made.
    pub created_at: Instant,
}

/// The rates of a business, those in use first, the newest first.
///
/// # Errors
/// When the database refuses.
pub async fn tax_rates(tx: &mut Tx) -> QueryResult<Vec<TaxRate>> {
    let all = table::table.select(TaxRate::as_select()).limit(200);
    // PostgreSQL sorts nothing first when it sorts down.
    all.order((table::archived_at.desc(), table::created_at.desc())).load(&mut **tx).await
}

/// One rate.
///
/// # Errors
/// When the database refuses.
pub async fn tax_rate(tx: &mut Tx, id: TaxRateId) -> QueryResult<Option<TaxRate>> {
    table::table.find(id).select(TaxRate::as_select()).first(&mut **tx).await.optional()
}

/// Adds a rate. Orders keep name and rate of their moment.
///
/// # Errors
/// 422 at `name` (1 to 40 characters) and `bp` (0 to 10,000).
pub async fn add_tax_rate(tx: &mut Tx, name: &str, bp: i64) -> Result<TaxRate, Problem> {
    let mut check = Check::new();
    let name = check.line("name", name, 1, 40);
    check.number("bp", bp, 0, 10_000);
    check.finish()?;
    let id: TaxRateId = tx.ctx().new_id();
    let bp = i32::try_from(bp).unwrap_or(0);
    let row =
        (table::id.eq(id), table::name.eq(name), table::bp.eq(bp), table::created_at.eq(tx.ctx().now()));
    let made = diesel::insert_into(table::table).values(row).returning(TaxRate::as_returning());
    let made: TaxRate = made.get_result(&mut **tx).await?;
    audit(tx, "tax_rate.created", id, json!({ "name": made.name, "bp": bp })).await?;
    Ok(made)
}

/// Takes a rate out of use; offers that have it are sold without it from then on. Again: nothing.
///
/// # Errors
/// 404 for an unknown rate.
pub async fn archive_tax_rate(tx: &mut Tx, id: TaxRateId) -> Result<TaxRate, Problem> {
    let change = diesel::update(table::table.find(id).filter(table::archived_at.is_null()))
        .set(table::archived_at.eq(tx.ctx().now()));
    if change.execute(&mut **tx).await? == 1 {
        audit(tx, "tax_rate.archived", id, json!({})).await?;
    }
    tax_rate(tx, id).await?.ok_or_else(Problem::not_found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rounded_half_up() {
        let tax = |bp, inclusive| Tax { name: "VAT".into(), bp, inclusive };
        assert_eq!(tax_of(29_700, &tax(2000, true)), 4_950);
        assert_eq!(tax_of(100, &tax(750, false)), 8, "7.5 is 8");
        assert_eq!(tax_of(99, &tax(1900, true)), 16, "15.8 is 16");
        assert_eq!(tax_of(0, &tax(2000, true)), 0);
        assert_eq!(tax_of(1, &tax(0, false)), 0);
        assert_eq!(tax_of(100_000_000_000, &tax(10_000, false)), 100_000_000_000);
    }
}
