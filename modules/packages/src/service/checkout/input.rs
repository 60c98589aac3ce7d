use events::Instant;
use kernel::{Check, Ctx, FieldError, Problem};
use serde::Serialize;

use crate::model::{Gift, Offer, Pay, normal_code, typed_voucher};

/// The most codes of one order: a coupon and vouchers.
const MAX_CODES: usize = 4;

/// What somebody wants to buy. There is no amount in it: prices come from offers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Wanted {
    /// Name of the offer in the URL.
    pub(crate) offer: String,
    pub(crate) quantity: i64,
    /// Identifiers of what was ticked beside it.
    pub(crate) bumps: Vec<String>,
    /// Coupons and vouchers, as typed.
    pub(crate) codes: Vec<String>,
    pub(crate) pay: Pay,
    /// A plan without its free trial: who had it before pays at once.
    pub(crate) without_trial: bool,
}

impl Wanted {
    /// One of an offer, paid at once.
    pub(crate) fn one(offer: impl Into<String>) -> Self {
        Self {
            offer: offer.into(),
            quantity: 1,
            bumps: Vec::new(),
            codes: Vec::new(),
            pay: Pay::Full,
            without_trial: false,
        }
    }
    /// The same, in one form: codes as they are compared, each once.
    pub(crate) fn normal(mut self) -> Self {
        self.bumps.sort();
        self.bumps.dedup();
        let normal = |typed: String| typed_voucher(&typed).unwrap_or_else(|| normal_code(&typed));
        let mut codes: Vec<String> = Vec::new();
        for code in self.codes.into_iter().map(normal).filter(|code| !code.is_empty()) {
            if !codes.contains(&code) {
                codes.push(code);
            }
        }
        codes.truncate(MAX_CODES);
        self.codes = codes;
        self
    }
    /// How many of the offer, when it can be so many.
    pub(crate) fn quantity_of(&self, offer: &Offer) -> Result<i32, Problem> {
        let mut check = Check::new();
        check.number("quantity", self.quantity, 1, i64::from(offer.most()));
        check.require(offer.pays().contains(&self.pay), "pay", "checkout_pay");
        check.finish()?;
        i32::try_from(self.quantity).map_err(Problem::internal)
    }
}

/// Who buys, and how.
#[derive(Clone, Debug, Default)]
pub(crate) struct Buyer {
    pub(crate) name: String,
    pub(crate) email: String,
    /// Company and address for the invoice; empty: none.
    pub(crate) bill_to: String,
    pub(crate) tax_id: String,
    /// How to pay; empty: the first way there is.
    pub(crate) method: String,
    /// Who gift vouchers are for.
    pub(crate) gift: Gift,
}

impl Buyer {
    /// The buyer, cleaned. Everything that is wrong is told at once.
    pub(crate) fn checked(self, now: Instant) -> Result<Self, Problem> {
        let mut check = Check::new();
        let name = check.line("name", &self.name, 1, 120);
        let email = check.email("email", &self.email);
        let bill_to = check.text("bill_to", &self.bill_to, 0, 500);
        let tax_id = check.line("tax_id", &self.tax_id, 0, 60);
        let own = check.finish().err().map(|problem| problem.fields).unwrap_or_default();
        match (own, self.gift.checked(now)) {
            (own, Ok(gift)) if own.is_empty() => Ok(Self { name, email, bill_to, tax_id, gift, ..self }),
            (own, Ok(_)) => Err(Problem::invalid(own)),
            (own, Err(gift)) => Err(Problem::invalid(own.into_iter().chain(gift.fields).collect())),
        }
    }
}

/// What a buyer says.
#[derive(Clone, Debug)]
pub(crate) struct CheckoutInput {
    pub(crate) wanted: Wanted,
    pub(crate) buyer: Buyer,
    /// What the buyer was shown, see [`super::Priced::check`]; `None`: they were shown nothing.
    pub(crate) shown: Option<String>,
    /// One form shown is one order.
    pub(crate) form_key: String,
    /// What the browser is known by that shows the form, see [`kernel::Visit`]; empty: it is none.
    pub(crate) browser: String,
}

impl CheckoutInput {
    pub(super) fn checked(self, ctx: &Ctx) -> Result<Self, Problem> {
        let mut check = Check::new();
        let form_key = check.line("key", &self.form_key, 1, 100);
        let key: Vec<FieldError> = check.finish().err().map(|problem| problem.fields).unwrap_or_default();
        let buyer = match self.buyer.checked(ctx.now()) {
            Ok(buyer) if key.is_empty() => buyer,
            Ok(_) => return Err(Problem::invalid(key)),
            Err(problem) => return Err(Problem::invalid(problem.fields.into_iter().chain(key).collect())),
        };
        Ok(Self { buyer, form_key, wanted: self.wanted.normal(), ..self })
    }
    /// What makes a form sent again the same form.
    pub(super) fn fingerprint(&self) -> String {
        let buyer =
            (&self.buyer.email, &self.buyer.name, &self.buyer.bill_to, &self.buyer.tax_id, &self.buyer.gift);
        serde_json::to_string(&(&self.wanted, buyer)).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wanted_in_one_form() {
        let typed = Wanted {
            bumps: vec!["b".into(), "a".into(), "b".into()],
            codes: vec![" spring ".into(), String::new(), "SPRING".into(), "7kq2 moxd 94tb".into()],
            ..Wanted::one("ten")
        };
        let normal = typed.normal();
        assert_eq!(
            (normal.bumps, normal.codes),
            (vec!["a".into(), "b".into()], vec!["SPRING".into(), "7KQ2-M0XD-94TB".to_owned()])
        );
        let many = Wanted { codes: (0..9).map(|n| format!("CODE{n}")).collect(), ..Wanted::one("ten") };
        assert_eq!(many.normal().codes.len(), MAX_CODES);
    }
    #[test]
    fn all_that_is_wrong_is_told_at_once() {
        let now = Instant::new(jiff::Timestamp::UNIX_EPOCH);
        let gift = Gift { email: "kim@".into(), ..Gift::default() };
        let buyer = Buyer { email: "sam@".into(), tax_id: "x".repeat(61), gift, ..Buyer::default() };
        let fields: Vec<_> =
            buyer.checked(now).unwrap_err().fields.into_iter().map(|error| error.field).collect();
        assert_eq!(fields, ["name", "email", "tax_id", "gift_email"]);
    }
}
