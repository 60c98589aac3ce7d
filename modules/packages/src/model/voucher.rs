use billing::text_enum;
use diesel::{Queryable, Selectable};
use events::{Currency, Instant, Money, OrderId, VoucherId};
use kernel::{Check, Problem};
use serde::{Deserialize, Serialize};

use super::normal_code;
use crate::schema::{voucher_moves, vouchers};

text_enum! {
    /// Whether a voucher can be used, as lists show it.
    pub enum VoucherState {
        /// There is something left.
        Active = "active",
        /// All of it is spent.
        Spent = "spent",
        /// Its time is over.
        Expired = "expired",
        /// Staff, or the refund of its order, took it out of use.
        Blocked = "blocked",
    }
}

/// A row of `vouchers`.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = vouchers, check_for_backend(diesel::pg::Pg))]
pub(crate) struct VoucherRow {
    pub(crate) id: VoucherId,
    pub(crate) code: String,
    pub(crate) currency: Currency,
    pub(crate) balance: i64,
    pub(crate) source: String,
    pub(crate) recipient_name: String,
    pub(crate) recipient_email: String,
    pub(crate) message: String,
    pub(crate) send_at: Option<Instant>,
    pub(crate) order_id: Option<OrderId>,
    pub(crate) expires_at: Option<Instant>,
    pub(crate) blocked_at: Option<Instant>,
    pub(crate) created_at: Instant,
}

/// A row of `voucher_moves`.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = voucher_moves, check_for_backend(diesel::pg::Pg))]
pub(crate) struct VoucherMove {
    pub(crate) source: String,
    pub(crate) amount: i64,
    pub(crate) order_id: Option<OrderId>,
    pub(crate) at: Instant,
}

/// Why a voucher can't pay.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum VoucherRefused {
    Spent,
    Expired,
    Blocked,
    /// It is money of another currency.
    Currency,
}

impl VoucherRefused {
    /// The code of the error at the field where its code was typed.
    pub(crate) const fn code(self) -> &'static str {
        match self {
            Self::Spent => "voucher_spent",
            Self::Expired => "voucher_expired",
            Self::Blocked => "voucher_blocked",
            Self::Currency => "voucher_currency",
        }
    }
}

impl VoucherRow {
    pub(crate) const fn left(&self) -> Money {
        Money::new(self.balance, self.currency)
    }
    /// Its state at a moment. Order matters: what is blocked is that whatever else holds.
    pub(crate) fn state(&self, now: Instant) -> VoucherState {
        if self.blocked_at.is_some() {
            VoucherState::Blocked
        } else if self.expires_at.is_some_and(|at| at <= now) {
            VoucherState::Expired
        } else if self.balance <= 0 {
            VoucherState::Spent
        } else {
            VoucherState::Active
        }
    }
    /// What it pays of a sum, minor units.
    pub(crate) fn pays(&self, sum: i64, currency: Currency, now: Instant) -> Result<i64, VoucherRefused> {
        match self.state(now) {
            VoucherState::Blocked => Err(VoucherRefused::Blocked),
            VoucherState::Expired => Err(VoucherRefused::Expired),
            VoucherState::Spent => Err(VoucherRefused::Spent),
            VoucherState::Active if self.currency != currency => Err(VoucherRefused::Currency),
            VoucherState::Active => Ok(self.balance.min(sum).max(0)),
        }
    }
}

/// Who a voucher is for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Gift {
    pub(crate) name: String,
    /// Empty: only the buyer is told.
    pub(crate) email: String,
    pub(crate) message: String,
    /// When the recipient is told; `None`: at once.
    pub(crate) send_at: Option<Instant>,
}

impl Gift {
    /// As it was typed, cleaned. All of it may be empty: the buyer hands it over.
    pub(crate) fn checked(self, now: Instant) -> Result<Self, Problem> {
        let mut check = Check::new();
        let name = check.line("gift_name", &self.name, 0, 120);
        let email = match self.email.trim() {
            "" => String::new(),
            typed => check.email("gift_email", typed),
        };
        let message = check.text("gift_message", &self.message, 0, 500);
        let soon = self.send_at.is_none_or(|at| at <= now.plus_minutes(366 * 24 * 60));
        check.require(soon, "gift_date", "voucher_date");
        check.require(self.send_at.is_none() || !email.is_empty(), "gift_email", "required");
        check.finish()?;
        Ok(Self { name, email, message, send_at: self.send_at.filter(|at| *at > now) })
    }
}

/// Digits and letters that nobody mixes up: without I, L, O, U.
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
/// Symbols of a code: 60 bits.
const SYMBOLS: usize = 12;

/// A voucher's code made of an unguessable token, whose characters carry 6 bits each: `7KQ2-M0XD-94TB`.
pub(crate) fn voucher_code(token: &str) -> String {
    let symbol = |byte: u8| {
        let value = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'-' => 62,
            _ => 63,
        };
        char::from(ALPHABET.get(usize::from(value % 32)).copied().unwrap_or(b'0'))
    };
    grouped(token.bytes().take(SYMBOLS).map(symbol))
}

