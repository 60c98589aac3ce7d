use events::Currency;

use crate::NewLine;

/// The highest price of one thing, in whole units of its currency.
pub const MAX_PRICE_MAJOR: i64 = 1_000_000;

/// The highest price of one thing in minor units: 1,000,000.00 of a currency with two places.
#[must_use]
pub const fn max_price(currency: Currency) -> i64 {
    MAX_PRICE_MAJOR * 10_i64.pow(currency.exponent())
}

/// The sum of the lines in minor units; `None` when there is no line, a line makes no sense, or the sum is absurd.
#[must_use]
pub fn subtotal(lines: &[NewLine], currency: Currency) -> Option<i64> {
    if lines.is_empty() {
        return None;
    }
    lines.iter().try_fold(0_i64, |sum, line| {
        let fits =
            (0..=max_price(currency)).contains(&line.unit_price) && (1..=1000).contains(&line.quantity);
        sum.checked_add(line.unit_price.checked_mul(i64::from(line.quantity))?).filter(|_| fits)
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::Value;

    use super::*;

    fn line(unit_price: i64, quantity: i32) -> NewLine {
        NewLine { item: "pkg".into(), name: "Ten classes".into(), unit_price, quantity, detail: Value::Null }
    }
    fn gbp() -> Currency {
        "GBP".parse().unwrap()
    }

    #[test]
    fn the_highest_price_follows_the_currency() {
        assert_eq!(max_price(gbp()), 100_000_000);
        assert_eq!(max_price("JPY".parse().unwrap()), 1_000_000);
        assert_eq!(max_price("KWD".parse().unwrap()), 1_000_000_000);
    }
    #[test]
    fn nonsense_has_no_total() {
        assert_eq!(subtotal(&[], gbp()), None);
        assert_eq!(subtotal(&[line(-1, 1)], gbp()), None);
        assert_eq!(subtotal(&[line(100_000_001, 1)], gbp()), None);
        assert_eq!(subtotal(&[line(100, 0)], gbp()), None);
        assert_eq!(subtotal(&[line(i64::MAX, 1000)], gbp()), None);
        assert_eq!(subtotal(&[line(0, 1)], gbp()), Some(0));
    }
    proptest! {
        #[test]
        fn a_total_is_the_sum_and_the_order_of_lines_does_not_matter(
            all in proptest::collection::vec((0..=100_000_000_i64, 1..=1000_i32), 1..30),
        ) {
            let mut lines: Vec<_> = all.iter().map(|(price, count)| line(*price, *count)).collect();
            let wanted: i64 = all.iter().map(|(price, count)| price * i64::from(*count)).sum();
            prop_assert_eq!(subtotal(&lines, gbp()), Some(wanted));
            lines.reverse();
            prop_assert_eq!(subtotal(&lines, gbp()), Some(wanted));
        }
    }
}
