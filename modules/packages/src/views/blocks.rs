use events::Instant;
use kernel::Block;
use serde::Serialize;

use super::{Card, FileRow, LotView, moment};
use crate::model::Availability;

/// Offers on the public page.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct OffersBlock {
    pub(crate) offers: Vec<Card>,
    /// Whether there are more than are shown.
    pub(crate) more: bool,
}

/// The client's credits on their home.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct CreditsCard {
    pub(crate) credits: i64,
    pub(crate) expiring: i64,
    pub(crate) next_expiry: Option<Instant>,
    pub(crate) buy: bool,
}

/// A client's credits, in the studio.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct ClientCard {
    pub(crate) path: String,
    pub(crate) credits: i64,
    pub(crate) expiring: i64,
    pub(crate) next_expiry: Option<Instant>,
}

/// What was handed out for an order, on its page in the studio.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct HandedOut {
    pub(crate) lots: Vec<LotView>,
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
impl HandedOut {
    pub(crate) fn block(&self) -> Block {
        block("packages/card_handed_out", self, 40)
    }
}

/// Credits that an order bought, on its page.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct OrderCredits {
    pub(crate) lots: Vec<LotView>,
}
impl OrderCredits {
    pub(crate) fn block(&self) -> Block {
        block("packages/card_bought_credits", self, 30)
    }
}

/// Files that an order bought, on its page.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct OrderFiles {
    pub(crate) files: Vec<FileRow>,
}
impl OrderFiles {
    pub(crate) fn block(&self) -> Block {
        block("packages/card_files", self, 20)
    }
}

/// All blocks, in every form.
pub(crate) fn samples() -> Vec<Block> {
    let offers = vec![
        Card::sample(Availability::Open, true),
        Card::free_sample(),
        Card::sample(Availability::SoldOut, false),
    ];
    let offers = [offers, Card::plan_samples()].concat();
    let credits = CreditsCard { credits: 9, expiring: 4, next_expiry: Some(moment()), buy: true };
    let path = "/studio/credits/cli_7".to_owned();
    let client = ClientCard { path: path.clone(), credits: 9, expiring: 4, next_expiry: Some(moment()) };
    let lot =
        |expires_at| LotView { name: "Kickstarter".into(), credits: 30, expires_at, pays_for: String::new() };
    let mut all = vec![super::YoursCard::sample().block(), super::VouchersCard::sample().block()];
    all.extend([
        OffersBlock { offers: offers.clone(), more: true }.block(),
        OrderFiles { files: vec![FileRow::sample()] }.block(),
        OffersBlock { offers, more: false }.block(),
        credits.block(),
        CreditsCard { credits: 0, expiring: 0, next_expiry: None, buy: false }.block(),
        client.block(),
        ClientCard { path, credits: 0, expiring: 0, next_expiry: None }.block(),
        OrderCredits { lots: vec![lot(Some(moment())), lot(None)] }.block(),
        HandedOut { lots: vec![lot(Some(moment())), lot(None)] }.block(),
    ]);
    all
}
