use events::{Currency, Instant};
use kernel::{Check, FieldError, Problem};

use super::{GrantSpec, OfferId, OfferKind, OfferStatus};

/// The most products in one package.
const MAX_ITEMS: usize = 20;
/// The most of one product in one package; with [`MAX_CREDITS`] it keeps a grant below the ledger's bound.
const MAX_QUANTITY: i64 = 10;
/// The most credits of one product.
const MAX_CREDITS: i64 = 1000;

/// A product in a package, as wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ItemInput {
    pub(crate) product: OfferId,
    pub(crate) quantity: i32,
}

/// An offer as somebody of staff wants it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct OfferInput {
    pub(crate) kind: OfferKind,
    pub(crate) slug: String,
    pub(crate) name: String,
    pub(crate) summary: String,
    pub(crate) description: String,
    pub(crate) price: i64,
    pub(crate) currency: Currency,
    pub(crate) status: OfferStatus,
    pub(crate) featured: bool,
    pub(crate) position: i32,
    pub(crate) stock: Option<i32>,
    pub(crate) per_client: Option<i32>,
    pub(crate) sale_from: Option<Instant>,
    pub(crate) sale_until: Option<Instant>,
    pub(crate) grants: Vec<GrantSpec>,
    pub(crate) items: Vec<ItemInput>,
}

impl OfferInput {
    /// The input, cleaned, when all of it makes sense for a business that sells in `currency`. `own`: the offer that is
    /// changed, which can't be inside itself.
    pub(crate) fn checked(mut self, currency: Currency, own: Option<OfferId>) -> Result<Self, Problem> {
        let mut check = Check::new();
        self.name = check.line("name", &self.name, 1, 120);
        self.summary = check.line("summary", &self.summary, 0, 200);
        self.description = check.text("description", &self.description, 0, 20_000);
        if self.slug.trim().is_empty() {
            self.slug = slug_of(&self.name);
        }
        self.slug = check.slug("slug", self.slug.trim());
        check.require(self.currency == currency, "currency", "offer_currency");
        check.require((0..=billing::max_price(currency)).contains(&self.price), "price", "offer_price");
        check.number("position", i64::from(self.position), 0, 100_000);
        if let Some(stock) = self.stock {
            check.number("stock", i64::from(stock), 0, 1_000_000);
        }
        if let Some(limit) = self.per_client {
            check.number("per_client", i64::from(limit), 1, 1000);
        }
        let ordered = self.sale_from.zip(self.sale_until).is_none_or(|(from, until)| from < until);
        check.require(ordered, "sale_until", "offer_dates");
        match self.kind {
            OfferKind::Product => self.check_grants(&mut check),
            OfferKind::Package => self.check_items(&mut check, own),
        }
        check.finish()?;
        Ok(self)
    }

    fn check_grants(&mut self, check: &mut Check) {
        check.require(self.items.is_empty(), "items", "offer_items_of_product");
        check.require(self.grants.len() <= 5, "grants", "offer_grants");
        for grant in &self.grants {
            if let GrantSpec::Credits { credits, days } = grant {
                check.number("credits", i64::from(*credits), 1, MAX_CREDITS);
                if let Some(days) = days {
                    check.number("credit_days", i64::from(*days), 1, 3660);
                }
            }
        }
    }

    fn check_items(&mut self, check: &mut Check, own: Option<OfferId>) {
        check.require(self.grants.is_empty(), "grants", "offer_grants_of_package");
        check.require((1..=MAX_ITEMS).contains(&self.items.len()), "items", "offer_items");
        self.items.sort_by_key(|item| item.product);
        check.require(
            !self.items.windows(2).any(|two| matches!(two, [a, b] if a.product == b.product)),
            "items",
            "offer_items_twice",
        );
        for item in &self.items {
            if own == Some(item.product) {
                check.wrong(FieldError::new("items", "offer_contains_itself"));
            }
            check.number("items", i64::from(item.quantity), 1, MAX_QUANTITY);
        }
    }
}

