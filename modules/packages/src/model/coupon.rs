//! A coupon: what it takes off, for what, and when it holds.

mod input;

use billing::{subscriptions::PeriodDiscount, text_enum};
use diesel::{Queryable, Selectable};
use events::{CouponId, Currency, Id, Instant, Money, PackageId, PlanId, ProductId};
use kernel::FieldError;

pub(crate) use self::input::CouponInput;
use super::OfferId;
use crate::schema::coupons;

text_enum! {
    /// How many payments of a plan a coupon makes cheaper.
    pub enum CouponDuration {
        /// The first.
        Once = "once",
        /// So many.
        Repeating = "repeating",
        /// All.
        Forever = "forever",
    }
}

text_enum! {
    /// Whether a coupon can be used, as lists show it.
    pub enum CouponState {
        /// Yes.
        Active = "active",
        /// Its time has not come.
        Scheduled = "scheduled",
        /// Its time is over.
        Ended = "ended",
        /// It was used as often as it may be.
        UsedUp = "used_up",
        /// Taken out of use.
        Archived = "archived",
    }
}

/// A row of `coupons`.
///
/// Invariant: either `bp` or `amount` (with its currency) is set.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = coupons, check_for_backend(diesel::pg::Pg))]
pub(crate) struct CouponRow {
    pub(crate) id: CouponId,
    pub(crate) code: String,
    pub(crate) name: String,
    pub(crate) bp: Option<i32>,
    pub(crate) amount: Option<i64>,
    pub(crate) currency: Option<Currency>,
    pub(crate) duration: CouponDuration,
    pub(crate) periods: Option<i32>,
    pub(crate) offers: Vec<OfferId>,
    pub(crate) least_amount: i64,
    pub(crate) max_uses: Option<i32>,
    pub(crate) per_client: Option<i32>,
    pub(crate) valid_from: Option<Instant>,
    pub(crate) valid_until: Option<Instant>,
    pub(crate) taken: i32,
    pub(crate) archived_at: Option<Instant>,
    pub(crate) created_at: Instant,
    pub(crate) updated_at: Instant,
}

/// What a code is held against: an offer with the price of so many of it, minor units.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Basketed {
    pub(crate) offer: OfferId,
    pub(crate) amount: i64,
}

/// Why a coupon does not hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum CouponRefused {
    Unknown,
    TooEarly,
    Over,
    UsedUp,
    /// This client has used it as often as one may.
    OwnUsedUp,
    OtherOffer,
    /// What it holds for costs less than this.
    TooLittle(Money),
}

impl CouponRefused {
    /// The error at the field where the code was typed.
    pub(crate) fn at(self, field: &str) -> FieldError {
        let code = match self {
            Self::Unknown => "code_unknown",
            Self::TooEarly => "coupon_too_early",
            Self::Over => "coupon_over",
            Self::UsedUp => "coupon_used_up",
            Self::OwnUsedUp => "coupon_own_used_up",
            Self::OtherOffer => "coupon_other_offer",
            Self::TooLittle(least) => {
                let text = billing::price_text(least.amount, least.currency);
                return FieldError::new(field, "coupon_too_little")
                    .arg("least", text)
                    .arg("currency", least.currency);
            }
        };
        FieldError::new(field, code)
    }
}

