use events::Currency;

/// The platform's part of an amount, in minor units: hundredths of a percent, rounded half up, never more than the amount.
pub(crate) fn fee_of(amount: i64, bp: u32) -> Option<i64> {
    let fee = (i128::from(amount) * i128::from(bp) + 5_000) / 10_000;
    i64::try_from(fee.clamp(0, i128::from(amount.max(0)))).ok().filter(|fee| *fee > 0)
}

/// Whether a business that trades in a currency can be paid by Stripe. Of three decimals Stripe wants the last to be zero, which
/// taxes, shares and instalments don't keep to; such a business is paid in other ways.
pub(crate) const fn takes(currency: Currency) -> bool {
    currency.exponent() < 3
}

/// Whether Stripe counts a currency in the same minor units as we do. Those it lists with three decimals must end in zero.
pub(crate) fn minor(amount: i64, currency: Currency) -> Option<i64> {
    (currency.exponent() < 3 || amount % 10 == 0).then_some(amount)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_fee_is_a_share_rounded_half_up() {
        assert_eq!(fee_of(29_700, 250), Some(743));
        assert_eq!(fee_of(10_000, 0), None);
        assert_eq!(fee_of(1, 100), None);
        assert_eq!(fee_of(50, 100), Some(1));
        assert_eq!(fee_of(100, 20_000), Some(100));
    }

    #[test]
    fn dinars_end_in_zero() {
        assert_eq!(minor(1_234, "KWD".parse().unwrap()), None);
        assert_eq!(minor(1_230, "KWD".parse().unwrap()), Some(1_230));
        assert_eq!(minor(1_234, "JPY".parse().unwrap()), Some(1_234));
        let refused: Vec<_> = Currency::codes().filter(|code| !takes(code.parse().unwrap())).collect();
        assert_eq!(refused, ["KWD"]);
    }

    proptest! {
        #[test]
        fn a_fee_is_never_more_than_the_amount(amount in 0..i64::MAX, bp in 0..30_000_u32) {
            let fee = fee_of(amount, bp).unwrap_or(0);
            prop_assert!((0..=amount).contains(&fee));
        }
    }
}
