//! What an order comes to: pure, and the same for a page, the API and the order itself.

use events::{Currency, Instant};
use jiff::{Span, tz::TimeZone};
use serde::Serialize;

use crate::{NewLine, tax_of};

/// The highest price of one thing, in whole units of its currency.
pub const MAX_PRICE_MAJOR: i64 = 1_000_000;

/// The highest price of one thing in minor units: 1,000,000.00 of a currency with two places.
#[must_use]
pub const fn max_price(currency: Currency) -> i64 {
    MAX_PRICE_MAJOR * 10_i64.pow(currency.exponent())
}

/// What lines come to, in minor units.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Sums {
    /// The lines before discounts.
    pub subtotal: i64,
    /// Taken off.
    pub discount: i64,
    /// Tax on top.
    pub tax: i64,
    /// Tax that the prices contain.
    pub tax_included: i64,
    /// What vouchers pay.
    pub voucher: i64,
    /// What is to be paid: `subtotal - discount + tax - voucher`.
    pub total: i64,
}

impl Sums {
    /// What it costs, paid by vouchers or money.
    #[must_use]
    pub const fn cost(&self) -> i64 {
        self.total.saturating_add(self.voucher)
    }
}

impl NewLine {
    /// Its price times its quantity; `None` when that is absurd.
    #[must_use]
    pub fn amount(&self) -> Option<i64> {
        self.unit_price.checked_mul(i64::from(self.quantity))
    }
    /// What is left of its amount after its discount, minor units.
    fn net(&self) -> i64 {
        self.amount().unwrap_or(0).saturating_sub(self.discount).max(0)
    }
    /// Its tax in minor units, after its discount. What a voucher pays lowers no tax: it is money paid ahead.
    #[must_use]
    pub fn tax_amount(&self) -> i64 {
        self.tax.as_ref().map_or(0, |tax| tax_of(self.net(), tax))
    }
    /// What is to be paid for it, minor units: after its discount, with the tax on top, less what vouchers pay.
    #[must_use]
    pub fn payable(&self) -> i64 {
        let on_top = self.tax.as_ref().is_some_and(|tax| !tax.inclusive);
        let cost = self.net().saturating_add(if on_top { self.tax_amount() } else { 0 });
        cost.saturating_sub(self.voucher).max(0)
    }
}

/// What the lines come to; `None` when there is no line, a line makes no sense, or a sum is absurd.
#[must_use]
pub fn quote(lines: &[NewLine], currency: Currency) -> Option<Sums> {
    if lines.is_empty() {
        return None;
    }
    let mut sums = Sums::default();
    for line in lines {
        let amount = line.amount()?;
        let fits = (0..=max_price(currency)).contains(&line.unit_price)
            && (1..=1000).contains(&line.quantity)
            && (0..=amount).contains(&line.discount)
            && (0..=NewLine { voucher: 0, ..line.clone() }.payable()).contains(&line.voucher)
            && line.tax.as_ref().is_none_or(|tax| (0..=10_000).contains(&tax.bp));
        if !fits {
            return None;
        }
        sums.subtotal = sums.subtotal.checked_add(amount)?;
        sums.discount = sums.discount.checked_add(line.discount)?;
        sums.voucher = sums.voucher.checked_add(line.voucher)?;
        let tax = line.tax_amount();
        if line.tax.as_ref().is_none_or(|tax| tax.inclusive) {
            sums.tax_included = sums.tax_included.checked_add(tax)?;
        } else {
            sums.tax = sums.tax.checked_add(tax)?;
        }
    }
    sums.total =
        sums.subtotal.checked_sub(sums.discount)?.checked_add(sums.tax)?.checked_sub(sums.voucher)?;
    Some(sums)
}

/// Takes `amount` minor units off the lines for which `counts` says so, in proportion to what is left of each (largest
/// remainder: the shares sum to the amount exactly), on top of what is taken off already. Answers what was really taken:
/// never more than is left. Before [`spread_paid`], since a discount changes the tax that a voucher pays too.
pub fn spread(amount: i64, lines: &mut [NewLine], counts: impl Fn(&NewLine) -> bool) -> i64 {
    let left = lines.iter().map(|line| if counts(line) { line.net() } else { 0 });
    let shares = shares(amount, &left.collect::<Vec<_>>());
    for (line, share) in lines.iter_mut().zip(&shares) {
        line.discount = line.discount.saturating_add(*share);
    }
    shares.iter().sum()
}