impl CouponRow {
    /// Its state at a moment. Order matters: what is archived is that whatever else holds.
    pub(crate) fn state(&self, now: Instant) -> CouponState {
        if self.archived_at.is_some() {
            CouponState::Archived
        } else if self.valid_until.is_some_and(|at| at <= now) {
            CouponState::Ended
        } else if self.max_uses.is_some_and(|most| self.taken >= most) {
            CouponState::UsedUp
        } else if self.valid_from.is_some_and(|at| at > now) {
            CouponState::Scheduled
        } else {
            CouponState::Active
        }
    }
    /// Whether it holds for an offer.
    pub(crate) fn holds_for(&self, offer: OfferId) -> bool {
        self.offers.is_empty() || self.offers.contains(&offer)
    }
    /// What it takes off these, minor units: never more than what it holds for costs, never below zero.
    pub(crate) fn off(
        &self,
        basket: &[Basketed],
        currency: Currency,
        now: Instant,
    ) -> Result<i64, CouponRefused> {
        match self.state(now) {
            CouponState::Active => {}
            CouponState::Archived => return Err(CouponRefused::Unknown),
            CouponState::Scheduled => return Err(CouponRefused::TooEarly),
            CouponState::Ended => return Err(CouponRefused::Over),
            CouponState::UsedUp => return Err(CouponRefused::UsedUp),
        }
        let held: Vec<_> = basket.iter().filter(|one| self.holds_for(one.offer)).collect();
        if held.is_empty() || self.currency.is_some_and(|own| own != currency) {
            return Err(CouponRefused::OtherOffer);
        }
        let sum = held.iter().fold(0_i64, |sum, one| sum.saturating_add(one.amount.max(0)));
        if sum < self.least_amount {
            return Err(CouponRefused::TooLittle(Money::new(self.least_amount, currency)));
        }
        Ok(self.of_sum(sum))
    }
    /// What it takes off a sum: a share, rounded half up, or an amount.
    pub(crate) fn of_sum(&self, sum: i64) -> i64 {
        let share = |bp: i32| {
            let part = (i128::from(sum) * i128::from(bp) + 5_000) / 10_000;
            i64::try_from(part).unwrap_or(sum)
        };
        self.bp.map(share).or(self.amount).unwrap_or(0).clamp(0, sum.max(0))
    }
    /// What it does for the payments of a plan after the first order; `None`: nothing. `used`: whether the first order was
    /// made cheaper already, which one with a free trial is not.
    pub(crate) fn further(&self, used: bool) -> Option<PeriodDiscount> {
        let left = match self.duration {
            CouponDuration::Forever => None,
            CouponDuration::Once => Some(1),
            CouponDuration::Repeating => Some(self.periods.unwrap_or(1)),
        };
        let left = left.map(|left| left - i32::from(used));
        let discount = PeriodDiscount {
            name: self.name.clone(),
            code: self.code.clone(),
            bp: self.bp,
            amount: self.amount,
            left,
        };
        (left != Some(0)).then_some(discount)
    }
}

/// A code as codes are compared: upper case, without white space.
pub(crate) fn normal_code(typed: &str) -> String {
    typed.chars().filter(|c| !c.is_whitespace()).flat_map(char::to_uppercase).take(60).collect()
}

/// An offer by any of its names: `off_…`, `prd_…`, `pkg_…` or `pln_…`.
pub(crate) fn any_offer(text: &str) -> Option<OfferId> {
    let own = text.parse::<OfferId>().map(Id::uuid);
    let own = own.or_else(|_| text.parse::<ProductId>().map(Id::uuid));
    let own = own.or_else(|_| text.parse::<PackageId>().map(Id::uuid));
    own.or_else(|_| text.parse::<PlanId>().map(Id::uuid)).ok().map(OfferId::from_uuid)
}

