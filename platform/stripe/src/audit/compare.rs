//! What differs between two books.

use std::collections::BTreeMap;

use billing::Booked;
use events::{Currency, Money};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::model::{items, number, text};

/// A difference between the books.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Finding {
    /// What Stripe calls it.
    pub(crate) reference: String,
    /// The order's number; 0: none is known.
    pub(crate) number: i64,
    /// Minor units; what goes back is below zero.
    pub(crate) ours: i64,
    pub(crate) theirs: i64,
    pub(crate) currency: Currency,
    pub(crate) what: What,
}

/// Which kind of difference.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum What {
    /// Stripe took money that is not written down.
    PaymentMissing,
    /// A payment is written down that Stripe does not know.
    PaymentUnknown,
    /// Both know it, with other amounts.
    PaymentDiffers,
    /// Stripe gave money back that is not written down.
    RefundMissing,
    /// A refund is written down that Stripe does not know.
    RefundUnknown,
    /// Both know it, with other amounts.
    RefundDiffers,
    /// A bank took money that is not written down.
    DisputeMissing,
    /// A dispute is written down of which nothing moved at Stripe.
    DisputeUnknown,
    /// Both know it, with other amounts.
    DisputeDiffers,
}

/// Money by what Stripe calls it.
pub(super) type Side = BTreeMap<String, (Money, i64)>;

/// Payments, refunds and what banks hold or took, of one side. What goes back is below zero at Stripe's.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Book {
    pub(super) payments: Side,
    pub(super) refunds: Side,
    pub(super) disputes: Side,
}

/// What all movements of a dispute come to, whenever they were.
pub(super) fn enter_dispute(side: &mut Side, name: &str, dispute: &Value) {
    let amount = number(dispute, "/amount");
    for movement in items(dispute, "/balance_transactions") {
        let moved = number(movement, "/amount").signum().saturating_mul(amount);
        add(side, name, moved, text(dispute, "/currency"));
    }
}

pub(super) fn add(side: &mut Side, name: &str, amount: i64, currency: &str) {
    if let Ok(currency) = currency.to_uppercase().parse() {
        let entry = side.entry(name.to_owned()).or_insert((Money::zero(currency), 0));
        entry.0.amount = entry.0.amount.saturating_add(amount);
    }
}

pub(super) fn side(booked: Vec<Booked>) -> Side {
    let mut side = Side::new();
    for one in booked {
        let entry = side.entry(one.reference).or_insert((Money::zero(one.currency), one.number));
        entry.0.amount = entry.0.amount.saturating_add(one.amount);
    }
    side
}

/// Each difference to the cent, payments first, then refunds.
pub(super) fn compare(ours: &Book, theirs: &Book) -> Vec<Finding> {
    let owed = |side: &Side| -> Side {
        side.iter().map(|(name, (money, number))| (name.clone(), (back(*money), *number))).collect()
    };
    let payments = differences(
        &ours.payments,
        &theirs.payments,
        [What::PaymentMissing, What::PaymentUnknown, What::PaymentDiffers],
    );
    let refunds = differences(
        &owed(&ours.refunds),
        &theirs.refunds,
        [What::RefundMissing, What::RefundUnknown, What::RefundDiffers],
    );
    let disputes = differences(
        &owed(&ours.disputes),
        &theirs.disputes,
        [What::DisputeMissing, What::DisputeUnknown, What::DisputeDiffers],
    );
    payments.into_iter().chain(refunds).chain(disputes).collect()
}

const fn back(money: Money) -> Money {
    Money::new(money.amount.saturating_neg(), money.currency)
}

fn differences(ours: &Side, theirs: &Side, [missing, unknown, differs]: [What; 3]) -> Vec<Finding> {
    let mut found = Vec::new();
    for (name, (money, order)) in ours {
        let there = theirs.get(name).map(|(money, _)| *money);
        if there != Some(*money) {
            let what = if there.is_some() { differs } else { unknown };
            let theirs = there.map_or(0, |there| there.amount);
            let (reference, number) = (name.clone(), *order);
            found.push(Finding {
                reference,
                number,
                ours: money.amount,
                theirs,
                currency: money.currency,
                what,
            });
        }
    }
    let only = theirs.iter().filter(|(name, _)| !ours.contains_key(*name));
    found.extend(only.map(|(name, (money, _))| Finding {
        reference: name.clone(),
        number: 0,
        ours: 0,
        theirs: money.amount,
        currency: money.currency,
        what: missing,
    }));
    found
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn book(payments: &[(&str, i64)], refunds: &[(&str, i64)]) -> Book {
        let side = |all: &[(&str, i64)]| {
            let money = |amount: i64| (Money::new(amount, "GBP".parse().unwrap()), 7);
            all.iter().map(|(name, amount)| ((*name).to_owned(), money(*amount))).collect()
        };
        Book { payments: side(payments), refunds: side(refunds), disputes: Side::new() }
    }

    #[test]
    fn books_that_agree_have_no_findings() {
        let ours = book(&[("pi_1", 9_000)], &[("re_1", 3_000)]);
        assert_eq!(compare(&ours, &book(&[("pi_1", 9_000)], &[("re_1", -3_000)])), []);
    }

    #[test]
    fn a_dispute_is_what_all_its_movements_come_to() {
        let dispute = |moved: &[i64]| {
            let moved: Vec<_> = moved.iter().map(|amount| json!({ "amount": amount })).collect();
            // The balance may be in another currency than the payment.
            json!({"amount": 9_000, "currency": "gbp", "balance_transactions": moved})
        };
        let mut theirs = Side::new();
        enter_dispute(&mut theirs, "du_held", &dispute(&[-11_340]));
        enter_dispute(&mut theirs, "du_won", &dispute(&[-11_340, 11_290]));
        let sums: Vec<_> = theirs.values().map(|(money, _)| money.amount).collect();
        assert_eq!(sums, [-9_000, 0]);
        let mut ours = book(&[], &[]);
        ours.disputes.insert("du_held".to_owned(), (Money::new(9_000, "GBP".parse().unwrap()), 7));
        theirs.remove("du_won");
        assert_eq!(compare(&ours, &Book { disputes: theirs, ..Book::default() }), []);
    }

    #[test]
    fn each_cent_is_found() {
        let ours = book(&[("pi_1", 9_000), ("pi_2", 100)], &[("re_2", 50)]);
        let theirs = book(&[("pi_1", 8_999), ("pi_3", 70)], &[("re_1", -3_000)]);
        let found: Vec<_> = compare(&ours, &theirs)
            .into_iter()
            .map(|one| (one.reference, one.ours, one.theirs, one.what))
            .collect();
        let wanted = [
            ("pi_1", 9_000, 8_999, What::PaymentDiffers),
            ("pi_2", 100, 0, What::PaymentUnknown),
            ("pi_3", 0, 70, What::PaymentMissing),
            ("re_2", -50, 0, What::RefundUnknown),
            ("re_1", 0, -3_000, What::RefundMissing),
        ];
        assert_eq!(found, wanted.map(|(name, ours, theirs, what)| (name.to_owned(), ours, theirs, what)));
    }
}
