//! What the mails say.

use billing::Order;
use events::{Instant, Money};
use kernel::{
    Ctx,
    mail::{Draft, MailDef, MailView},
};
use serde::Serialize;

use crate::{
    model::VoucherRow,
    views::{moment, money},
};

/// All mails, for the host.
pub(crate) fn definitions() -> Vec<MailDef> {
    vec![MailDef::of::<VoucherMail>(), MailDef::of::<VoucherBoughtMail>()]
}

/// To whom a gift voucher is for.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct VoucherMail {
    pub(crate) business: String,
    /// Who gave it; empty: the business.
    pub(crate) from: String,
    /// Empty: not known.
    pub(crate) name: String,
    pub(crate) message: String,
    pub(crate) code: String,
    pub(crate) amount: Money,
    pub(crate) expires_at: Option<Instant>,
    /// Its page, to be printed.
    pub(crate) link: String,
    /// Where it can be spent.
    pub(crate) shop: String,
}

impl VoucherMail {
    pub(crate) fn of(ctx: &Ctx, voucher: &VoucherRow, from: String) -> Self {
        Self {
            business: ctx.tenant().name.clone(),
            from,
            name: voucher.recipient_name.clone(),
            message: voucher.message.clone(),
            code: voucher.code.clone(),
            amount: voucher.left(),
            expires_at: voucher.expires_at,
            link: ctx.link(&format!("/voucher/{}", voucher.code)),
            shop: ctx.link("/buy"),
        }
    }
    /// The mail, once for each voucher.
    pub(crate) fn draft(self, voucher: &VoucherRow) -> Draft {
        Draft {
            key: format!("voucher/{}", voucher.id),
            template: Self::TEMPLATE,
            data: serde_json::to_value(self).unwrap_or_default(),
            to_email: voucher.recipient_email.clone(),
            to_name: voucher.recipient_name.clone(),
            client: None,
            attachments: Vec::new(),
        }
    }
}

impl MailView for VoucherMail {
    const TEMPLATE: &'static str = "packages/voucher";
    fn samples() -> Vec<Self> {
        let full = Self {
            business: "Anna Fit".into(),
            from: "Sam Reed".into(),
            name: "Kim".into(),
            message: "Happy birthday!".into(),
            code: "7KQ2-M0XD-94TB".into(),
            amount: money(5_000),
            expires_at: Some(moment()),
            link: "https://example.com/anna-fit/voucher/7KQ2-M0XD-94TB".into(),
            shop: "https://example.com/anna-fit/buy".into(),
        };
        let bare = Self {
            from: String::new(),
            name: String::new(),
            message: String::new(),
            expires_at: None,
            ..full.clone()
        };
        vec![full, bare]
    }
}

/// A voucher in the mail to its buyer.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct BoughtVoucher {
    pub(crate) code: String,
    pub(crate) amount: Money,
    pub(crate) link: String,
}

/// To who bought vouchers.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct VoucherBoughtMail {
    pub(crate) business: String,
    pub(crate) name: String,
    pub(crate) vouchers: Vec<BoughtVoucher>,
    /// Whether the recipient is told by the platform.
    pub(crate) recipient: Option<String>,
    /// When; `None`: at once.
    pub(crate) send_at: Option<Instant>,
    pub(crate) expires_at: Option<Instant>,
}

impl VoucherBoughtMail {
    pub(crate) fn of(ctx: &Ctx, order: &Order, all: &[VoucherRow]) -> Self {
        let one = |voucher: &VoucherRow| BoughtVoucher {
            code: voucher.code.clone(),
            amount: voucher.left(),
            link: ctx.link(&format!("/voucher/{}", voucher.code)),
        };
        let first = all.first();
        Self {
            business: ctx.tenant().name.clone(),
            name: order.client_name.clone(),
            vouchers: all.iter().map(one).collect(),
            recipient: first.map(|voucher| voucher.recipient_email.clone()).filter(|email| !email.is_empty()),
            send_at: first.and_then(|voucher| voucher.send_at),
            expires_at: first.and_then(|voucher| voucher.expires_at),
        }
    }
    /// The mail, once for each order.
    pub(crate) fn draft(self, order: &Order) -> Draft {
        Draft {
            key: format!("voucher-bought/{}", order.id),
            template: Self::TEMPLATE,
            data: serde_json::to_value(self).unwrap_or_default(),
            to_email: order.client_email.clone(),
            to_name: order.client_name.clone(),
            client: Some(order.client_id),
            attachments: Vec::new(),
        }
    }
}

impl MailView for VoucherBoughtMail {
    const TEMPLATE: &'static str = "packages/voucher_bought";
    fn samples() -> Vec<Self> {
        let one = BoughtVoucher {
            code: "7KQ2-M0XD-94TB".into(),
            amount: money(5_000),
            link: "https://example.com/anna-fit/voucher/7KQ2-M0XD-94TB".into(),
        };
        let later = Self {
            business: "Anna Fit".into(),
            name: "Sam Reed".into(),
            vouchers: vec![one.clone(), one],
            recipient: Some("kim@example.com".into()),
            send_at: Some(moment()),
            expires_at: Some(moment()),
        };
        let now = Self { send_at: None, ..later.clone() };
        vec![Self { recipient: None, send_at: None, expires_at: None, ..later.clone() }, now, later]
    }
}