/// Pays `amount` minor units of the lines for which `counts` says so with a voucher, in proportion to what is to be paid for
/// each with its tax (largest remainder). Answers what was really paid: never more than that.
pub fn spread_paid(amount: i64, lines: &mut [NewLine], counts: impl Fn(&NewLine) -> bool) -> i64 {
    let left = lines.iter().map(|line| if counts(line) { line.payable() } else { 0 });
    let shares = shares(amount, &left.collect::<Vec<_>>());
    for (line, share) in lines.iter_mut().zip(&shares) {
        line.voucher = line.voucher.saturating_add(*share);
    }
    shares.iter().sum()
}

/// Shares of an amount in proportion to weights, which it never exceeds together; their sum is exact.
fn shares(amount: i64, weights: &[i64]) -> Vec<i64> {
    let weights: Vec<i128> = weights.iter().map(|weight| i128::from(*weight)).collect();
    let all: i128 = weights.iter().sum();
    let amount = i128::from(amount.max(0)).min(all);
    if amount == 0 || all == 0 {
        return vec![0; weights.len()];
    }
    let mut shares: Vec<(usize, i128, i128)> = weights
        .iter()
        .enumerate()
        .map(|(index, weight)| (index, amount * weight / all, amount * weight % all))
        .collect();
    let mut missing = amount - shares.iter().map(|(_, share, _)| share).sum::<i128>();
    shares.sort_by_key(|(index, _, rest)| (std::cmp::Reverse(*rest), *index));
    for (_, share, rest) in &mut shares {
        if missing > 0 && *rest > 0 {
            *share += 1;
            missing -= 1;
        }
    }
    shares.sort_by_key(|(index, ..)| *index);
    shares.into_iter().map(|(_, share, _)| i64::try_from(share).unwrap_or(0)).collect()
}

crate::text_enum! {
    /// How far apart instalments are.
    pub enum Apart {
        /// A week.
        Week = "week",
        /// A month, counted from the first.
        Month = "month",
    }
}

/// In which parts an order is paid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Split {
    /// At once.
    Whole,
    /// So much now, in minor units, the rest so many days later.
    Deposit(i64, i32),
    /// So many equal parts.
    Parts(i32, Apart),
}

/// An instalment to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct NewDue {
    /// Minor units.
    pub amount: i64,
    /// When it is due.
    pub due_at: Instant,
}

/// The instalments of `total` minor units that begin `now`, by the calendar of `zone`; none when it is paid at once, or is
/// too little to be split. What can't be divided is on the first.
#[must_use]
pub fn split(total: i64, how: Split, now: Instant, zone: &str) -> Vec<NewDue> {
    match how {
        Split::Whole => Vec::new(),
        Split::Deposit(first, _) if first <= 0 || first >= total => Vec::new(),
        Split::Deposit(first, days) => vec![
            NewDue { amount: first, due_at: now },
            NewDue {
                amount: total - first,
                due_at: later(now, Span::new().days(i64::from(days.clamp(1, 3660))), zone),
            },
        ],
        Split::Parts(parts, _) if !(2..=36).contains(&parts) || total < i64::from(parts) => Vec::new(),
        Split::Parts(parts, apart) => {
            let (each, rest) = (total / i64::from(parts), total % i64::from(parts));
            let due = |part: i32| {
                let apart = match apart {
                    Apart::Week => Span::new().weeks(i64::from(part)),
                    Apart::Month => Span::new().months(i64::from(part)),
                };
                let amount = if part == 0 { each + rest } else { each };
                NewDue { amount, due_at: if part == 0 { now } else { later(now, apart, zone) } }
            };
            (0..parts).map(due).collect()
        }
    }
}

