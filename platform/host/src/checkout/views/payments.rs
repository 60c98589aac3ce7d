use billing::Settings;
use kernel::{FormState, Layout, Text, View};
use serde::Serialize;

/// `/studio/offers/payments`: how clients can pay, and who sells.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct StudioPaymentsPage {
    /// Whether the installation has a sandbox to switch.
    pub(crate) has_sandbox: bool,
    /// Whether this business can take cards, and so has something to switch.
    pub(crate) has_card: bool,
    /// Whether the installation could take cards for it, were it connected.
    pub(crate) may_connect: bool,
    pub(crate) manual_on: bool,
    pub(crate) sandbox_on: bool,
    pub(crate) card_on: bool,
    pub(crate) instructions: String,
    pub(crate) days: i32,
    pub(crate) seller_name: String,
    pub(crate) seller_address: String,
    pub(crate) seller_tax_id: String,
    pub(crate) invoice_note: String,
    pub(crate) form: FormState,
}

impl StudioPaymentsPage {
    pub(crate) fn of(settings: Settings, form: FormState) -> Self {
        let providers = billing::installed();
        Self {
            has_sandbox: providers.sandbox().is_some(),
            has_card: settings.card_ready && providers.has(billing::Method::Stripe),
            may_connect: providers.has(billing::Method::Stripe),
            manual_on: settings.manual_on,
            sandbox_on: settings.sandbox_on,
            card_on: settings.card_on,
            instructions: settings.manual_instructions,
            days: settings.manual_days,
            seller_name: settings.seller_name,
            seller_address: settings.seller_address,
            seller_tax_id: settings.seller_tax_id,
            invoice_note: settings.invoice_note,
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
        let page = Self {
            has_sandbox: true,
            has_card: true,
            may_connect: true,
            ..Self::of(on, FormState::default())
        };
        vec![Self { has_sandbox: false, has_card: false, ..page.clone() }, page]
    }
}
