use billing::Settings;
use kernel::{FormState, Layout, Text, View};
use serde::Serialize;

/// `/studio/offers/payments`: how clients can pay.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct StudioPaymentsPage {
    /// Whether the installation has a sandbox to switch.
    pub(crate) has_sandbox: bool,
    pub(crate) manual_on: bool,
    pub(crate) sandbox_on: bool,
    pub(crate) instructions: String,
    pub(crate) days: i32,
    pub(crate) form: FormState,
}

impl StudioPaymentsPage {
    pub(crate) fn of(settings: Settings, form: FormState) -> Self {
        Self {
            has_sandbox: billing::installed().sandbox().is_some(),
            manual_on: settings.manual_on,
            sandbox_on: settings.sandbox_on,
            instructions: settings.manual_instructions,
            days: settings.manual_days,
            form,
        }
    }
}

impl View for StudioPaymentsPage {
    const TEMPLATE: &'static str = "checkout/studio_payments";
    const LAYOUT: Layout = Layout::Studio;
    fn title(&self) -> Text {
        Text::key("checkout-studio-payments-title")
    }
    fn samples() -> Vec<Self> {
        let on = Settings { manual_on: true, manual_instructions: "IBAN".into(), ..Settings::default() };
        let page = Self { has_sandbox: true, ..Self::of(on, FormState::default()) };
        vec![Self { has_sandbox: false, ..page.clone() }, page]
    }
}
