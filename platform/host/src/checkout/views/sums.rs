use billing::{Discount, DiscountKind, Order, OrderLine};
use events::Money;
use serde::Serialize;

use super::money;
use crate::checkout::words::rate;

/// What one rate of tax comes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct TaxSum {
    /// As it stands on receipts.
    pub(crate) name: String,
    /// Hundredths of a percent.
    pub(crate) bp: i32,
    /// The tax, minor units.
    pub(crate) tax: i64,
    /// What it is part of, minor units.
    pub(crate) gross: i64,
}

/// Adds `(name, rate, tax, gross)` up by name and rate, in the order in which they come.
pub(crate) fn taxes_of(parts: impl Iterator<Item = (String, i32, i64, i64)>) -> Vec<TaxSum> {
    let mut sums: Vec<TaxSum> = Vec::new();
    for (name, bp, tax, gross) in parts {
        match sums.iter_mut().find(|sum| sum.name == name && sum.bp == bp) {
            Some(sum) => {
                sum.tax = sum.tax.saturating_add(tax);
                sum.gross = sum.gross.saturating_add(gross);
            }
            None => sums.push(TaxSum { name, bp, tax, gross }),
        }
    }
    sums
}

/// One row between the lines and the total, or below it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct SumRow {
    /// Key of its label, which names the next three.
    pub(crate) key: &'static str,
    pub(crate) name: String,
    pub(crate) code: String,
    pub(crate) rate: String,
    pub(crate) amount: Money,
}

/// How lines become a total; nothing when they simply add up.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub(crate) struct SumsView {
    /// Subtotal, discounts, taxes on top.
    pub(crate) before: Vec<SumRow>,
    /// What it costs.
    pub(crate) cost: Option<Money>,
    /// Taxes that the total contains.
    pub(crate) within: Vec<SumRow>,
    /// What vouchers paid of it.
    pub(crate) vouchers: Vec<SumRow>,
    /// What is left to pay, when vouchers paid of it.
    pub(crate) to_pay: Option<Money>,
}

impl SumsView {
    pub(crate) fn of(order: &Order, lines: &[OrderLine], discounts: &[Discount]) -> Self {
        let row = |key, name: &str, code: &str, rate: String, amount: i64| SumRow {
            key,
            name: name.into(),
            code: code.into(),
            rate,
            amount: Money::new(amount, order.currency),
        };
        let mut before = Vec::new();
        if order.discount() > 0 || order.tax > 0 {
            before.push(row("checkout-subtotal", "", "", String::new(), order.subtotal));
        }
        let taken = |kind: DiscountKind, key: &'static str| {
            let of_kind = discounts.iter().filter(move |one| one.kind == kind);
            of_kind.map(|one| row(key, &one.name, &one.code, String::new(), -one.amount)).collect::<Vec<_>>()
        };
        before.extend(taken(DiscountKind::Coupon, "checkout-sum-coupon"));
        let taxes = |inclusive: bool, key: &'static str| {
            let taxed =
                lines.iter().filter(|line| line.tax_inclusive == inclusive && !line.tax_name.is_empty());
            let parts = taxed.map(|line| (line.tax_name.clone(), line.tax_bp, line.tax, line.cost()));
            let sums = taxes_of(parts).into_iter();
            sums.map(|sum| row(key, &sum.name, "", rate(sum.bp), sum.tax)).collect::<Vec<_>>()
        };
        before.extend(taxes(false, "checkout-sum-tax"));
        Self {
            before,
            cost: Some(order.cost()),
            within: taxes(true, "checkout-sum-tax-within"),
            vouchers: taken(DiscountKind::Voucher, "checkout-sum-voucher"),
            to_pay: (order.voucher > 0).then(|| order.total()),
        }
    }
    pub(crate) fn samples() -> Self {
        let row = |key, name: &str, code: &str, rate: &str, amount| SumRow {
            key,
            name: name.into(),
            code: code.into(),
            rate: rate.into(),
            amount: money(amount),
        };
        Self {
            before: vec![
                row("checkout-subtotal", "", "", "", 30_700),
                row("checkout-sum-coupon", "Spring", "SPRING10", "", -3_070),
                row("checkout-sum-tax", "Local tax", "", "7.5", 200),
            ],
            cost: Some(money(27_830)),
            within: vec![row("checkout-sum-tax-within", "VAT", "", "20", 4_400)],
            vouchers: vec![row("checkout-sum-voucher", "GIFT-1234", "GIFT-1234", "", -1_000)],
            to_pay: Some(money(26_830)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn taxes_add_up_by_rate() {
        let part = |name: &str, bp, tax, gross| (name.to_owned(), bp, tax, gross);
        let all = [part("VAT", 2000, 50, 300), part("VAT", 500, 5, 105), part("VAT", 2000, 16, 99)];
        let sums = taxes_of(all.into_iter());
        let sum = |bp, tax, gross| TaxSum { name: "VAT".into(), bp, tax, gross };
        assert_eq!(sums, [sum(2000, 66, 399), sum(500, 5, 105)]);
    }
}
