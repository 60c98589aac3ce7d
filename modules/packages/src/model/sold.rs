use std::collections::BTreeMap;

use events::{CouponId, ProductId, VoucherId};
use serde::{Deserialize, Serialize};

use super::{Gift, GrantSpec, Offer, OfferId, OfferKind};

/// What an order line remembers of the moment of sale. The line of a later period of a plan carries the plan's own memory
/// ([`super::SoldPlan`]): it reserves nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Sold {
    /// What is handed out once the order is paid.
    pub(crate) grants: Vec<SoldGrant>,
    /// What is reserved, and free again when it is not paid.
    pub(crate) holds: Vec<Hold>,
    /// On an order's first line: codes that make the order cheaper, and are free again when it is not paid.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) codes: Vec<UsedCode>,
    /// Who the vouchers are for that the line gives.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) gift: Option<Gift>,
    /// On an order's first line: what the form wanted, so that a form sent again is told from one that was changed.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub(crate) wanted: String,
    /// On an order's first line: the browser that placed it, which may go on with it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub(crate) browser: String,
}

impl Sold {
    /// Reads what a line remembers. The line of a later period, or of a changed plan, carries the plan's memory and gives
    /// nothing, whatever stands there: what a plan gives once is in the line of its first order.
    ///
    /// # Errors
    /// When it can't be read. That is never taken for nothing.
    pub(crate) fn read(detail: &serde_json::Value) -> Result<Self, serde_json::Error> {
        if detail.get("plan").is_some() {
            return Ok(Self::default());
        }
        Self::deserialize(detail)
    }
}

/// A code that an order uses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub(crate) enum UsedCode {
    /// Counted among a coupon's uses.
    Coupon { coupon: CouponId },
    /// So much was paid with a voucher, minor units.
    Voucher { voucher: VoucherId, amount: i64 },
}

/// One grant of one product.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct SoldGrant {
    /// The product that gives it.
    pub(crate) product: ProductId,
    /// Its name at that moment.
    pub(crate) name: String,
    /// How often.
    pub(crate) times: i32,
    /// What.
    pub(crate) grant: GrantSpec,
}

/// So many of an offer are taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Hold {
    /// The offer.
    pub(crate) offer: OfferId,
    /// How many.
    pub(crate) count: i32,
}

/// What buying `quantity` of an offer means. A package takes one of itself and of each product as many as it bundles.
pub(crate) fn sold_of(offer: &Offer, quantity: i32) -> Sold {
    let mut holds = BTreeMap::from([(offer.row.id, quantity)]);
    let own = offer.grants.iter().map(|grant| SoldGrant {
        product: ProductId::from_uuid(offer.row.id.uuid()),
        name: offer.row.name.clone(),
        times: quantity,
        grant: grant.clone(),
    });
    let mut grants: Vec<SoldGrant> =
        if offer.row.kind == OfferKind::Package { Vec::new() } else { own.collect() };
    for item in &offer.items {
        let times = item.quantity.saturating_mul(quantity);
        *holds.entry(item.product).or_default() += times;
        grants.extend(item.grants.iter().map(|grant| SoldGrant {
            product: ProductId::from_uuid(item.product.uuid()),
            name: item.name.clone(),
            times,
            grant: grant.clone(),
        }));
    }
    let holds = holds.into_iter().map(|(offer, count)| Hold { offer, count }).collect();
    Sold { grants, holds, ..Sold::default() }
}

/// The sum of several lines' reservations, in the order in which stock is locked.
pub(crate) fn holds_of<'a>(lines: impl IntoIterator<Item = &'a Sold>) -> Vec<Hold> {
    let mut sum: BTreeMap<OfferId, i32> = BTreeMap::new();
    for hold in lines.into_iter().flat_map(|sold| &sold.holds) {
        let count = sum.entry(hold.offer).or_default();
        *count = count.saturating_add(hold.count);
    }
    sum.into_iter().map(|(offer, count)| Hold { offer, count }).collect()
}

