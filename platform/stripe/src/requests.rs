//! What is asked of Stripe, as its generated calls.

use std::collections::HashMap;

use billing::{Order, Payment, Refund, ToSave, Try, subscriptions::Subscription};
use events::{ClientId, Currency, Instant};
use kernel::Ctx;
use stripe_checkout::checkout_session::{
    CreateCheckoutSession, CreateCheckoutSessionLineItems as Item,
    CreateCheckoutSessionLineItemsPriceData as PriceData,
    CreateCheckoutSessionPaymentIntentData as IntentData,
    CreateCheckoutSessionPaymentIntentDataSetupFutureUsage as SaveFor,
    CreateCheckoutSessionSetupIntentData as SetupData,
    CreateCheckoutSessionSubscriptionData as SubscriptionData, ProductData,
};
use stripe_core::{
    customer::CreateCustomer,
    payment_intent::{
        CreatePaymentIntent, CreatePaymentIntentAutomaticPaymentMethods, CreatePaymentIntentOffSession,
    },
    refund::CreateRefund,
};
use stripe_shared::{CheckoutSessionMode, PaymentIntentSetupFutureUsage};

use crate::{
    call::{Prepared, Trouble},
    model,
};

/// Seconds that a session of Stripe's must at least be open, with some for the way, and may at most.
const SHORTEST: i64 = 31 * 60;
const LONGEST: i64 = 23 * 3600;
/// The longest description that fits everywhere.
const TITLE: usize = 200;

/// A payment to be begun.
pub(crate) struct Wanted<'a> {
    pub(crate) ctx: &'a Ctx,
    pub(crate) order: &'a Order,
    pub(crate) turn: &'a Try,
    /// What is bought with what is paid for it; empty: it is paid as one.
    pub(crate) lines: Vec<(String, i64)>,
    pub(crate) customer: Option<String>,
    /// Whether what it is paid with is to be saved, for later instalments.
    pub(crate) saves: bool,
    /// Hundredths of a percent.
    pub(crate) fee: u32,
}

