use events::Currency;

/// Reads a price as people type it (`297`, `297.5`, `297,50`) into minor units. Signs, spaces inside, separators of
/// thousands, more decimal places than the currency has, and absurd lengths are refused rather than guessed at.
#[must_use]
pub fn parse_price(text: &str, currency: Currency) -> Option<i64> {
    let text = text.trim();
    let places = usize::try_from(currency.exponent()).ok()?;
    let (whole, fraction) = match text.split_once(['.', ',']) {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (text, None),
    };
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    let fits = digits(whole)
        && whole.len() <= 10
        && fraction.is_none_or(|part| digits(part) && part.len() <= places);
    if !fits {
        return None;
    }
    let fraction = format!("{:0<places$}", fraction.unwrap_or_default());
    let minor = if fraction.is_empty() { 0 } else { fraction.parse::<i64>().ok()? };
    whole.parse::<i64>().ok()?.checked_mul(10_i64.checked_pow(currency.exponent())?)?.checked_add(minor)
}

/// A price as a form shows it: `297.00`.
#[must_use]
pub fn price_text(amount: i64, currency: Currency) -> String {
    let places = usize::try_from(currency.exponent()).unwrap_or(2);
    let unit = 10_i64.pow(currency.exponent());
    if places == 0 {
        return amount.to_string();
    }
    format!("{}.{:0>places$}", amount.div_euclid(unit), amount.rem_euclid(unit))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn as_people_type_it() {
        let gbp = "GBP".parse().unwrap();
        for (text, wanted) in
            [("297", 29_700), ("297.5", 29_750), (" 297,50 ", 29_750), ("0", 0), ("0.01", 1)]
        {
            assert_eq!(parse_price(text, gbp), Some(wanted), "{text}");
        }
        for text in
            ["", "-1", "+1", "1.234", "1,000.00", "1 000", "£5", "1e3", ".5", "5.", "99999999999", "NaN", "٣"]
        {
            assert_eq!(parse_price(text, gbp), None, "{text}");
        }
        assert_eq!(parse_price("500", "JPY".parse().unwrap()), Some(500));
        assert_eq!(parse_price("500.5", "JPY".parse().unwrap()), None);
        assert_eq!(parse_price("1.234", "KWD".parse().unwrap()), Some(1234));
    }
    proptest! {
        #[test]
        fn what_is_shown_reads_back(amount in 0..=1_000_000_000_i64, code in "GBP|JPY|KWD|EUR") {
            let currency = code.parse().unwrap();
            prop_assert_eq!(parse_price(&price_text(amount, currency), currency), Some(amount));
        }
        #[test]
        fn never_negative(text in "\\PC{0,20}") {
            prop_assert!(parse_price(&text, "GBP".parse().unwrap()).is_none_or(|amount| amount >= 0));
        }
    }
}