#[cfg(test)]
mod tests {
    use events::Id;
    use proptest::prelude::*;

    use super::*;
    use crate::model::{Item, OfferStatus, offer::tests::offer};

    fn item(id: u128, quantity: i32) -> Item {
        let product: OfferId = format!("off_{id:032x}").parse().unwrap();
        let grants = vec![GrantSpec::credits(5, None)];
        Item { product, name: format!("Product {id}"), quantity, grants, sold_out: false }
    }

    #[test]
    fn a_product_gives_what_it_grants() {
        let mut one = offer(OfferKind::Product, OfferStatus::Active);
        one.grants = vec![GrantSpec::credits(10, Some(90))];
        let sold = sold_of(&one, 2);
        assert_eq!(sold.holds, [Hold { offer: one.row.id, count: 2 }]);
        assert_eq!(sold.grants.iter().map(|grant| grant.times).collect::<Vec<_>>(), [2]);
        let json = serde_json::to_value(&sold).unwrap();
        assert_eq!(serde_json::from_value::<Sold>(json).unwrap(), sold);
    }
    proptest! {
        #[test]
        fn a_package_takes_and_gives_all_its_products(items in proptest::collection::btree_map(100..200_u128, 1..10_i32, 0..8), quantity in 1..5_i32) {
            let mut package = offer(OfferKind::Package, OfferStatus::Active);
            package.items = items.iter().map(|(id, count)| item(*id, *count)).collect();
            let sold = sold_of(&package, quantity);
            prop_assert_eq!(sold.holds.len(), items.len() + 1);
            prop_assert!(sold.holds.is_sorted_by_key(|hold| hold.offer));
            for (id, count) in &items {
                let offer: OfferId = Id::from_uuid(item(*id, 1).product.uuid());
                let hold = sold.holds.iter().find(|hold| hold.offer == offer).unwrap();
                prop_assert_eq!(hold.count, count * quantity);
            }
            let given: i32 = sold.grants.iter().map(|grant| grant.times).sum();
            prop_assert_eq!(given, items.values().sum::<i32>() * quantity);
        }
        #[test]
        fn holds_of_many_lines_are_their_sum(counts in proptest::collection::vec((100..110_u128, 1..10_i32), 0..20)) {
            let lines: Vec<Sold> = counts.iter().map(|(id, count)| Sold {
                holds: vec![Hold { offer: item(*id, 1).product, count: *count }], ..Sold::default()
            }).collect();
            let sum = holds_of(&lines);
            prop_assert!(sum.is_sorted_by_key(|hold| hold.offer));
            prop_assert_eq!(sum.iter().map(|hold| hold.count).sum::<i32>(), counts.iter().map(|(_, count)| count).sum::<i32>());
        }
    }

    #[test]
    fn the_line_of_a_later_period_gives_and_reserves_nothing() {
        let mut one = offer(OfferKind::Product, OfferStatus::Active);
        one.grants = vec![GrantSpec::credits(10, Some(90))];
        let grants = serde_json::to_value(sold_of(&one, 1).grants).unwrap();
        for grants in [serde_json::json!([]), grants] {
            let plan = serde_json::json!({ "plan": "pln_00000000000000000000000000000007", "credits_per_week": 3,
                "rollover_cap": null, "pays_for": [], "grants": grants });
            assert_eq!(Sold::read(&plan).unwrap(), Sold::default());
        }
    }
    #[test]
    fn what_can_not_be_read_is_not_nothing() {
        for detail in ["null", "{}", "[]", "7", r#"{"grants": 1, "holds": []}"#, r#"{"holds": []}"#] {
            assert!(Sold::read(&serde_json::from_str(detail).unwrap()).is_err(), "{detail}");
        }
        assert_eq!(Sold::read(&serde_json::json!({ "grants": [], "holds": [] })).unwrap(), Sold::default());
    }
}
