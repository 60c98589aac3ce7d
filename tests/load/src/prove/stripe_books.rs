//! Both books held against each other: what Stripe's double charged, and what the database knows.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, Result};
use serde_json::Value;
use stripe_double::Double;

use crate::sql::Sql;

/// What one side knows. Orders and payments by the names that Stripe has for them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Books {
    /// Payments that succeeded, with their amounts.
    pub payments: BTreeMap<String, i64>,
    /// Refunds that were made, with their amounts.
    pub refunds: BTreeMap<String, i64>,
    /// Disputes: open (also while the bank looks at them), won or lost.
    pub disputes: BTreeMap<String, String>,
}

impl Books {
    pub(super) fn sum(&self) -> i64 {
        self.payments.values().sum()
    }
    /// How many entries are in one and not, or otherwise, in the other.
    pub(super) fn differences(&self, other: &Self) -> usize {
        fn apart<T: Ord>(one: &BTreeMap<String, T>, other: &BTreeMap<String, T>) -> usize {
            let (one, other): (BTreeSet<_>, BTreeSet<_>) = (one.iter().collect(), other.iter().collect());
            one.symmetric_difference(&other).map(|(name, _)| name).collect::<BTreeSet<_>>().len()
        }
        apart(&self.payments, &other.payments)
            + apart(&self.refunds, &other.refunds)
            + apart(&self.disputes, &other.disputes)
    }
}

/// All objects of a kind, of all accounts.
pub(super) fn objects(state: &Value, kind: &str) -> Vec<Value> {
    let accounts = state["accounts"].as_object().into_iter().flatten();
    accounts.flat_map(|(_, kinds)| kinds[kind].as_array().cloned().unwrap_or_default()).collect()
}

fn text(object: &Value, name: &str) -> String {
    object[name].as_str().unwrap_or_default().to_owned()
}

/// Stripe's side.
pub(super) fn there(double: &Double) -> Books {
    let state = double.state();
    let mut books = Books::default();
    for charge in objects(&state, "charge").iter().filter(|charge| charge["status"] == "succeeded") {
        *books.payments.entry(text(charge, "payment_intent")).or_default() +=
            charge["amount_captured"].as_i64().unwrap_or_default();
    }
    for refund in objects(&state, "refund").iter().filter(|one| one["status"] == "succeeded") {
        books.refunds.insert(text(refund, "id"), refund["amount"].as_i64().unwrap_or_default());
    }
    for dispute in objects(&state, "dispute") {
        let state = match text(&dispute, "status").as_str() {
            ended @ ("won" | "lost") => ended.to_owned(),
            _ => "open".to_owned(),
        };
        books.disputes.insert(text(&dispute, "id"), state);
    }
    books
}

/// Our side.
pub(super) async fn here(sql: &Sql) -> Result<Books> {
    let amounts = |rows: Vec<String>| -> Result<BTreeMap<String, i64>> {
        rows.iter().map(|row| split(row).and_then(|(name, amount)| Ok((name, amount.parse()?)))).collect()
    };
    let payments = "SELECT reference || ' ' || amount FROM payments WHERE provider = 'stripe' AND status IN ('succeeded', 'returned')";
    let refunds = "SELECT regexp_replace(r.reference, '^.* ', '') || ' ' || r.amount FROM refunds r JOIN payments p ON p.tenant_id = r.tenant_id \
                   AND p.id = r.payment_id WHERE p.provider = 'stripe' AND r.state = 'done' AND r.cause <> 'dispute'";
    let disputes = "SELECT reference || ' ' || CASE WHEN state IN ('won', 'lost') THEN state ELSE 'open' END FROM disputes";
    Ok(Books {
        payments: amounts(sql.column(payments).await?)?,
        refunds: amounts(sql.column(refunds).await?)?,
        disputes: sql.column(disputes).await?.iter().map(|row| split(row)).collect::<Result<_>>()?,
    })
}

fn split(row: &str) -> Result<(String, String)> {
    let (name, value) = row.split_once(' ').context("a name and a value")?;
    Ok((name.to_owned(), value.to_owned()))
}