impl Wanted<'_> {
    /// What the objects carry at Stripe, to be found again.
    pub(crate) fn tags(&self) -> HashMap<String, String> {
        HashMap::from([
            ("tenant".to_owned(), self.ctx.tenant().id.to_string()),
            ("order".to_owned(), self.order.id.to_string()),
            ("due".to_owned(), self.turn.due.to_string()),
            ("number".to_owned(), self.order.number.to_string()),
        ])
    }
    fn title(&self) -> String {
        let name = &self.ctx.tenant().name;
        format!("{name} #{}", self.order.number).chars().take(TITLE).collect()
    }
    /// On Stripe's own page.
    ///
    /// Invariant: nothing in it depends on when it is asked, so that it is the same call however often it is made.
    pub(crate) fn session(&self) -> Result<Prepared, Trouble> {
        let currency = currency_of(self.order.currency)?;
        let items = items(&self.lines, self.amount()?, &self.title());
        let items: Vec<Item> =
            items.into_iter().map(|(name, amount)| item(&currency, name, amount)).collect();
        let mut intent = IntentData::new();
        intent.application_fee_amount = model::fee_of(self.turn.amount, self.fee);
        intent.description = Some(self.title());
        intent.metadata = Some(self.tags());
        intent.setup_future_usage = self.saves.then_some(SaveFor::OffSession);
        let own = self.order.own_path();
        let mut request = CreateCheckoutSession::new()
            .mode(CheckoutSessionMode::Payment)
            .line_items(items)
            .payment_intent_data(intent)
            .metadata(self.tags())
            .client_reference_id(self.order.id.to_string())
            .expires_at(closes(self.turn.created_at, self.order.expires_at).timestamp().as_second())
            .success_url(format!("{}/back?session={{CHECKOUT_SESSION_ID}}", self.ctx.link(&own)))
            .cancel_url(self.ctx.link(&own));
        request = match &self.customer {
            Some(customer) => request.customer(customer.as_str()),
            None => request.customer_email(self.order.client_email.as_str()),
        };
        Ok(Prepared::of(&request))
    }
    /// A subscription that Stripe renews, on its own page.
    pub(crate) fn subscription(&self, sub: &Subscription, price: &str) -> Prepared {
        let mut data = SubscriptionData::new();
        let mut tags = self.tags();
        tags.insert("subscription".to_owned(), sub.id.to_string());
        data.metadata = Some(tags.clone());
        data.description = Some(self.title());
        data.application_fee_percent = (self.fee > 0).then(|| f64::from(self.fee) / 100.0);
        let mut item = Item::new();
        item.price = Some(price.to_owned());
        item.quantity = Some(1);
        let own = self.order.own_path();
        let request = CreateCheckoutSession::new()
            .mode(CheckoutSessionMode::Subscription)
            .line_items(vec![item])
            .subscription_data(data)
            .metadata(tags)
            .client_reference_id(self.order.id.to_string())
            .expires_at(closes(self.turn.created_at, self.order.expires_at).timestamp().as_second())
            .success_url(format!("{}/back?session={{CHECKOUT_SESSION_ID}}", self.ctx.link(&own)))
            .cancel_url(self.ctx.link(&own));
        let request = match &self.customer {
            Some(customer) => request.customer(customer.as_str()),
            None => request.customer_email(self.order.client_email.as_str()),
        };
        Prepared::of(&request)
    }
    /// Nothing is paid: something is saved to pay with later, on Stripe's own page.
    pub(crate) fn setup(&self) -> Result<Prepared, Trouble> {
        let customer = self.customer.as_deref().unwrap_or_default();
        let own = self.order.own_path();
        let request = saving(self.tags(), customer, self.order.currency)?
            .client_reference_id(self.order.id.to_string())
            .expires_at(closes(self.turn.created_at, self.order.expires_at).timestamp().as_second())
            .success_url(format!("{}/back?session={{CHECKOUT_SESSION_ID}}", self.ctx.link(&own)))
            .cancel_url(self.ctx.link(&own));
        Ok(Prepared::of(&request))
    }
    /// By the card form.
    pub(crate) fn intent(&self) -> Result<Prepared, Trouble> {
        let request = self.bare_intent()?;
        let request =
            request.automatic_payment_methods(CreatePaymentIntentAutomaticPaymentMethods::new(true));
        let later = PaymentIntentSetupFutureUsage::OffSession;
        let request = if self.saves { request.setup_future_usage(later) } else { request };
        Ok(Prepared::of(&request))
    }
    /// Without the buyer, with what they saved.
    pub(crate) fn off_session(&self, method: &str) -> Result<Prepared, Trouble> {
        let request = self.bare_intent()?;
        let request = request.payment_method(method).confirm(true);
        Ok(Prepared::of(&request.off_session(CreatePaymentIntentOffSession::Bool(true))))
    }

    fn bare_intent(&self) -> Result<CreatePaymentIntent, Trouble> {
        let currency = currency_of(self.order.currency)?;
        let mut request = CreatePaymentIntent::new(self.amount()?, currency)
            .description(self.title())
            .metadata(self.tags());
        if let Some(fee) = model::fee_of(self.turn.amount, self.fee) {
            request = request.application_fee_amount(fee);
        }
        if let Some(customer) = &self.customer {
            request = request.customer(customer.as_str());
        }
        Ok(request)
    }

    fn amount(&self) -> Result<i64, Trouble> {
        let amount = model::minor(self.turn.amount, self.order.currency);
        amount.ok_or_else(|| {
            Trouble::Refused("the last decimal of an amount in this currency must be zero".into())
        })
    }
}

/// A buyer, as Stripe keeps them.
pub(crate) fn customer(ctx: &Ctx, order: &Order) -> Prepared {
    person(ctx, order.client_id, &order.client_email, &order.client_name)
}

/// Somebody who bought nothing yet, as Stripe keeps them.
pub(crate) fn person(ctx: &Ctx, client: ClientId, email: &str, name: &str) -> Prepared {
    let tags =
        [("tenant".to_owned(), ctx.tenant().id.to_string()), ("client".to_owned(), client.to_string())];
    let request = CreateCustomer::new().email(email).name(name).metadata(HashMap::from(tags));
    Prepared::of(&request)
}

/// Stripe's page for saving something to pay with, for a customer.
pub(crate) fn setup(ctx: &Ctx, wanted: &ToSave<'_>, customer: &str) -> Result<Prepared, Trouble> {
    let mut tags = HashMap::from([
        ("tenant".to_owned(), ctx.tenant().id.to_string()),
        ("client".to_owned(), wanted.client.to_string()),
    ]);
    if let Some(subscription) = wanted.pays {
        tags.insert("subscription".to_owned(), subscription.to_string());
    }
    let back = wanted.back;
    let request = saving(tags, customer, ctx.tenant().currency)?
        .success_url(ctx.link(&format!("/pay/saved?to={back}&session={{CHECKOUT_SESSION_ID}}")))
        .cancel_url(ctx.link(back));
    Ok(Prepared::of(&request))
}