/// A code as it was typed, as vouchers write theirs; `None`: no voucher has such a code. Hyphens may be left out, and I, L,
/// O are read as the digits that they look like.
pub(crate) fn typed_voucher(typed: &str) -> Option<String> {
    let read = |c: char| match c {
        'I' | 'L' => '1',
        'O' => '0',
        other => other,
    };
    let symbols: Vec<char> = normal_code(typed).chars().filter(|c| *c != '-').map(read).collect();
    let known = |c: &char| ALPHABET.iter().any(|byte| char::from(*byte) == *c);
    (symbols.len() == SYMBOLS && symbols.iter().all(known)).then(|| grouped(symbols.into_iter()))
}

fn grouped(symbols: impl Iterator<Item = char>) -> String {
    let mut code = String::with_capacity(SYMBOLS + 2);
    for (place, symbol) in symbols.enumerate() {
        if place > 0 && place % 4 == 0 {
            code.push('-');
        }
        code.push(symbol);
    }
    code
}

#[cfg(test)]
pub(crate) mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::model::offer::tests::{at, currency};

    pub(crate) fn voucher(balance: i64) -> VoucherRow {
        VoucherRow {
            id: "vch_00000000000000000000000000000001".parse().unwrap(),
            code: "7KQ2-M0XD-94TB".into(),
            currency: currency("GBP"),
            balance,
            source: "staff/1".into(),
            recipient_name: "Kim".into(),
            recipient_email: "kim@example.com".into(),
            message: String::new(),
            send_at: None,
            order_id: None,
            expires_at: None,
            blocked_at: None,
            created_at: at(0),
        }
    }

    #[test]
    fn it_pays_what_it_can() {
        let gbp = currency("GBP");
        assert_eq!(voucher(5_000).pays(3_000, gbp, at(0)), Ok(3_000));
        assert_eq!(voucher(5_000).pays(9_000, gbp, at(0)), Ok(5_000));
        assert_eq!(voucher(0).pays(9_000, gbp, at(0)), Err(VoucherRefused::Spent));
        assert_eq!(voucher(5).pays(9_000, currency("EUR"), at(0)), Err(VoucherRefused::Currency));
        let over = VoucherRow { expires_at: Some(at(10)), ..voucher(5) };
        assert_eq!(
            (over.pays(9, gbp, at(9)), over.pays(9, gbp, at(10))),
            (Ok(5), Err(VoucherRefused::Expired))
        );
        let blocked = VoucherRow { blocked_at: Some(at(0)), ..over };
        assert_eq!(blocked.pays(9, gbp, at(10)), Err(VoucherRefused::Blocked));
    }
    #[test]
    fn codes_are_read_as_people_type_them() {
        for typed in ["7KQ2-M0XD-94TB", "7kq2 moxd 94tb", "7KQ2M0XD94TB", " 7kq2-moxd-94tb "] {
            assert_eq!(typed_voucher(typed).as_deref(), Some("7KQ2-M0XD-94TB"), "{typed}");
        }
        assert_eq!(typed_voucher("il0o-1111-0000").as_deref(), Some("1100-1111-0000"));
        for other in ["", "SPRING", "7KQ2-M0XD-94T", "7KQ2-M0XD-94TBB", "7KQ2-M0XD-94TU", "7KQ2-M0XD-94T£"] {
            assert_eq!(typed_voucher(other), None, "{other}");
        }
    }
    #[test]
    fn gifts_are_checked() {
        let gift = Gift { name: " Kim ".into(), email: "Kim@Example.com".into(), ..Gift::default() };
        let checked = gift.checked(at(0)).unwrap();
        assert_eq!((checked.name.as_str(), checked.email.as_str()), ("Kim", "kim@example.com"));
        assert_eq!(Gift::default().checked(at(0)).unwrap(), Gift::default());
        let wrong = Gift { email: "kim@".into(), send_at: Some(at(400 * 24 * 3600)), ..Gift::default() };
        let fields: Vec<_> =
            wrong.checked(at(0)).unwrap_err().fields.into_iter().map(|error| error.field).collect();
        assert_eq!(fields, ["gift_email", "gift_date"]);
        let nobody = Gift { send_at: Some(at(50)), ..Gift::default() };
        assert_eq!(nobody.checked(at(0)).unwrap_err().fields[0].field, "gift_email");
    }
    proptest! {
        #[test]
        fn every_token_makes_a_code_that_reads_back(token in "[A-Za-z0-9_-]{27}") {
            let code = voucher_code(&token);
            prop_assert_eq!(code.len(), 14);
            prop_assert_eq!(typed_voucher(&code), Some(code.clone()));
            prop_assert_eq!(typed_voucher(&code.replace('-', "").to_lowercase()), Some(code));
        }
        #[test]
        fn it_never_pays_more_than_it_has(balance in 0..i64::MAX, sum in 0..i64::MAX) {
            if let Ok(paid) = voucher(balance).pays(sum, currency("GBP"), at(0)) {
                prop_assert!(paid <= balance && paid <= sum && paid >= 0);
            }
        }
    }
}
