use billing::{Apart, LineRole, NewLine, Split, text_enum};

use super::{Basketed, CouponRow, GrantSpec, Offer, OfferKind, PartEvery, Sold, sold_of};

text_enum! {
    /// How much is paid at once.
    pub enum Pay {
        /// All of it.
        Full = "full",
        /// The deposit.
        Deposit = "deposit",
        /// The first of several parts.
        Parts = "parts",
    }
}

/// The most of one product in one order.
const MAX_QUANTITY: i32 = 20;

/// An offer in a basket.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Picked {
    pub(crate) offer: Offer,
    pub(crate) quantity: i32,
    /// Of one, minor units.
    pub(crate) price: i64,
    pub(crate) role: LineRole,
}

/// What somebody is about to buy: an offer, and what was ticked beside it.
///
/// Invariant: its prices come from offers, never from a form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Basket {
    pub(crate) main: Picked,
    pub(crate) bumps: Vec<Picked>,
}

impl Picked {
    /// Whether it is paid for later: a plan that begins with a free trial.
    fn on_trial(&self) -> bool {
        self.offer.plan.as_ref().is_some_and(|plan| plan.trial_days > 0)
    }
    /// Whether what is bought is a gift voucher.
    pub(crate) fn gives_voucher(&self) -> bool {
        let voucher =
            |grants: &[GrantSpec]| grants.iter().any(|grant| matches!(grant, GrantSpec::Voucher { .. }));
        voucher(&self.offer.grants) || self.offer.items.iter().any(|item| voucher(&item.grants))
    }
    fn line(&self) -> NewLine {
        NewLine {
            item: self.offer.public_id(),
            name: self.offer.row.name.clone(),
            unit_price: if self.on_trial() { 0 } else { self.price },
            quantity: self.quantity,
            detail: serde_json::Value::Null,
            role: self.role,
            tax: self.offer.tax.clone(),
            discount: 0,
            voucher: 0,
        }
    }
    fn basketed(&self) -> Basketed {
        Basketed { offer: self.offer.row.id, amount: self.price.saturating_mul(i64::from(self.quantity)) }
    }
}

impl Offer {
    /// How many of it one order can take.
    pub(crate) fn most(&self) -> i32 {
        if self.row.kind != OfferKind::Product {
            return 1;
        }
        [self.row.stock, self.row.per_client].into_iter().flatten().fold(MAX_QUANTITY, i32::min).max(1)
    }
    /// The ways in which it can be paid over time, full payment first.
    pub(crate) fn pays(&self) -> Vec<Pay> {
        let mut pays = vec![Pay::Full];
        if self.deposit().is_some() {
            pays.push(Pay::Deposit);
        }
        if self.instalments().is_some() {
            pays.push(Pay::Parts);
        }
        pays
    }
}