/// A name for URLs made of a name for people: `Ten classes (autumn)` → `ten-classes-autumn`.
pub(crate) fn slug_of(name: &str) -> String {
    let mut slug = String::new();
    for c in name.chars() {
        if c.is_ascii_alphanumeric() {
            slug.push(c.to_ascii_lowercase());
        } else if !slug.is_empty() && !slug.ends_with('-') {
            slug.push('-');
        }
    }
    let mut slug: String = slug.chars().take(60).collect();
    while slug.ends_with('-') {
        slug.pop();
    }
    if slug.is_empty() { "offer".into() } else { slug }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::model::offer::tests::{at, currency};

    fn product() -> OfferInput {
        OfferInput {
            kind: OfferKind::Product,
            slug: String::new(),
            name: "Ten classes".into(),
            summary: String::new(),
            description: String::new(),
            price: 9_000,
            currency: currency("EUR"),
            status: OfferStatus::Active,
            featured: false,
            position: 0,
            stock: None,
            per_client: None,
            sale_from: None,
            sale_until: None,
            grants: vec![GrantSpec::Credits { credits: 10, days: Some(90) }],
            items: vec![],
        }
    }
    fn package(items: Vec<ItemInput>) -> OfferInput {
        OfferInput { kind: OfferKind::Package, grants: vec![], items, ..product() }
    }
    fn id(number: u128) -> OfferId {
        format!("off_{number:032x}").parse().unwrap()
    }
    fn codes(result: Result<OfferInput, Problem>) -> Vec<(String, &'static str)> {
        result.err().map(|p| p.fields.into_iter().map(|f| (f.field, f.code)).collect()).unwrap_or_default()
    }

    #[test]
    fn a_good_product_gets_its_slug() {
        assert_eq!(product().checked(currency("EUR"), None).unwrap().slug, "ten-classes");
    }
    #[test]
    fn prices_and_currencies() {
        for price in [-1, 100_000_001, i64::MAX, i64::MIN] {
            assert_eq!(
                codes(OfferInput { price, ..product() }.checked(currency("EUR"), None)),
                [("price".into(), "offer_price")]
            );
        }
        assert!(OfferInput { price: 0, ..product() }.checked(currency("EUR"), None).is_ok());
        assert_eq!(codes(product().checked(currency("GBP"), None)), [("currency".into(), "offer_currency")]);
    }
    #[test]
    fn packages() {
        let item = |number, quantity| ItemInput { product: id(number), quantity };
        let says = |items| codes(package(items).checked(currency("EUR"), Some(id(9))));
        assert!(says(vec![item(1, 2), item(2, 1)]).is_empty());
        assert_eq!(says(vec![]), [("items".into(), "offer_items")]);
        assert_eq!(says(vec![item(9, 1)]), [("items".into(), "offer_contains_itself")]);
        assert_eq!(says(vec![item(1, 1), item(1, 1)]), [("items".into(), "offer_items_twice")]);
        assert_eq!(says(vec![item(1, 0)]), [("items".into(), "out_of_range")]);
        assert_eq!(says(vec![item(1, 11)]), [("items".into(), "out_of_range")]);
    }
    #[test]
    fn limits_and_dates() {
        let wrong = OfferInput {
            stock: Some(-1),
            per_client: Some(0),
            sale_from: Some(at(200)),
            sale_until: Some(at(100)),
            grants: vec![GrantSpec::Credits { credits: 0, days: Some(0) }],
            ..product()
        };
        let fields: Vec<_> =
            codes(wrong.checked(currency("EUR"), None)).into_iter().map(|(field, _)| field).collect();
        assert_eq!(fields, ["stock", "per_client", "sale_until", "credits", "credit_days"]);
    }
    proptest! {
        #[test]
        fn every_name_makes_a_slug(name in "\\PC{0,130}") {
            let mut check = Check::new();
            check.slug("slug", &slug_of(&name));
            prop_assert!(check.finish().is_ok(), "{}", slug_of(&name));
        }
    }
}
