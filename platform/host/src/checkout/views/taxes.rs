use billing::TaxRate;
use kernel::{FormState, Layout, Text, View};
use serde::Serialize;

use crate::checkout::words::rate;

/// A rate of tax in the list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct RateView {
    pub(crate) id: String,
    pub(crate) name: String,
    /// In percent: `7.5`.
    pub(crate) rate: String,
    pub(crate) archived: bool,
}

/// `/studio/offers/taxes`: the rates of tax.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct TaxRatesPage {
    pub(crate) rates: Vec<RateView>,
    pub(crate) form: FormState,
}

impl TaxRatesPage {
    pub(crate) fn of(rates: &[TaxRate], form: FormState) -> Self {
        let view = |one: &TaxRate| RateView {
            id: one.id.to_string(),
            name: one.name.clone(),
            rate: rate(one.bp),
            archived: one.archived_at.is_some(),
        };
        Self { rates: rates.iter().map(view).collect(), form }
    }
}

impl View for TaxRatesPage {
    const TEMPLATE: &'static str = "checkout/tax_rates";
    const LAYOUT: Layout = Layout::Studio;
    fn title(&self) -> Text {
        Text::key("checkout-taxes-title")
    }
    fn samples() -> Vec<Self> {
        let rate =
            |archived| RateView { id: "tax_1".into(), name: "VAT".into(), rate: "20".into(), archived };
        let form = FormState::default();
        vec![Self { rates: vec![rate(false), rate(true)], form: form.clone() }, Self { rates: vec![], form }]
    }
}
