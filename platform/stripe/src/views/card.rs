use billing::{ElementStart, SavedMethod};
use events::Money;
use kernel::{Layout, Text, View};
use serde::Serialize;

use super::money;

/// `/order/{token}/card`: the card form on our own page.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct CardPage {
    pub(crate) business: String,
    pub(crate) number: i64,
    pub(crate) token: String,
    pub(crate) due: Money,
    pub(crate) start: ElementStart,
    /// Where the buyer comes back to, absolute.
    pub(crate) return_url: String,
    /// The language of the form.
    pub(crate) locale: String,
    pub(crate) test: bool,
    pub(crate) saved: Vec<SavedLine>,
}

/// Something saved that the buyer can pay with.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct SavedLine {
    id: String,
    label: String,
}

impl SavedLine {
    pub(crate) fn of(saved: &SavedMethod) -> Self {
        Self { id: saved.id.to_string(), label: saved.label() }
    }
}

impl View for CardPage {
    const TEMPLATE: &'static str = "stripe/card";
    const LAYOUT: Layout = Layout::Public;
    fn title(&self) -> Text {
        Text::key("stripe-card-title").arg("number", self.number)
    }
    fn samples() -> Vec<Self> {
        let start = ElementStart {
            script: "https://js.stripe.com/v3/".into(),
            publishable_key: "pk_test_1".into(),
            account: String::new(),
            client_secret: "pi_1_secret_1".into(),
        };
        let page = Self {
            business: "Northside".into(),
            number: 1001,
            token: "t".into(),
            due: money(29_700),
            start,
            return_url: "https://example.com/northside/order/t/back".into(),
            locale: "en".into(),
            test: true,
            saved: Vec::new(),
        };
        let saved = SavedLine { id: "pmt_1".into(), label: "Visa •• 4242".into() };
        vec![Self { saved: vec![saved], test: false, ..page.clone() }, page]
    }
}

/// `/order/{token}/back`, while nobody knows yet whether the money came.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct WaitPage {
    pub(crate) number: i64,
    pub(crate) token: String,
    pub(crate) email: String,
    pub(crate) due: Money,
    /// The provider knows of it and says that it takes its time.
    pub(crate) on_its_way: bool,
    /// This page again.
    pub(crate) here: String,
}

impl View for WaitPage {
    const TEMPLATE: &'static str = "stripe/wait";
    const LAYOUT: Layout = Layout::Public;
    fn title(&self) -> Text {
        Text::key("stripe-wait-title").arg("number", self.number)
    }
    fn samples() -> Vec<Self> {
        let page = |on_its_way| Self {
            number: 1001,
            token: "t".into(),
            email: "sam@example.com".into(),
            due: money(29_700),
            on_its_way,
            here: "/northside/order/t/back".into(),
        };
        vec![page(false), page(true)]
    }
}
