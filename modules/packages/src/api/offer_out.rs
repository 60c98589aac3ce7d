use events::{Instant, Money, ProductId};
use kernel::Ctx;
use poem_openapi::Object;

use super::offer_docs::{
    BumpDoc, DepositDoc, GrantDoc, InstalmentsDoc, ItemDoc, PictureDoc, PriceDoc, TaxDoc, TermsDoc,
};
use crate::model::Offer;

/// A product, package or plan.
#[derive(Clone, Debug, Object)]
pub(super) struct OfferOut {
    /// `prd_…`, `pkg_…` or `pln_…`.
    pub(super) id: String,
    pub(super) slug: String,
    pub(super) name: String,
    pub(super) summary: String,
    /// Markdown.
    pub(super) description: String,
    /// Of a plan: for one period.
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
    /// What it gives.
    pub(super) grants: Vec<GrantDoc>,
    /// What a package holds.
    pub(super) items: Vec<ItemDoc>,
    /// What makes it a plan.
    pub(super) terms: Option<TermsDoc>,
    pub(super) tax: Option<TaxDoc>,
    pub(super) deposit: Option<DepositDoc>,
    pub(super) instalments: Option<InstalmentsDoc>,
    /// Lines on its card.
    pub(super) extras: Vec<String>,
    /// Offers beside it at checkout.
    pub(super) bumps: Vec<BumpDoc>,
    pub(super) picture: Option<PictureDoc>,
    pub(super) created_at: Instant,
    pub(super) updated_at: Instant,
}

impl OfferOut {
    pub(super) fn of(offer: &Offer, ctx: &Ctx) -> Self {
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
            terms: offer.plan.as_ref().map(TermsDoc::of),
            deposit: offer.deposit().map(Into::into),
            instalments: offer.instalments().map(Into::into),
            bumps: offer.bumps.iter().map(BumpDoc::of).collect(),
            grants: offer.grants.iter().map(GrantDoc::of).collect(),
            items: offer.items.iter().map(item).collect(),
            tax: tax(offer),
            picture: offer.picture_path().map(|path| PictureDoc { url: ctx.link(&path), alt: row.image_alt }),
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
            extras: row.extras,
            created_at: row.created_at,
            updated_at: row.updated_at,
        }
    }
}

fn tax(offer: &Offer) -> Option<TaxDoc> {
    let (tax, rate) = offer.tax.as_ref().zip(offer.row.tax_rate_id)?;
    Some(TaxDoc { rate, name: tax.name.clone(), bp: tax.bp, inclusive: tax.inclusive })
}

/// A page of offers.
#[derive(Clone, Debug, Object)]
pub(super) struct OfferList {
    pub(super) items: Vec<OfferOut>,
    /// Where the next page begins; none: this is the last one.
    pub(super) next_cursor: Option<String>,
}

/// What an offer has cost, the newest first.
#[derive(Clone, Debug, Object)]
pub(super) struct PriceList {
    pub(super) items: Vec<PriceDoc>,
}