#[cfg(test)]
pub(crate) mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::model::offer::tests::{at, currency};

    fn offer(number: u128) -> OfferId {
        format!("off_{number:032x}").parse().unwrap()
    }
    pub(crate) fn coupon() -> CouponRow {
        CouponRow {
            id: "cpn_00000000000000000000000000000001".parse().unwrap(),
            code: "SPRING".into(),
            name: "Spring".into(),
            bp: Some(2_000),
            amount: None,
            currency: None,
            duration: CouponDuration::Once,
            periods: None,
            offers: vec![],
            least_amount: 0,
            max_uses: None,
            per_client: None,
            valid_from: None,
            valid_until: None,
            taken: 0,
            archived_at: None,
            created_at: at(0),
            updated_at: at(0),
        }
    }
    fn off(coupon: &CouponRow, basket: &[(u128, i64)], second: i64) -> Result<i64, CouponRefused> {
        let basket: Vec<_> =
            basket.iter().map(|(id, amount)| Basketed { offer: offer(*id), amount: *amount }).collect();
        coupon.off(&basket, currency("GBP"), at(second))
    }

    #[test]
    fn it_takes_a_share_of_what_it_holds_for() {
        assert_eq!(off(&coupon(), &[(1, 1_000), (2, 503)], 0), Ok(301), "half up of 300.6");
        let one = CouponRow { offers: vec![offer(2)], ..coupon() };
        assert_eq!(off(&one, &[(1, 1_000), (2, 500)], 0), Ok(100));
        assert_eq!(off(&one, &[(1, 1_000)], 0), Err(CouponRefused::OtherOffer));
        let amount = CouponRow { bp: None, amount: Some(700), currency: Some(currency("GBP")), ..coupon() };
        assert_eq!((off(&amount, &[(1, 1_000)], 0), off(&amount, &[(1, 500)], 0)), (Ok(700), Ok(500)));
        let euros = CouponRow { currency: Some(currency("EUR")), ..amount };
        assert_eq!(off(&euros, &[(1, 1_000)], 0), Err(CouponRefused::OtherOffer));
    }
    #[test]
    fn it_says_why_it_does_not_hold() {
        let timed = CouponRow { valid_from: Some(at(100)), valid_until: Some(at(200)), ..coupon() };
        assert_eq!(off(&timed, &[(1, 100)], 99), Err(CouponRefused::TooEarly));
        assert_eq!((off(&timed, &[(1, 100)], 100), off(&timed, &[(1, 100)], 199)), (Ok(20), Ok(20)));
        assert_eq!(off(&timed, &[(1, 100)], 200), Err(CouponRefused::Over));
        let used = CouponRow { max_uses: Some(3), taken: 3, ..coupon() };
        assert_eq!(off(&used, &[(1, 100)], 0), Err(CouponRefused::UsedUp));
        let archived = CouponRow { archived_at: Some(at(0)), ..used };
        assert_eq!(off(&archived, &[(1, 100)], 0), Err(CouponRefused::Unknown));
        let least = CouponRow { least_amount: 5_000, ..coupon() };
        let refused = off(&least, &[(1, 4_999)], 0).unwrap_err();
        assert_eq!(refused, CouponRefused::TooLittle(Money::new(5_000, currency("GBP"))));
        assert_eq!(
            refused.at("code").args,
            [("least".into(), "50.00".into()), ("currency".into(), "GBP".into())]
        );
    }
    #[test]
    fn what_it_does_for_later_payments_of_a_plan() {
        assert_eq!(coupon().further(true), None);
        assert_eq!(coupon().further(false).unwrap().left, Some(1), "after a free trial");
        let three = CouponRow { duration: CouponDuration::Repeating, periods: Some(3), ..coupon() }
            .further(true)
            .unwrap();
        assert_eq!((three.left, three.bp, three.off(1_000)), (Some(2), Some(2_000), 200));
        let forever =
            CouponRow { duration: CouponDuration::Forever, bp: None, amount: Some(500), ..coupon() };
        assert_eq!(
            (forever.further(true).unwrap().left, forever.further(true).unwrap().off(300)),
            (None, 300)
        );
    }
    proptest! {
        #[test]
        fn never_below_zero_never_more_than_it_costs(
            bp in prop::option::of(1..=10_000_i32), amount in 1..=i64::MAX,
            basket in prop::collection::vec((1..5_u128, 0..=1_000_000_000_i64), 1..8), held in prop::collection::vec(1..5_u128, 0..4),
        ) {
            let amount = if bp.is_none() { Some(amount) } else { None };
            let held: Vec<_> = held.into_iter().map(offer).collect();
            let one = CouponRow { bp, amount, currency: amount.map(|_| currency("GBP")), offers: held.clone(), ..coupon() };
            let sum: i64 = basket.iter().filter(|(id, _)| held.is_empty() || held.contains(&offer(*id))).map(|(_, amount)| amount).sum();
            match off(&one, &basket, 0) {
                Ok(off) => {
                    prop_assert!((0..=sum).contains(&off));
                    if let Some(most) = amount { prop_assert_eq!(off, most.min(sum)); }
                    if bp == Some(10_000) { prop_assert_eq!(off, sum); }
                }
                Err(refused) => {
                    prop_assert_eq!(refused, CouponRefused::OtherOffer);
                    prop_assert!(basket.iter().all(|(id, _)| !held.is_empty() && !held.contains(&offer(*id))));
                }
            }
        }
    }
}
