use std::collections::BTreeMap;

use diesel::{BoolExpressionMethods, ExpressionMethods, QueryDsl, QueryResult, dsl, sql_types::BigInt};
use diesel_async::RunQueryDsl;
use events::{Currency, Instant, Money};
use kernel::{Tx, fixed};
use serde::Serialize;

use crate::{
    Method, PaymentStatus,
    schema::{payments, refunds},
};

/// What came in and went back one way in one currency.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Taken {
    /// How it was paid.
    pub method: Method,
    /// How many payments came.
    pub payments: i64,
    /// What they brought, those among them that go back.
    pub came: Money,
    /// How many refunds were decided.
    pub refunds: i64,
    /// What goes or went back by them.
    pub back: Money,
}

impl Taken {
    /// What stays.
    #[must_use]
    pub const fn kept(&self) -> Money {
        Money::new(self.came.amount.saturating_sub(self.back.amount), self.came.currency)
    }
}

/// What came in and went back from `from` up to, not including, `until`, by way to pay and currency. A refund counts on
/// the day it was decided.
///
/// # Errors
/// When the database refuses.
pub async fn taken(tx: &mut Tx, from: Instant, until: Instant) -> QueryResult<Vec<Taken>> {
    let sum = || fixed::<BigInt>("coalesce(sum(amount), 0)::bigint");
    let came: Vec<(Method, Currency, i64, i64)> = payments::table
        .filter(payments::at.ge(from).and(payments::at.lt(until)))
        .filter(payments::status.ne(PaymentStatus::Failed))
        .group_by((payments::provider, payments::currency))
        .select((payments::provider, payments::currency, dsl::count_star(), sum()))
        .load(&mut **tx)
        .await?;
    let back: Vec<(Method, Currency, i64, i64)> = refunds::table
        .filter(refunds::created_at.ge(from).and(refunds::created_at.lt(until)))
        .filter(refunds::amount.gt(0))
        .group_by((refunds::provider, refunds::currency))
        .select((refunds::provider, refunds::currency, dsl::count_star(), sum()))
        .load(&mut **tx)
        .await?;
    let mut all: BTreeMap<(Method, String), Taken> = BTreeMap::new();
    for (method, currency, count, amount) in came {
        let taken =
            all.entry((method, currency.to_string())).or_insert_with(|| Taken::none(method, currency));
        (taken.payments, taken.came) = (count, Money::new(amount, currency));
    }
    for (method, currency, count, amount) in back {
        let taken =
            all.entry((method, currency.to_string())).or_insert_with(|| Taken::none(method, currency));
        (taken.refunds, taken.back) = (count, Money::new(amount, currency));
    }
    Ok(all.into_values().collect())
}

impl Taken {
    const fn none(method: Method, currency: Currency) -> Self {
        Self { method, payments: 0, came: Money::zero(currency), refunds: 0, back: Money::zero(currency) }
    }
}