impl Basket {
    /// All that is in it, what was wanted first.
    pub(crate) fn all(&self) -> impl Iterator<Item = &Picked> {
        std::iter::once(&self.main).chain(&self.bumps)
    }
    /// The lines of an order of it, without discounts; their order is that of [`Basket::all`].
    pub(crate) fn lines(&self) -> Vec<NewLine> {
        self.all().map(Picked::line).collect()
    }
    /// What each line means, in the same order.
    pub(crate) fn sold(&self) -> Vec<Sold> {
        self.all().map(|picked| sold_of(&picked.offer, picked.quantity)).collect()
    }
    /// What codes are held against. Of a plan on trial the price that it will have.
    pub(crate) fn basketed(&self) -> Vec<Basketed> {
        self.all().map(Picked::basketed).collect()
    }
    /// Whether somebody is to be told of a gift.
    pub(crate) fn gives_voucher(&self) -> bool {
        self.all().any(Picked::gives_voucher)
    }
    /// Takes a coupon off lines that [`Basket::lines`] made; answers how much.
    pub(crate) fn take_off(&self, coupon: &CouponRow, lines: &mut [NewLine]) -> i64 {
        let held: Vec<String> = self
            .all()
            .filter(|one| coupon.holds_for(one.offer.row.id))
            .map(|one| one.offer.public_id())
            .collect();
        let counts = |line: &NewLine| held.contains(&line.item);
        let sum =
            lines.iter().filter(|line| counts(line)).fold(0_i64, |sum, line| sum.saturating_add(left(line)));
        billing::spread(coupon.of_sum(sum), lines, counts)
    }
    /// What a voucher may pay of lines, their tax included: not for another voucher, or money would never expire.
    pub(crate) fn payable_by_voucher(&self, lines: &[NewLine]) -> i64 {
        let vouchers = self.vouchers();
        lines
            .iter()
            .filter(|line| !vouchers.contains(&line.item))
            .fold(0, |sum, line| sum.saturating_add(line.payable()))
    }
    /// Pays lines with a voucher; answers how much.
    pub(crate) fn pay_with_voucher(&self, amount: i64, lines: &mut [NewLine]) -> i64 {
        let vouchers = self.vouchers();
        billing::spread_paid(amount, lines, |line| !vouchers.contains(&line.item))
    }
    fn vouchers(&self) -> Vec<String> {
        self.all().filter(|one| one.gives_voucher()).map(|one| one.offer.public_id()).collect()
    }
    /// In which parts an order of these lines is paid. A deposit is for what was wanted; what was ticked beside it is paid
    /// with the deposit.
    pub(crate) fn split(&self, pay: Pay, lines: &[NewLine]) -> Split {
        match pay {
            Pay::Full => Split::Whole,
            Pay::Deposit => self.main.offer.deposit().map_or(Split::Whole, |deposit| {
                let first = deposit.amount.saturating_mul(i64::from(self.main.quantity));
                let first = first.min(lines.first().map_or(0, NewLine::payable));
                let beside = lines.iter().skip(1).fold(0_i64, |sum, line| sum.saturating_add(line.payable()));
                Split::Deposit(first.saturating_add(beside), deposit.days)
            }),
            Pay::Parts => self.main.offer.instalments().map_or(Split::Whole, |parts| {
                let apart = match parts.every {
                    PartEvery::Week => Apart::Week,
                    PartEvery::Month => Apart::Month,
                };
                Split::Parts(parts.count, apart)
            }),
        }
    }
}

/// What is left of a line after its discount.
fn left(line: &NewLine) -> i64 {
    line.amount().unwrap_or(0).saturating_sub(line.discount).max(0)
}

#[cfg(test)]
mod tests {
    use billing::{Tax, quote};
    use proptest::prelude::*;

    use super::*;
    use crate::model::{
        OfferStatus, PlanTerms,
        coupon::tests::coupon,
        offer::tests::{currency, offer},
    };

    fn picked(number: u128, price: i64, quantity: i32) -> Picked {
        let mut one = offer(OfferKind::Product, OfferStatus::Active);
        one.row.id = format!("off_{number:032x}").parse().unwrap();
        one.row.price = price;
        Picked {
            offer: one,
            quantity,
            price,
            role: if number == 1 { LineRole::Item } else { LineRole::Bump },
        }
    }
    fn basket(all: &[(i64, i32)]) -> Basket {
        let mut all: Vec<_> =
            (1..).zip(all).map(|(number, (price, quantity))| picked(number, *price, *quantity)).collect();
        Basket { main: all.remove(0), bumps: all }
    }

