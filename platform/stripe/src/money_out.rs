//! What Stripe holds for a business and has paid out.

use billing::{Payout, Payouts};
use events::{Instant, Money};
use serde_json::{Value, json};

use crate::{
    Stripe,
    account::Account,
    call::Plain,
    failure::Failure,
    model::{items, moment, number, text},
};

/// So many of the latest payouts are shown.
const LATEST: i64 = 20;

impl Stripe {
    pub(crate) async fn read_payouts(&self, account: &Account) -> Result<Payouts, Failure> {
        let balance = self.line().ask(&account.caller, &Plain::get("/balance", Value::Null)).await?;
        let list =
            self.line().ask(&account.caller, &Plain::get("/payouts", json!({"limit": LATEST}))).await?;
        let sums = |path: &str| items(&balance, path).iter().filter_map(money).collect();
        Ok(Payouts {
            available: sums("/available"),
            pending: sums("/pending"),
            latest: items(&list, "/data").iter().filter_map(payout).collect(),
        })
    }
}

/// Amounts in currencies that the platform does not trade in are left out.
fn money(value: &Value) -> Option<Money> {
    let currency = text(value, "/currency").to_uppercase().parse().ok()?;
    Some(Money::new(number(value, "/amount"), currency))
}

fn payout(value: &Value) -> Option<Payout> {
    let arrives: Instant = moment(value, "/arrival_date").or_else(|| moment(value, "/created"))?;
    Some(Payout {
        reference: text(value, "/id").to_owned(),
        amount: money(value)?,
        state: text(value, "/status").to_owned(),
        arrives,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stripes_own_example_is_read() {
        let read = payout(&crate::model::fixture("payout")).unwrap();
        assert!(read.reference.starts_with("po_") && !read.state.is_empty());
    }
}
