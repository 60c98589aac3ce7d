use events::Money;
use kernel::{Layout, Text, View};
use serde::Serialize;

use super::{LineView, money};

/// `/pay/sandbox/{token}`: the pay page of the sandbox; the template is the look's own.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct SandboxPage {
    pub(crate) business: String,
    pub(crate) total: Money,
    pub(crate) lines: Vec<LineView>,
    /// Whether the bank asks (3-D Secure).
    pub(crate) challenge: bool,
    /// Whether the card is saved, so that how it behaves later is asked.
    pub(crate) saves: bool,
    /// Whether nothing is paid, and the card is all that is wanted.
    pub(crate) setup: bool,
    pub(crate) action: String,
    pub(crate) cancel_href: Option<String>,
}

impl View for SandboxPage {
    const TEMPLATE: &'static str = "web/sandbox_pay";
    const LAYOUT: Layout = Layout::Bare;
    fn title(&self) -> Text {
        Text::key("web-sandbox-title")
    }
    fn samples() -> Vec<Self> {
        let pay = Self {
            business: "Northside".into(),
            total: money(30_700),
            lines: LineView::samples(),
            challenge: false,
            saves: true,
            setup: false,
            action: "/northside/pay/sandbox/t".into(),
            cancel_href: Some("/northside/order/t".into()),
        };
        let plain = Self { saves: false, ..pay.clone() };
        let setup = Self { setup: true, total: money(0), ..pay.clone() };
        vec![Self { challenge: true, cancel_href: None, ..pay.clone() }, plain, setup, pay]
    }
}
