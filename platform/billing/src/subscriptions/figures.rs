use diesel::{BoolExpressionMethods, ExpressionMethods, QueryDsl, QueryResult};
use diesel_async::RunQueryDsl;
use events::{Currency, Instant, Money};
use kernel::Tx;
use serde::Serialize;

use super::{Every, SubscriptionStatus, share};
use crate::schema::subscriptions as table;

/// A business's subscriptions in figures.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Figures {
    /// On trial.
    pub trialing: i64,
    /// Paid.
    pub active: i64,
    /// Owed.
    pub past_due: i64,
    /// Resting.
    pub paused: i64,
    /// What active and owed ones bring in a month, for each currency: those that are paid again and again.
    pub monthly: Vec<Money>,
}

/// What a price for each period comes to in a month of a twelfth of a year, minor units, rounded half up.
#[must_use]
pub fn monthly(price: i64, every: Every, every_count: i32) -> i64 {
    let count = i64::from(every_count.max(1));
    match every {
        Every::Week => share(price, 52, 12 * count),
        Every::Month => share(price, 1, count),
        Every::Year => share(price, 1, 12 * count),
    }
}

/// The figures of now.
///
/// # Errors
/// When the database refuses.
pub async fn figures(tx: &mut Tx) -> QueryResult<Figures> {
    let live = table::status.ne_all([SubscriptionStatus::Incomplete, SubscriptionStatus::Ended]);
    let counts: Vec<(SubscriptionStatus, i64)> = table::table
        .filter(live)
        .group_by(table::status)
        .select((table::status, diesel::dsl::count_star()))
        .load(&mut **tx)
        .await?;
    let of = |status| counts.iter().find(|row| row.0 == status).map_or(0, |row| row.1);
    Ok(Figures {
        trialing: of(SubscriptionStatus::Trialing),
        active: of(SubscriptionStatus::Active),
        past_due: of(SubscriptionStatus::PastDue),
        paused: of(SubscriptionStatus::Paused),
        monthly: recurring(tx).await?,
    })
}

/// What a business should know of subscriptions that bring nothing any more.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct News {
    /// Ended since a moment.
    pub ended: i64,
    /// Rest because a period was not paid.
    pub unpaid: i64,
}

/// What ended since a moment, and what rests unpaid now.
///
/// # Errors
/// When the database refuses.
pub async fn news(tx: &mut Tx, since: Instant) -> QueryResult<News> {
    let ended = table::table.filter(table::anchor.is_not_null()).filter(table::ended_at.ge(since));
    let resting = table::table.filter(table::status.eq(SubscriptionStatus::Paused));
    let unpaid = resting.filter(table::owed_since.is_not_null());
    Ok(News {
        ended: ended.count().get_result(&mut **tx).await?,
        unpaid: unpaid.count().get_result(&mut **tx).await?,
    })
}

async fn recurring(tx: &mut Tx) -> QueryResult<Vec<Money>> {
    let again = table::periods.is_null().or(table::periods.gt(1));
    let rows: Vec<(Currency, Every, i32, i64, i64)> = table::table
        .filter(table::status.eq_any([SubscriptionStatus::Active, SubscriptionStatus::PastDue]))
        .filter(again)
        .group_by((table::currency, table::every, table::every_count, table::price))
        .select((table::currency, table::every, table::every_count, table::price, diesel::dsl::count_star()))
        .load(&mut **tx)
        .await?;
    let mut sums: Vec<Money> = Vec::new();
    for (currency, every, every_count, price, count) in rows {
        let amount = monthly(price.saturating_mul(count), every, every_count);
        match sums.iter_mut().find(|sum| sum.currency == currency) {
            Some(sum) => sum.amount = sum.amount.saturating_add(amount),
            None => sums.push(Money::new(amount, currency)),
        }
    }
    sums.sort_by_key(|sum| sum.currency.code());
    Ok(sums)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_month_of_each_length() {
        assert_eq!(monthly(10_900, Every::Month, 1), 10_900);
        assert_eq!(monthly(30_000, Every::Month, 3), 10_000);
        assert_eq!(monthly(12_000, Every::Year, 1), 1_000);
        assert_eq!(monthly(1_200, Every::Week, 1), 5_200);
        assert_eq!(monthly(2_400, Every::Week, 2), 5_200);
    }
}
