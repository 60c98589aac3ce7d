use events::{Instant, Money};
use kernel::{Block, Ctx, FieldError, FormState, Layout, Text, View};
use serde::Serialize;

use super::Choice;
use crate::{
    model::{VoucherMove, VoucherRow, VoucherState},
    views::{moment, money},
};

fn state_label(code: &str) -> String {
    format!("packages-voucher-state-{code}")
}

/// A voucher in the studio.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct VoucherItem {
    pub(crate) id: String,
    pub(crate) code: String,
    pub(crate) left: Money,
    pub(crate) state: &'static str,
    pub(crate) state_label: String,
    pub(crate) name: String,
    pub(crate) email: String,
    pub(crate) message: String,
    pub(crate) made_at: Instant,
    pub(crate) send_at: Option<Instant>,
    pub(crate) expires_at: Option<Instant>,
    /// Path of the order that bought it.
    pub(crate) order: Option<String>,
}

impl VoucherItem {
    pub(crate) fn of(row: &VoucherRow, now: Instant) -> Self {
        let state = row.state(now);
        Self {
            id: row.id.to_string(),
            code: row.code.clone(),
            left: row.left(),
            state: state.code(),
            state_label: state_label(state.code()),
            name: row.recipient_name.clone(),
            email: row.recipient_email.clone(),
            message: row.message.clone(),
            made_at: row.created_at,
            send_at: row.send_at,
            expires_at: row.expires_at,
            order: row.order_id.map(|order| format!("/studio/orders/{order}")),
        }
    }
    fn sample(state: VoucherState) -> Self {
        Self {
            id: "vch_00000000000000000000000000000007".into(),
            code: "7KQ2-M0XD-94TB".into(),
            left: money(5_000),
            state: state.code(),
            state_label: state_label(state.code()),
            name: "Kim".into(),
            email: "kim@example.com".into(),
            message: "Happy birthday!".into(),
            made_at: moment(),
            send_at: Some(moment()),
            expires_at: Some(moment()),
            order: Some("/studio/orders/ord_00000000000000000000000000000005".into()),
        }
    }
    fn bare_sample() -> Self {
        Self {
            name: String::new(),
            email: String::new(),
            message: String::new(),
            send_at: None,
            expires_at: None,
            order: None,
            ..Self::sample(VoucherState::Active)
        }
    }
}

/// `/studio/coupons/vouchers`.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct VouchersPage {
    pub(crate) vouchers: Vec<VoucherItem>,
    pub(crate) next: Option<String>,
    pub(crate) search: String,
    pub(crate) states: Vec<Choice>,
    pub(crate) filtered: bool,
}

impl VouchersPage {
    pub(crate) fn states(chosen: &str) -> Vec<Choice> {
        let codes: Vec<&str> = VoucherState::ALL.iter().map(|state| state.code()).collect();
        Choice::codes(state_label, &codes, chosen)
    }
}

impl View for VouchersPage {
    const TEMPLATE: &'static str = "packages/studio_vouchers";
    const LAYOUT: Layout = Layout::Studio;
    fn title(&self) -> Text {
        Text::key("packages-vouchers-title")
    }
    fn samples() -> Vec<Self> {
        let mut vouchers: Vec<_> =
            VoucherState::ALL.iter().map(|state| VoucherItem::sample(*state)).collect();
        vouchers.push(VoucherItem::bare_sample());
        let full = Self {
            vouchers,
            next: Some("c".into()),
            search: "kim".into(),
            states: Self::states("active"),
            filtered: true,
        };
        let none = Self { vouchers: vec![], next: None, search: String::new(), ..full.clone() };
        vec![full, Self { filtered: false, ..none.clone() }, none]
    }
}

/// Something that happened to a voucher's money.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct MoveView {
    pub(crate) at: Instant,
    /// Key of what it was.
    pub(crate) label: &'static str,
    /// Above zero when it came.
    pub(crate) amount: Money,
    /// Path of its order.
    pub(crate) order: Option<String>,
}

