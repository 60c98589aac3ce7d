use events::{ClientId, Instant, LotId, Money, OrderId, ProductId};
use kernel::Problem;
use poem_openapi::{Enum, Object};

use crate::model::{GrantSpec, ItemInput, Offer, OfferId, OfferStatus};

/// Whether an offer is sold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[oai(rename_all = "snake_case")]
pub(super) enum Status {
    /// Only staff see it.
    Draft,
    /// For sale.
    Active,
    /// Not for sale any more.
    Archived,
}

impl From<Status> for OfferStatus {
    fn from(status: Status) -> Self {
        match status {
            Status::Draft => Self::Draft,
            Status::Active => Self::Active,
            Status::Archived => Self::Archived,
        }
    }
}

/// What kind of thing a product gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[oai(rename_all = "snake_case")]
pub(super) enum GrantKind {
    /// Credits.
    Credits,
    /// Something outside of the platform.
    Service,
}

/// What a product gives.
#[derive(Clone, Debug, Object)]
pub(super) struct GrantDoc {
    pub(super) kind: GrantKind,
    /// How many credits, 1 to 1,000; for `credits`.
    #[oai(skip_serializing_if_is_none)]
    pub(super) credits: Option<i32>,
    /// Days that they live; left out: for ever.
    #[oai(skip_serializing_if_is_none)]
    pub(super) days: Option<i32>,
}

impl GrantDoc {
    pub(super) fn of(grant: &GrantSpec) -> Self {
        match grant {
            GrantSpec::Credits { credits, days } => {
                Self { kind: GrantKind::Credits, credits: Some(*credits), days: *days }
            }
            GrantSpec::Service => Self { kind: GrantKind::Service, credits: None, days: None },
        }
    }
    pub(super) fn read(self) -> Result<GrantSpec, Problem> {
        match (self.kind, self.credits, self.days) {
            (GrantKind::Credits, Some(credits), days) => Ok(GrantSpec::Credits { credits, days }),
            (GrantKind::Credits, None, _) => Err(Problem::field("credits", "required")),
            (GrantKind::Service, None, None) => Ok(GrantSpec::Service),
            (GrantKind::Service, ..) => Err(Problem::field("grants", "offer_grants")),
        }
    }
}

/// So many of a product in a package.
#[derive(Clone, Copy, Debug, Object)]
pub(super) struct ItemDoc {
    pub(super) product: ProductId,
    /// 1 to 10.
    #[oai(validator(minimum(value = "1"), maximum(value = "10")))]
    pub(super) quantity: i32,
}

impl From<ItemDoc> for ItemInput {
    fn from(item: ItemDoc) -> Self {
        Self { product: OfferId::from_uuid(item.product.uuid()), quantity: item.quantity }
    }
}

/// A product or package.
#[derive(Clone, Debug, Object)]
pub(super) struct OfferOut {
    /// `prd_…` or `pkg_…`.
    pub(super) id: String,
    pub(super) slug: String,
    pub(super) name: String,
    pub(super) summary: String,
    /// Markdown.
    pub(super) description: String,
    pub(super) price: Money,
    /// `draft`, `active` or `archived`.
    pub(super) status: String,
    /// Whether it can be bought now: `open`, `not_yet`, `over`, `sold_out`, `archived`, or `hidden`.
    pub(super) availability: String,
    pub(super) featured: bool,
    pub(super) position: i32,
    pub(super) stock: Option<i32>,
    pub(super) per_client: Option<i32>,
    pub(super) sale_from: Option<Instant>,
    pub(super) sale_until: Option<Instant>,
    /// What a product gives.
    pub(super) grants: Vec<GrantDoc>,
    /// What a package holds.
    pub(super) items: Vec<ItemDoc>,
    pub(super) created_at: Instant,
    pub(super) updated_at: Instant,
}

impl OfferOut {
    pub(super) fn of(offer: &Offer, ctx: &kernel::Ctx) -> Self {
        let row = offer.row.clone();
        let item = |item: &crate::model::Item| ItemDoc {
            product: ProductId::from_uuid(item.product.uuid()),
            quantity: item.quantity,
        };
        Self {
            id: offer.public_id(),
            price: offer.price(),
            status: row.status.to_string(),
            availability: offer.availability(ctx.now(), ctx.tenant().currency).code().into(),
            slug: row.slug,
            name: row.name,
            summary: row.summary,
            description: row.description,
            featured: row.featured,
            position: row.position,
            stock: row.stock,
            per_client: row.per_client,
            sale_from: row.sale_from,
            sale_until: row.sale_until,
            grants: offer.grants.iter().map(GrantDoc::of).collect(),
            items: offer.items.iter().map(item).collect(),
            created_at: row.created_at,
            updated_at: row.updated_at,
        }
    }
}

/// A page of products or packages.
#[derive(Clone, Debug, Object)]
pub(super) struct OfferList {
    pub(super) items: Vec<OfferOut>,
    /// Where the next page begins; none: this is the last one.
    pub(super) next_cursor: Option<String>,
}

/// Somebody buys one offer. There is no amount in it.
#[derive(Clone, Debug, Object)]
pub(super) struct CheckoutIn {
    /// Name of the product or package in the URL.
    pub(super) offer: String,
    #[oai(validator(min_length = 1, max_length = 120))]
    pub(super) name: String,
    pub(super) email: String,
    /// `manual` or `sandbox`; left out: the first way there is.
    pub(super) method: Option<String>,
}

/// What was bought, and how it goes on.
#[derive(Clone, Debug, Object)]
pub(super) struct CheckoutOut {
    pub(super) order: OrderId,
    pub(super) number: i64,
    pub(super) status: String,
    pub(super) total: Money,
    /// Absolute link to the receipt.
    pub(super) receipt: String,
    /// Where the buyer goes on: the provider's page, or the receipt.
    pub(super) next: String,
}

/// A lot of credits.
#[derive(Clone, Debug, Object)]
pub(super) struct LotOut {
    pub(super) id: LotId,
    /// What was bought.
    pub(super) name: String,
    pub(super) credits: i32,
    pub(super) expires_at: Option<Instant>,
}

/// A line of the history.
#[derive(Clone, Debug, Object)]
pub(super) struct MovementOut {
    pub(super) at: Instant,
    /// `grant`, `spend`, `refund`, `expire` or `revoke`.
    pub(super) kind: String,
    pub(super) reason: String,
    /// Credits that came (+) or went (-).
    pub(super) amount: i64,
}

/// A client's credits.
#[derive(Clone, Debug, Object)]
pub(super) struct CreditsOut {
    /// Whose; none: the one who asks is no client here.
    pub(super) client: Option<ClientId>,
    /// What can be spent now.
    pub(super) credits: i64,
    pub(super) next_expiry: Option<Instant>,
    /// How many expire then.
    pub(super) expiring: i64,
    /// In the order in which they are spent.
    pub(super) lots: Vec<LotOut>,
    /// The newest first.
    pub(super) history: Vec<MovementOut>,
    /// Where the history goes on.
    pub(super) next_cursor: Option<String>,
}
