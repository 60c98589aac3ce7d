use kernel::Check;
use serde::{Deserialize, Serialize};

billing::text_enum! {
    /// How far instalments lie apart.
    pub enum PartEvery {
        /// A week.
        Week = "week",
        /// A month.
        Month = "month",
    }
}

/// Part of the price at once, the rest so many days later.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Deposit {
    /// Minor units, less than the price.
    pub(crate) amount: i64,
    /// Days until the rest is due.
    pub(crate) days: i32,
}

/// The price in so many equal parts, the first at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Instalments {
    pub(crate) count: i32,
    pub(crate) every: PartEvery,
}

/// Tells what makes no sense for something of this price.
pub(crate) fn check_parts(
    check: &mut Check,
    price: i64,
    deposit: Option<Deposit>,
    instalments: Option<Instalments>,
) {
    if let Some(deposit) = deposit {
        check.require((1..price).contains(&deposit.amount), "deposit", "offer_deposit");
        check.number("deposit_days", i64::from(deposit.days), 1, 365);
    }
    if let Some(parts) = instalments {
        check.number("instalments", i64::from(parts.count), 2, 24);
        check.require(price >= i64::from(parts.count), "instalments", "offer_instalments_of_nothing");
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn wrong(price: i64, deposit: Option<Deposit>, instalments: Option<Instalments>) -> Vec<String> {
        let mut check = Check::new();
        check_parts(&mut check, price, deposit, instalments);
        check.finish().err().map(|p| p.fields.into_iter().map(|f| f.field).collect()).unwrap_or_default()
    }

    proptest! {
        #[test]
        fn a_deposit_is_a_part_of_the_price(price in 0..10_000_i64, amount in -10..10_010_i64, days in -5..400_i32) {
            let says = wrong(price, Some(Deposit { amount, days }), None);
            prop_assert_eq!(says.contains(&"deposit".to_owned()), !(0 < amount && amount < price));
            prop_assert_eq!(says.contains(&"deposit_days".to_owned()), !(1..=365).contains(&days));
        }
        #[test]
        fn each_instalment_is_something(price in 0..60_i64, count in -2..40_i32) {
            let says = wrong(price, None, Some(Instalments { count, every: PartEvery::Month }));
            prop_assert_eq!(says.is_empty(), (2..=24).contains(&count) && price >= i64::from(count));
        }
    }
}
