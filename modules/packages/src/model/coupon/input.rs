//! A coupon as it is typed, and what of that makes sense.

use events::{Currency, Instant};
use kernel::{Check, FieldError, Problem};
use serde::Serialize;

use super::{CouponDuration, CouponRow, normal_code};
use crate::model::OfferId;

/// A coupon as somebody of staff wants it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct CouponInput {
    /// Kept as it was made.
    pub(crate) code: String,
    pub(crate) name: String,
    pub(crate) bp: Option<i32>,
    pub(crate) amount: Option<i64>,
    pub(crate) duration: CouponDuration,
    pub(crate) periods: Option<i32>,
    pub(crate) offers: Vec<OfferId>,
    pub(crate) least_amount: i64,
    pub(crate) max_uses: Option<i32>,
    pub(crate) per_client: Option<i32>,
    pub(crate) valid_from: Option<Instant>,
    pub(crate) valid_until: Option<Instant>,
}

impl CouponInput {
    /// The input of an existing coupon.
    pub(crate) fn of(row: CouponRow) -> Self {
        Self {
            code: row.code,
            name: row.name,
            bp: row.bp,
            amount: row.amount,
            duration: row.duration,
            periods: row.periods,
            offers: row.offers,
            least_amount: row.least_amount,
            max_uses: row.max_uses,
            per_client: row.per_client,
            valid_from: row.valid_from,
            valid_until: row.valid_until,
        }
    }
    /// The input, cleaned, when all of it makes sense for a business that sells in `currency`.
    pub(crate) fn checked(mut self, currency: Currency) -> Result<Self, Problem> {
        let mut check = Check::new();
        self.code = normal_code(&self.code);
        check.require(!self.code.is_empty(), "code", "required");
        check.require(self.code.is_empty() || is_code(&self.code), "code", "coupon_code");
        self.name = check.line("name", &self.name, 0, 120);
        if self.name.is_empty() {
            self.name.clone_from(&self.code);
        }
        match (self.bp, self.amount) {
            (Some(bp), None) => {
                check.require((1..=10_000).contains(&bp), "percent", "coupon_percent");
            }
            (None, Some(amount)) => {
                check.require(
                    (1..=billing::max_price(currency)).contains(&amount),
                    "amount",
                    "coupon_amount",
                );
            }
            _ => check.wrong(FieldError::new("percent", "coupon_percent_or_amount")),
        }
        self.check_limits(&mut check, currency);
        check.finish()?;
        Ok(self)
    }

    fn check_limits(&mut self, check: &mut Check, currency: Currency) {
        match (self.duration, self.periods) {
            (CouponDuration::Repeating, Some(periods)) => {
                check.number("periods", i64::from(periods), 2, 120);
            }
            (CouponDuration::Repeating, None) => check.wrong(FieldError::new("periods", "required")),
            _ => self.periods = None,
        }
        self.offers.sort_unstable();
        self.offers.dedup();
        check.require(self.offers.len() <= 100, "offers", "coupon_offers");
        check.number("least_amount", self.least_amount, 0, billing::max_price(currency));
        if let Some(most) = self.max_uses {
            check.number("max_uses", i64::from(most), 1, 1_000_000);
        }
        if let Some(most) = self.per_client {
            check.number("per_client", i64::from(most), 1, 1_000);
        }
        let ordered = self.valid_from.zip(self.valid_until).is_none_or(|(from, until)| from < until);
        check.require(ordered, "valid_until", "offer_dates");
    }
}

fn is_code(code: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit();
    (3..=40).contains(&code.len())
        && code.bytes().all(|byte| plain(byte) || byte == b'-')
        && !code.starts_with('-')
        && !code.ends_with('-')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{
        coupon::tests::coupon,
        offer::tests::{at, currency},
    };

    fn input() -> CouponInput {
        CouponInput::of(coupon())
    }
    fn fields(input: CouponInput) -> Vec<(String, &'static str)> {
        let problem = input.checked(currency("GBP")).unwrap_err();
        problem.fields.into_iter().map(|error| (error.field, error.code)).collect()
    }

    #[test]
    fn codes_are_compared_in_upper_case_without_spaces() {
        assert_eq!(normal_code(" spring 26\t"), "SPRING26");
        assert_eq!(input().checked(currency("GBP")).unwrap().code, "SPRING");
        for bad in ["", "AB", "-ABC", "ABC-", "A_B", "ÄRGER", &"A".repeat(41)] {
            assert_eq!(fields(CouponInput { code: bad.into(), ..input() })[0].0, "code", "{bad}");
        }
    }
    #[test]
    fn an_input_says_all_that_is_wrong() {
        let wrong = CouponInput {
            amount: Some(100),
            duration: CouponDuration::Repeating,
            least_amount: -1,
            max_uses: Some(0),
            per_client: Some(1_001),
            valid_from: Some(at(2)),
            valid_until: Some(at(2)),
            ..input()
        };
        let names: Vec<_> = fields(wrong).into_iter().map(|(field, _)| field).collect();
        assert_eq!(names, ["percent", "periods", "least_amount", "max_uses", "per_client", "valid_until"]);
        assert_eq!(
            fields(CouponInput { bp: Some(10_001), ..input() }),
            [("percent".into(), "coupon_percent")]
        );
        assert_eq!(
            fields(CouponInput { bp: None, amount: Some(0), ..input() }),
            [("amount".into(), "coupon_amount")]
        );
    }
}
