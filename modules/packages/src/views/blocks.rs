use events::{Instant, Money};
use kernel::Block;
use serde::Serialize;

use super::{Card, moment, money, studio::StudioOrderRow};
use crate::model::Availability;

/// Offers on the public page.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct OffersBlock {
    pub(crate) offers: Vec<Card>,
    /// Whether there are more than are shown.
    pub(crate) more: bool,
}

/// This month's revenue on the studio's dashboard.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct RevenueCard {
    pub(crate) revenue: Money,
    pub(crate) orders: i64,
    /// Against the month before, in percent; none when there was nothing then.
    pub(crate) change: Option<i64>,
    /// Whether there is a change to tell; zero is one.
    pub(crate) has_change: bool,
    /// Orders that wait for a transfer.
    pub(crate) waiting: i64,
}

/// The client's credits on their home.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct CreditsCard {
    pub(crate) credits: i64,
    pub(crate) expiring: i64,
    pub(crate) next_expiry: Option<Instant>,
    pub(crate) buy: bool,
}

/// A client's credits and latest orders, in the studio.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct ClientCard {
    pub(crate) credits: i64,
    pub(crate) next_expiry: Option<Instant>,
    pub(crate) orders: Vec<StudioOrderRow>,
}

/// Makes a block of plain data.
fn block(template: &'static str, data: &impl Serialize, order: i32) -> Block {
    Block { template, data: serde_json::to_value(data).unwrap_or_default(), order }
}

impl OffersBlock {
    pub(crate) fn block(&self) -> Block {
        block("packages/block_offers", self, 40)
    }
}
impl RevenueCard {
    pub(crate) fn block(&self) -> Block {
        block("packages/card_revenue", self, 40)
    }
}
impl CreditsCard {
    pub(crate) fn block(&self) -> Block {
        block("packages/card_credits", self, 40)
    }
}
impl ClientCard {
    pub(crate) fn block(&self) -> Block {
        block("packages/card_client", self, 40)
    }
}

/// All blocks, in every form.
pub(crate) fn samples() -> Vec<Block> {
    let offers = vec![
        Card::sample(Availability::Open, true),
        Card::free_sample(),
        Card::sample(Availability::SoldOut, false),
    ];
    let revenue =
        RevenueCard { revenue: money(1_234_500), orders: 12, change: Some(-8), has_change: true, waiting: 2 };
    let credits = CreditsCard { credits: 9, expiring: 4, next_expiry: Some(moment()), buy: true };
    let client = ClientCard { credits: 9, next_expiry: Some(moment()), orders: StudioOrderRow::samples() };
    vec![
        OffersBlock { offers: offers.clone(), more: true }.block(),
        OffersBlock { offers, more: false }.block(),
        revenue.block(),
        RevenueCard { orders: 0, change: None, has_change: false, waiting: 0, ..revenue }.block(),
        credits.block(),
        CreditsCard { credits: 0, expiring: 0, next_expiry: None, buy: false }.block(),
        client.block(),
        ClientCard { credits: 0, next_expiry: None, orders: vec![] }.block(),
    ]
}
