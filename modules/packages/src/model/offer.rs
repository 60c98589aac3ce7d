use diesel::{Queryable, Selectable};
use events::{Currency, Id, Instant, Kind, Money, PackageId, ProductId};
use serde::{Deserialize, Serialize};

use crate::schema::offers;

/// Marks identifiers of offers; outside they are those of a product or a package.
pub(crate) enum AnyOffer {}
impl Kind for AnyOffer {
    const PREFIX: &'static str = "off";
}
/// A product or a package.
pub(crate) type OfferId = Id<AnyOffer>;

billing::text_enum! {
    /// What an offer is.
    pub enum OfferKind {
        /// One thing.
        Product = "product",
        /// Products bundled at a price of its own.
        Package = "package",
    }
}

billing::text_enum! {
    /// Whether an offer is sold.
    pub enum OfferStatus {
        /// Being prepared; only staff see it.
        Draft = "draft",
        /// For sale.
        Active = "active",
        /// Not for sale any more; old links say so.
        Archived = "archived",
    }
}

/// What a product gives.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub(crate) enum GrantSpec {
    /// Credits that live so many days; without days: for ever.
    Credits { credits: i32, days: Option<i32> },
    /// Something done or handed over outside of the platform.
    Service,
}

/// A row of `offers`.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = offers, check_for_backend(diesel::pg::Pg))]
pub(crate) struct OfferRow {
    pub(crate) id: OfferId,
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
    pub(crate) grants: serde_json::Value,
    pub(crate) sold_out: bool,
    pub(crate) created_at: Instant,
    pub(crate) updated_at: Instant,
}

/// A product inside a package.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Item {
    pub(crate) product: OfferId,
    pub(crate) name: String,
    pub(crate) quantity: i32,
    pub(crate) grants: Vec<GrantSpec>,
    pub(crate) sold_out: bool,
}

/// An offer with all that belongs to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Offer {
    pub(crate) row: OfferRow,
    pub(crate) grants: Vec<GrantSpec>,
    pub(crate) items: Vec<Item>,
}

/// Whether an offer can be bought now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Availability {
    /// Yes.
    Open,
    /// Its sale has not begun.
    NotYet,
    /// Its sale is over.
    Over,
    /// None is left.
    SoldOut,
    /// Taken off sale.
    Archived,
    /// A draft, or priced in a currency that the business does not use any more: nobody outside may know of it.
    Hidden,
}

impl Availability {
    pub(crate) const fn code(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::NotYet => "not_yet",
            Self::Over => "over",
            Self::SoldOut => "sold_out",
            Self::Archived => "archived",
            Self::Hidden => "hidden",
        }
    }
}

impl Offer {
    pub(crate) fn price(&self) -> Money {
        Money::new(self.row.price, self.row.currency)
    }
    /// Its identifier as the API and events write it: `prd_…` or `pkg_…`.
    pub(crate) fn public_id(&self) -> String {
        let uuid = self.row.id.uuid();
        match self.row.kind {
            OfferKind::Product => ProductId::from_uuid(uuid).to_string(),
            OfferKind::Package => PackageId::from_uuid(uuid).to_string(),
        }
    }
    /// Whether a client can buy it now. Order matters: what is hidden stays hidden whatever else holds.
    pub(crate) fn availability(&self, now: Instant, currency: Currency) -> Availability {
        let row = &self.row;
        match row.status {
            OfferStatus::Draft => return Availability::Hidden,
            OfferStatus::Archived => return Availability::Archived,
            OfferStatus::Active if row.currency != currency => return Availability::Hidden,
            OfferStatus::Active => {}
        }
        if row.sale_until.is_some_and(|at| at <= now) {
            Availability::Over
        } else if row.sale_from.is_some_and(|at| at > now) {
            Availability::NotYet
        } else if row.sold_out || self.items.iter().any(|item| item.sold_out) {
            Availability::SoldOut
        } else {
            Availability::Open
        }
    }
}

/// Whether `taken` of at most `stock` leaves room for `more`.
pub(crate) fn can_sell(stock: Option<i32>, taken: i32, more: i32) -> bool {
    stock.is_none_or(|stock| taken.checked_add(more).is_some_and(|sum| sum <= stock))
}

#[cfg(test)]
pub(crate) mod tests {
    use proptest::prelude::*;

    use super::*;

    pub(crate) fn at(second: i64) -> Instant {
        Instant::new(jiff::Timestamp::from_second(second).unwrap())
    }
    pub(crate) fn currency(code: &str) -> Currency {
        code.parse().unwrap()
    }
    pub(crate) fn offer(kind: OfferKind, status: OfferStatus) -> Offer {
        let row = OfferRow {
            id: "off_00000000000000000000000000000007".parse().unwrap(),
            kind,
            slug: "ten".into(),
            name: "Ten classes".into(),
            summary: String::new(),
            description: String::new(),
            price: 9_000,
            currency: currency("EUR"),
            status,
            featured: false,
            position: 0,
            stock: None,
            per_client: None,
            sale_from: None,
            sale_until: None,
            grants: serde_json::json!([]),
            sold_out: false,
            created_at: at(0),
            updated_at: at(0),
        };
        Offer { row, grants: Vec::new(), items: Vec::new() }
    }

    #[test]
    fn a_sale_begins_and_ends_at_its_moment() {
        let mut one = offer(OfferKind::Product, OfferStatus::Active);
        (one.row.sale_from, one.row.sale_until) = (Some(at(100)), Some(at(200)));
        let says = |second| one.availability(at(second), currency("EUR"));
        assert_eq!(says(99), Availability::NotYet);
        assert_eq!((says(100), says(199)), (Availability::Open, Availability::Open));
        assert_eq!(says(200), Availability::Over);
    }
    #[test]
    fn another_currency_or_a_draft_is_nobody_s_business() {
        let active = offer(OfferKind::Product, OfferStatus::Active);
        assert_eq!(active.availability(at(0), currency("GBP")), Availability::Hidden);
        assert_eq!(
            offer(OfferKind::Product, OfferStatus::Draft).availability(at(0), currency("EUR")),
            Availability::Hidden
        );
        let archived = offer(OfferKind::Product, OfferStatus::Archived);
        assert_eq!(archived.availability(at(0), currency("EUR")), Availability::Archived);
    }
    #[test]
    fn a_package_lacks_what_its_products_lack() {
        let mut package = offer(OfferKind::Package, OfferStatus::Active);
        let item =
            Item { product: package.row.id, name: "One".into(), quantity: 1, grants: vec![], sold_out: true };
        package.items.push(item);
        assert_eq!(package.availability(at(0), currency("EUR")), Availability::SoldOut);
    }
    #[test]
    fn grants_keep_their_form() {
        let grants = vec![GrantSpec::Credits { credits: 10, days: Some(90) }, GrantSpec::Service];
        let json = serde_json::to_value(&grants).unwrap();
        assert_eq!(
            json,
            serde_json::json!([{"kind": "credits", "credits": 10, "days": 90}, {"kind": "service"}])
        );
        assert_eq!(serde_json::from_value::<Vec<GrantSpec>>(json).unwrap(), grants);
    }
    proptest! {
        #[test]
        fn stock_is_never_oversold(stock in 0..50_i32, tries in proptest::collection::vec(1..5_i32, 0..60)) {
            let mut taken = 0;
            for more in tries {
                if can_sell(Some(stock), taken, more) {
                    taken += more;
                }
            }
            prop_assert!(taken <= stock);
            prop_assert!(!can_sell(Some(stock), taken, stock - taken + 1));
        }
    }
}
