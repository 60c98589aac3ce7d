//! What the mails say.

use billing::Order;
use events::{Event, Instant, Money, packages::CreditsExpiring};
use kernel::{
    Ctx, Problem,
    mail::{Draft, MailDef, MailView},
};
use serde::Serialize;

use crate::{
    model::VoucherRow,
    views::{moment, money},
};

/// All mails, for the host.
pub(crate) fn definitions() -> Vec<MailDef> {
    vec![MailDef::of::<VoucherMail>(), MailDef::of::<VoucherBoughtMail>(), MailDef::of::<ExpiringMail>()]
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

/// To whom bought credits expire soon.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct ExpiringMail {
    business: String,
    name: String,
    credits: i32,
    /// What was bought.
    about: String,
    expires_at: Instant,
    /// Where they are spent.
    book: String,
    /// The client's credits.
    link: String,
}

impl ExpiringMail {
    pub(crate) fn of(ctx: &Ctx, event: &CreditsExpiring) -> Self {
        Self {
            business: ctx.tenant().name.clone(),
            name: event.client_name.clone(),
            credits: event.credits,
            about: event.name.clone(),
            expires_at: event.expires_at,
            book: ctx.link("/"),
            link: ctx.link("/me/credits"),
        }
    }
    /// The mail, once for each lot, and of no use any more once the credits are gone.
    pub(crate) fn draft(self, event: &CreditsExpiring) -> Result<Draft, Problem> {
        let mut data = serde_json::to_value(&self).map_err(Problem::internal)?;
        if let Some(fields) = data.as_object_mut() {
            fields.insert(kernel::mail::SEND_BEFORE.to_owned(), event.expires_at.to_string().into());
        }
        Ok(Draft {
            key: format!("credits-expiring/{}", event.lot),
            template: Self::TEMPLATE,
            data,
            to_email: event.client_email.clone(),
            to_name: event.client_name.clone(),
            client: Some(event.client),
            attachments: Vec::new(),
        })
    }
}

impl MailView for ExpiringMail {
    const TEMPLATE: &'static str = "packages/credits_expiring";
    fn samples() -> Vec<Self> {
        let event = CreditsExpiring::sample();
        let one = |credits| Self {
            business: "Anna Fit".into(),
            name: event.client_name.clone(),
            credits,
            about: event.name.clone(),
            expires_at: event.expires_at,
            book: "https://example.com/anna-fit/".into(),
            link: "https://example.com/anna-fit/me/credits".into(),
        };
        vec![one(1), one(4)]
    }
}