/// A session that saves something; what it makes carries the same tags.
fn saving(
    tags: HashMap<String, String>,
    customer: &str,
    currency: Currency,
) -> Result<CreateCheckoutSession, Trouble> {
    let mut data = SetupData::new();
    data.metadata = Some(tags.clone());
    Ok(CreateCheckoutSession::new()
        .mode(CheckoutSessionMode::Setup)
        .customer(customer)
        .currency(currency_of(currency)?)
        .setup_intent_data(data)
        .metadata(tags))
}

/// Money back of a payment.
pub(crate) fn refund(ctx: &Ctx, payment: &Payment, refund: &Refund, fee: bool) -> CreateRefund {
    let tags = [
        ("tenant".to_owned(), ctx.tenant().id.to_string()),
        ("order".to_owned(), refund.order_id.to_string()),
        ("refund".to_owned(), refund.id.to_string()),
    ];
    let request = CreateRefund::new()
        .payment_intent(payment.reference.as_str())
        .amount(refund.amount)
        .metadata(HashMap::from(tags));
    // Of the platform's part as much goes back in proportion.
    if fee { request.refund_application_fee(true) } else { request }
}

/// A currency as Stripe writes it.
pub(crate) fn currency_of(currency: Currency) -> Result<stripe_types::Currency, Trouble> {
    let code = currency.code().to_lowercase();
    code.parse().map_err(|_| Trouble::Refused(format!("Stripe does not take {currency}")))
}

fn item(currency: &stripe_types::Currency, name: String, amount: i64) -> Item {
    let mut price = PriceData::new(currency.clone());
    price.product_data = Some(ProductData::new(name));
    price.unit_amount = Some(amount);
    let mut item = Item::new();
    item.price_data = Some(price);
    item.quantity = Some(1);
    item
}

/// Lines that sum up to the amount to the cent: those of the order when they do, else one.
fn items(lines: &[(String, i64)], amount: i64, title: &str) -> Vec<(String, i64)> {
    let sum = lines.iter().try_fold(0_i64, |sum, (_, part)| sum.checked_add(*part));
    let named = lines.iter().filter(|(name, part)| *part > 0 && !name.trim().is_empty());
    let named: Vec<_> = named.map(|(name, part)| (name.chars().take(TITLE).collect(), *part)).collect();
    let kept: Option<i64> =
        named.iter().try_fold(0_i64, |sum: i64, (_, part): &(String, i64)| sum.checked_add(*part));
    if sum == Some(amount) && kept == sum && (1..=100).contains(&named.len()) {
        named
    } else {
        vec![(title.to_owned(), amount)]
    }
}

/// Until when a session is open: as long as the order waits, within Stripe's bounds.
fn closes(began: Instant, order: Option<Instant>) -> Instant {
    let (first, last) = (began.plus_seconds(SHORTEST), began.plus_seconds(LONGEST));
    order.map_or(last, |at| at.clamp(first, last))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(second: i64) -> Instant {
        Instant::new(jiff::Timestamp::from_second(second).unwrap())
    }

    #[test]
    fn a_session_is_open_as_long_as_stripe_allows() {
        assert_eq!(closes(at(0), Some(at(2_400))), at(2_400));
        assert_eq!(closes(at(0), Some(at(60))), at(SHORTEST));
        assert_eq!(closes(at(0), Some(at(900_000))), at(LONGEST));
        assert_eq!(closes(at(0), None), at(LONGEST));
    }

    #[test]
    fn instalments_are_one_line() {
        let lines = [("Ten classes".to_owned(), 9_000), ("Mat".to_owned(), 1_000)];
        assert_eq!(items(&lines, 10_000, "Northside #1"), lines);
        assert_eq!(items(&lines, 5_000, "Northside #1"), [("Northside #1".to_owned(), 5_000)]);
        let free = [("Ten classes".to_owned(), 9_000), ("Gift".to_owned(), 0)];
        assert_eq!(items(&free, 9_000, "Northside #1"), [("Ten classes".to_owned(), 9_000)]);
    }

    proptest! {
        #[test]
        fn lines_sum_up_to_what_is_paid(parts in proptest::collection::vec(("[a-z ]{0,9}", -5..1_000_i64), 0..120), amount in 1..100_000_i64) {
            let whole: i64 = parts.iter().map(|(_, part)| part).sum();
            for amount in [amount, whole.max(1)] {
                let items = items(&parts, amount, "title");
                prop_assert_eq!(items.iter().map(|(_, part)| part).sum::<i64>(), amount);
                prop_assert!((1..=100).contains(&items.len()) && items.iter().all(|(_, part)| *part > 0));
            }
        }
    }
}