impl MoveView {
    pub(crate) fn of(one: &VoucherMove, voucher: &VoucherRow) -> Self {
        let label = if one.source == voucher.source {
            "packages-voucher-move-made"
        } else if one.source.ends_with("/revoked") {
            "packages-voucher-move-revoked"
        } else if one.amount < 0 {
            "packages-voucher-move-paid"
        } else {
            "packages-voucher-move-back"
        };
        Self {
            at: one.at,
            label,
            amount: Money::new(one.amount, voucher.currency),
            order: one.order_id.map(|order| format!("/studio/orders/{order}")),
        }
    }
}

/// `/studio/coupons/vouchers/show/{id}`.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct StudioVoucherPage {
    pub(crate) voucher: VoucherItem,
    pub(crate) moves: Vec<MoveView>,
}

impl View for StudioVoucherPage {
    const TEMPLATE: &'static str = "packages/studio_voucher";
    const LAYOUT: Layout = Layout::Studio;
    fn title(&self) -> Text {
        Text::key("packages-voucher-title").arg("business", &self.voucher.code)
    }
    fn samples() -> Vec<Self> {
        let one = |label, amount, order: Option<&str>| MoveView {
            at: moment(),
            label,
            amount: money(amount),
            order: order.map(Into::into),
        };
        let moves = vec![
            one("packages-voucher-move-made", 5_000, None),
            one(
                "packages-voucher-move-paid",
                -500,
                Some("/studio/orders/ord_00000000000000000000000000000005"),
            ),
        ];
        vec![
            Self { voucher: VoucherItem::sample(VoucherState::Active), moves: moves.clone() },
            Self { voucher: VoucherItem::sample(VoucherState::Blocked), moves: moves.clone() },
            Self { voucher: VoucherItem::bare_sample(), moves },
        ]
    }
}

/// `/studio/coupons/vouchers/new`.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct VoucherFormPage {
    pub(crate) currency: String,
    pub(crate) form: FormState,
}

impl View for VoucherFormPage {
    const TEMPLATE: &'static str = "packages/studio_voucher_new";
    const LAYOUT: Layout = Layout::Studio;
    fn title(&self) -> Text {
        Text::key("packages-vouchers-new")
    }
    fn samples() -> Vec<Self> {
        let form = FormState::default().with("key", "k");
        let wrong = form.clone().with("amount", "0").wrong(&FieldError::new("amount", "coupon_amount"));
        [form, wrong].map(|form| Self { currency: "GBP".into(), form }).into()
    }
}

/// The vouchers that an order made, on its own page.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct YoursCard {
    pub(crate) vouchers: Vec<VoucherItem>,
}

impl YoursCard {
    /// Nothing when there is nothing to show; blocked vouchers are left out.
    pub(crate) fn of(vouchers: &[VoucherRow], now: Instant) -> Option<Self> {
        let open = vouchers.iter().filter(|row| row.state(now) != VoucherState::Blocked);
        let vouchers: Vec<_> = open.map(|row| VoucherItem::of(row, now)).collect();
        (!vouchers.is_empty()).then_some(Self { vouchers })
    }
    pub(crate) fn block(&self) -> Block {
        let data = serde_json::to_value(self).unwrap_or_default();
        Block { template: "packages/card_yours", data, order: 40 }
    }
    pub(crate) fn sample() -> Self {
        Self { vouchers: vec![VoucherItem::sample(VoucherState::Active), VoucherItem::bare_sample()] }
    }
}

/// The vouchers that an order made, on its page in the studio.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct VouchersCard {
    pub(crate) vouchers: Vec<VoucherItem>,
}

impl VouchersCard {
    pub(crate) fn of(ctx: &Ctx, all: &[VoucherRow]) -> Option<Self> {
        let vouchers: Vec<_> = all.iter().map(|row| VoucherItem::of(row, ctx.now())).collect();
        (!vouchers.is_empty()).then_some(Self { vouchers })
    }
    pub(crate) fn block(&self) -> Block {
        let data = serde_json::to_value(self).unwrap_or_default();
        Block { template: "packages/card_vouchers", data, order: 45 }
    }
    pub(crate) fn sample() -> Self {
        Self { vouchers: vec![VoucherItem::sample(VoucherState::Active), VoucherItem::bare_sample()] }
    }
}
