use billing::Tax;
use diesel::{Queryable, Selectable};
use events::{Currency, Id, Instant, Kind, Money, PackageId, PlanId, ProductId, TaxRateId};
use serde::Serialize;

use super::{Deposit, GrantSpec, Instalments, PartEvery, PlanTerms};
use crate::schema::offers;

/// Marks identifiers of offers; outside they are those of a product, a package or a plan.
pub(crate) enum AnyOffer {}
impl Kind for AnyOffer {
    const PREFIX: &'static str = "off";
}
/// A product, a package or a plan.
pub(crate) type OfferId = Id<AnyOffer>;

billing::text_enum! {
    /// What an offer is.
    pub enum OfferKind {
        /// One thing.
        Product = "product",
        /// Products bundled at a price of its own.
        Package = "package",
        /// Something paid again and again.
        Plan = "plan",
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
    pub(crate) tax_rate_id: Option<TaxRateId>,
    /// Whether the price contains the tax.
    pub(crate) tax_inclusive: bool,
    pub(crate) deposit: Option<i64>,
    pub(crate) deposit_days: Option<i32>,
    pub(crate) instalments: Option<i32>,
    pub(crate) instalment_every: Option<PartEvery>,
    /// Lines on its card: HR monitor included.
    pub(crate) extras: Vec<String>,
    pub(crate) image_alt: String,
    /// SHA-256 of its picture, as the address names it; empty: none.
    pub(crate) image_digest: String,
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

/// An offer that stands beside another one at checkout, to be added with one tick.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Bump {
    pub(crate) offer: OfferId,
    pub(crate) kind: OfferKind,
    pub(crate) name: String,
    /// What stands beside the tick; empty: its own summary.
    pub(crate) pitch: String,
    /// Its price here; `None`: its own.
    pub(crate) price: Option<i64>,
    /// The price of the offer by itself.
    pub(crate) own_price: i64,
}

impl Bump {
    /// What it costs here.
    pub(crate) fn asked(&self) -> i64 {
        self.price.unwrap_or(self.own_price)
    }
}

/// An offer with all that belongs to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Offer {
    pub(crate) row: OfferRow,
    pub(crate) grants: Vec<GrantSpec>,
    pub(crate) items: Vec<Item>,
    /// What makes it a plan; `None`: it is none.
    pub(crate) plan: Option<PlanTerms>,
    /// In the order in which they are shown.
    pub(crate) bumps: Vec<Bump>,
    pub(crate) tax: Option<Tax>,
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
    /// Part now and the rest later, when that is offered.
    pub(crate) fn deposit(&self) -> Option<Deposit> {
        let (amount, days) = self.row.deposit.zip(self.row.deposit_days)?;
        Some(Deposit { amount, days })
    }
    /// Equal parts, when they are offered.
    pub(crate) fn instalments(&self) -> Option<Instalments> {
        let (count, every) = self.row.instalments.zip(self.row.instalment_every)?;
        Some(Instalments { count, every })
    }
    /// Its identifier as the API and events write it: `prd_…`, `pkg_…` or `pln_…`.
    pub(crate) fn public_id(&self) -> String {
        public_id(self.row.kind, self.row.id)
    }
    /// Where its picture is, below the tenant's base. The address changes with the picture.
    pub(crate) fn picture_path(&self) -> Option<String> {
        let digest = &self.row.image_digest;
        (!digest.is_empty()).then(|| format!("/pictures/{digest}"))
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

/// The identifier of an offer as the API and events write it.
pub(crate) fn public_id(kind: OfferKind, id: OfferId) -> String {
    let uuid = id.uuid();
    match kind {
        OfferKind::Product => ProductId::from_uuid(uuid).to_string(),
        OfferKind::Package => PackageId::from_uuid(uuid).to_string(),
        OfferKind::Plan => PlanId::from_uuid(uuid).to_string(),
    }
}

/// An offer's identifier as the API and URLs write it.
pub(crate) fn any_id(text: &str) -> Option<OfferId> {
    let plan = || text.parse::<PlanId>().map(Id::uuid).ok();
    bump_id(text).or_else(|| plan().map(OfferId::from_uuid))
}

/// The identifier of a product or a package: what may stand beside an offer.
pub(crate) fn bump_id(text: &str) -> Option<OfferId> {
    let package = || text.parse::<PackageId>().map(Id::uuid).ok();
    text.parse::<ProductId>().map(Id::uuid).ok().or_else(package).map(OfferId::from_uuid)
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
            tax_rate_id: None,
            tax_inclusive: true,
            deposit: None,
            deposit_days: None,
            instalments: None,
            instalment_every: None,
            extras: Vec::new(),
            image_alt: String::new(),
            image_digest: String::new(),
        };
        let plan = (kind == OfferKind::Plan).then(PlanTerms::monthly);
        Offer { row, grants: Vec::new(), items: Vec::new(), plan, bumps: Vec::new(), tax: None }
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