    #[test]
    fn a_coupon_for_one_offer_leaves_the_others() {
        let basket = basket(&[(10_000, 1), (2_000, 2)]);
        let mut lines = basket.lines();
        let one = CouponRow { bp: Some(5_000), offers: vec![basket.bumps[0].offer.row.id], ..coupon() };
        assert_eq!(basket.take_off(&one, &mut lines), 2_000);
        assert_eq!(lines.iter().map(|line| line.discount).collect::<Vec<_>>(), [0, 2_000]);
        let sums = quote(&lines, currency("GBP")).unwrap();
        assert_eq!((sums.subtotal, sums.discount, sums.total), (14_000, 2_000, 12_000));
    }
    #[test]
    fn a_voucher_buys_no_voucher() {
        let mut basket = basket(&[(5_000, 1), (1_000, 1)]);
        basket.main.offer.grants = vec![GrantSpec::Voucher { amount: 5_000, days: None }];
        let mut lines = basket.lines();
        assert!(basket.gives_voucher());
        assert_eq!(basket.payable_by_voucher(&lines), 1_000);
        assert_eq!(basket.pay_with_voucher(9_000, &mut lines), 1_000);
        assert_eq!((lines[0].voucher, lines[1].voucher), (0, 1_000));
    }
    #[test]
    fn a_voucher_is_no_discount() {
        let mut basket = basket(&[(10_000, 1)]);
        basket.main.offer.tax = Some(Tax { name: "VAT".into(), bp: 2_000, inclusive: false });
        let mut lines = basket.lines();
        assert_eq!(basket.payable_by_voucher(&lines), 12_000, "with its tax");
        assert_eq!(basket.pay_with_voucher(10_000, &mut lines), 10_000);
        let sums = quote(&lines, currency("GBP")).unwrap();
        assert_eq!((sums.tax, sums.cost(), sums.total), (2_000, 12_000, 2_000));
    }
    #[test]
    fn a_trial_costs_nothing_yet() {
        let mut basket = basket(&[(10_900, 1), (1_000, 1)]);
        basket.main.offer.row.kind = OfferKind::Plan;
        basket.main.offer.plan = Some(PlanTerms { trial_days: 7, ..PlanTerms::monthly() });
        let mut lines = basket.lines();
        assert_eq!((lines[0].unit_price, basket.basketed()[0].amount), (0, 10_900));
        let half = CouponRow { bp: Some(5_000), ..coupon() };
        assert_eq!(basket.take_off(&half, &mut lines), 500, "of what is paid now");
    }
    #[test]
    fn what_is_beside_is_paid_with_the_deposit() {
        let mut basket = basket(&[(10_000, 2), (1_000, 1)]);
        (basket.main.offer.row.deposit, basket.main.offer.row.deposit_days) = (Some(2_500), Some(30));
        basket.bumps[0].offer.tax = Some(Tax { name: "VAT".into(), bp: 2_000, inclusive: false });
        let lines = basket.lines();
        assert_eq!(basket.split(Pay::Deposit, &lines), Split::Deposit(6_200, 30));
        assert_eq!(basket.split(Pay::Full, &lines), Split::Whole);
        assert_eq!(basket.split(Pay::Parts, &lines), Split::Whole, "it offers none");
        assert_eq!(basket.main.offer.pays(), [Pay::Full, Pay::Deposit]);
    }
    #[test]
    fn how_many_one_order_takes() {
        let mut one = offer(OfferKind::Product, OfferStatus::Active);
        assert_eq!(one.most(), 20);
        (one.row.stock, one.row.per_client) = (Some(7), Some(9));
        assert_eq!(one.most(), 7);
        assert_eq!(offer(OfferKind::Package, OfferStatus::Active).most(), 1);
    }
    proptest! {
        #[test]
        fn whatever_is_taken_off_a_basket_adds_up(
            all in prop::collection::vec((0..=1_000_000_i64, 1..=20_i32), 1..5), bp in 1..=10_000_i32, voucher in 0..=5_000_000_i64,
        ) {
            let basket = basket(&all);
            let mut lines = basket.lines();
            let off = basket.take_off(&CouponRow { bp: Some(bp), ..coupon() }, &mut lines);
            let paid = basket.pay_with_voucher(voucher.min(basket.payable_by_voucher(&lines)), &mut lines);
            let sums = quote(&lines, currency("GBP")).unwrap();
            prop_assert_eq!((sums.discount, sums.voucher), (off, paid));
            prop_assert_eq!(sums.total, sums.subtotal - off - paid);
            prop_assert!(sums.total >= 0 && paid <= voucher);
        }
    }
}