/// A moment so much later by the calendar of a zone: the same time of day, on the last day of a shorter month.
fn later(now: Instant, span: Span, zone: &str) -> Instant {
    let zone = TimeZone::get(zone).unwrap_or(TimeZone::UTC);
    let moved = now.timestamp().to_zoned(zone).checked_add(span);
    moved.map_or(now, |moved| Instant::new(moved.timestamp()))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::Value;

    use super::*;
    use crate::Tax;

    fn line(unit_price: i64, quantity: i32) -> NewLine {
        NewLine { quantity, ..NewLine::plain("pkg", "Ten classes", unit_price, Value::Null) }
    }
    fn gbp() -> Currency {
        "GBP".parse().unwrap()
    }
    fn subtotal(lines: &[NewLine]) -> Option<i64> {
        quote(lines, gbp()).map(|sums| sums.subtotal)
    }
    fn taxed(line: NewLine, bp: i32, inclusive: bool) -> NewLine {
        NewLine { tax: Some(Tax { name: "VAT".into(), bp, inclusive }), ..line }
    }

    #[test]
    fn the_highest_price_follows_the_currency() {
        assert_eq!(max_price(gbp()), 100_000_000);
        assert_eq!(max_price("JPY".parse().unwrap()), 1_000_000);
        assert_eq!(max_price("KWD".parse().unwrap()), 1_000_000_000);
    }
    #[test]
    fn nonsense_has_no_total() {
        assert_eq!(subtotal(&[]), None);
        assert_eq!(subtotal(&[line(-1, 1)]), None);
        assert_eq!(subtotal(&[line(100_000_001, 1)]), None);
        assert_eq!(subtotal(&[line(100, 0)]), None);
        assert_eq!(subtotal(&[line(i64::MAX, 1000)]), None);
        assert_eq!(subtotal(&[NewLine { discount: 101, ..line(100, 1) }]), None);
        assert_eq!(subtotal(&[line(0, 1)]), Some(0));
    }
    #[test]
    fn taxes_in_and_on_top() {
        let sums =
            quote(&[taxed(line(12_000, 1), 2000, true), taxed(line(1_000, 2), 700, false)], gbp()).unwrap();
        let wanted =
            Sums { subtotal: 14_000, tax: 140, tax_included: 2_000, total: 14_140, ..Sums::default() };
        assert_eq!(sums, wanted);
        let cheaper =
            quote(&[NewLine { discount: 6_000, ..taxed(line(12_000, 1), 2000, true) }], gbp()).unwrap();
        assert_eq!((cheaper.total, cheaper.tax_included), (6_000, 1_000));
    }
    #[test]
    fn a_voucher_pays_and_lowers_no_tax() {
        let mut lines = [taxed(line(10_000, 1), 2000, false), taxed(line(12_000, 1), 2000, true)];
        assert_eq!(spread_paid(12_000, &mut lines[..1], |_| true), 12_000, "the tax on top too");
        let sums = quote(&lines, gbp()).unwrap();
        assert_eq!((sums.tax, sums.tax_included, sums.voucher), (2_000, 2_000, 12_000));
        assert_eq!((sums.cost(), sums.total), (24_000, 12_000));
        assert_eq!(spread_paid(50_000, &mut lines, |_| true), 12_000, "never more than is to be paid");
        assert_eq!(quote(&lines, gbp()).unwrap().total, 0);
        assert_eq!(quote(&[NewLine { voucher: 101, ..line(100, 1) }], gbp()), None);
    }
    #[test]
    fn parts_by_the_calendar() {
        let now: Instant = "2026-01-31T09:00:00Z".parse().unwrap();
        let dues = split(10_000, Split::Parts(3, Apart::Month), now, "Europe/London");
        let told: Vec<_> = dues.iter().map(|due| (due.amount, due.due_at.to_string())).collect();
        let wanted = [
            (3_334, "2026-01-31T09:00:00Z".into()),
            (3_333, "2026-02-28T09:00:00Z".into()),
            (3_333, "2026-03-31T08:00:00Z".to_owned()),
        ];
        assert_eq!(told, wanted, "the last day of a shorter month; nine o'clock stays nine o'clock");
        assert!(split(2, Split::Parts(3, Apart::Week), now, "UTC").is_empty(), "too little to be split");
        assert!(split(100, Split::Deposit(100, 5), now, "UTC").is_empty(), "a deposit of all is all");
    }
    proptest! {
        #[test]
        fn a_total_is_the_sum_and_the_order_of_lines_does_not_matter(
            all in proptest::collection::vec((0..=100_000_000_i64, 1..=1000_i32), 1..30),
        ) {
            let mut lines: Vec<_> = all.iter().map(|(price, count)| line(*price, *count)).collect();
            let wanted: i64 = all.iter().map(|(price, count)| price * i64::from(*count)).sum();
            prop_assert_eq!(subtotal(&lines), Some(wanted));
            lines.reverse();
            prop_assert_eq!(subtotal(&lines), Some(wanted));
        }
        #[test]
        fn a_discount_is_spread_to_the_cent(
            all in proptest::collection::vec((0..=50_000_i64, 1..=5_i32, any::<bool>()), 1..12), first in 0..=300_000_i64, second in -5..=300_000_i64,
        ) {
            let mut lines: Vec<_> = all.iter().map(|(price, count, _)| line(*price, *count)).collect();
            let whole: i64 = lines.iter().map(|line| line.amount().unwrap()).sum();
            let taken = spread(first, &mut lines, |_| true);
            prop_assert_eq!(taken, first.min(whole));
            let again = spread(second, &mut lines, |_| true);
            prop_assert_eq!(again, second.clamp(0, whole - taken));
            prop_assert_eq!(lines.iter().map(|line| line.discount).sum::<i64>(), taken + again);
            let sums = quote(&lines, gbp()).unwrap();
            prop_assert_eq!(sums.total, whole - taken - again);
        }
        /// Whatever is paid with a voucher: the price, its tax and its discount are the same as without.
        #[test]
        fn vouchers_move_only_what_is_left_to_pay(
            all in proptest::collection::vec((0..=50_000_i64, 1..=5_i32, 0..=3_000_i32, any::<bool>(), any::<bool>()), 1..12),
            off in 0..=100_000_i64, paid in 0..=500_000_i64,
        ) {
            let mut lines: Vec<_> =
                all.iter().map(|(price, count, bp, inclusive, _)| taxed(line(*price, *count), *bp, *inclusive)).collect();
            spread(off, &mut lines, |_| true);
            let before = quote(&lines, gbp()).unwrap();
            let counted: Vec<bool> = all.iter().map(|one| one.4).collect();
            let most: i64 = lines.iter().zip(&counted).filter(|(_, counts)| **counts).map(|(line, _)| line.payable()).sum();
            let marked: Vec<String> = (0..lines.len()).map(|index| index.to_string()).collect();
            for (line, mark) in lines.iter_mut().zip(&marked) {
                line.item.clone_from(mark);
            }
            let taken = spread_paid(paid, &mut lines, |line| counted[line.item.parse::<usize>().unwrap()]);
            prop_assert_eq!(taken, paid.min(most));
            let after = quote(&lines, gbp()).unwrap();
            prop_assert_eq!(Sums { voucher: 0, total: after.cost(), ..after }, before);
            prop_assert_eq!((after.voucher, after.total), (taken, before.total - taken));
            prop_assert!(lines.iter().all(|line| line.payable() >= 0));
        }
        #[test]
        fn parts_sum_to_the_whole(total in 1..=10_000_000_i64, parts in 2..=24_i32, deposit in 1..=10_000_000_i64) {
            let now: Instant = "2026-03-28T01:30:00Z".parse().unwrap();
            for how in [Split::Parts(parts, Apart::Month), Split::Parts(parts, Apart::Week), Split::Deposit(deposit, 30)] {
                let dues = split(total, how, now, "Europe/Berlin");
                if !dues.is_empty() {
                    prop_assert_eq!(dues.iter().map(|due| due.amount).sum::<i64>(), total);
                    prop_assert!(dues.iter().all(|due| due.amount > 0));
                    prop_assert!(dues.is_sorted_by_key(|due| due.due_at));
                }
            }
        }
        #[test]
        fn tax_in_a_price_is_the_tax_on_its_net(net in 0..=10_000_000_i64, bp in 0..=3_000_i32) {
            let on_top = taxed(line(net, 1), bp, false).tax_amount();
            let inside = taxed(line((net + on_top).min(100_000_000), 1), bp, true).tax_amount();
            prop_assert!((inside - on_top).abs() <= 1, "{inside} {on_top}");
        }
    }
}
