//! The published language: typed ids, instants, money and the events that modules tell each other.
//!
//! **Purpose.** Modules never depend on each other; what one may know of another stands here as plain data.
//!
//! **Words.** An [`Event`] is something that happened, named `thing.past_participle`, with a version that grows
//! when its fields change. An [`Id`] is a UUID (version 7) with a prefix that says what it names.
//!
//! **Invariants.** No behaviour, no I/O. A published field is never renamed or removed within a version.

mod api_types;
pub mod appointments;
pub mod billing;
mod id;
mod money;
pub mod packages;
mod subscriptions;
mod time;

pub use id::{Id, IdError, Kind, kinds};
pub use money::{Currency, CurrencyError, Money};
pub use time::Instant;

/// A tenant: one coach business.
pub type TenantId = Id<kinds::Tenant>;
/// An identity that signs in; one across all tenants.
pub type AccountId = Id<kinds::Account>;
/// A person of a tenant's staff (owner, admin or coach).
pub type MemberId = Id<kinds::Member>;
/// A person whom a tenant serves.
pub type ClientId = Id<kinds::Client>;
/// Something bookable one to one.
pub type AppointmentTypeId = Id<kinds::AppointmentType>;
/// One appointment of one client with one coach.
pub type BookingId = Id<kinds::Booking>;
/// A stretch of a coach's time that is taken.
pub type BlockId = Id<kinds::Block>;
/// A slot with several seats while somebody sits there.
pub type SharedSlotId = Id<kinds::SharedSlot>;
/// A stretch of time in which nothing is offered.
pub type BlackoutId = Id<kinds::Blackout>;
/// A note of staff on a booking.
pub type NoteId = Id<kinds::Note>;
/// A step in the history of a booking.
pub type StepId = Id<kinds::Step>;
/// A private calendar address.
pub type FeedId = Id<kinds::Feed>;
/// One thing sold.
pub type ProductId = Id<kinds::Product>;
/// A bundle of products sold as one.
pub type PackageId = Id<kinds::Package>;
/// What a client bought.
pub type OrderId = Id<kinds::Order>;
/// One line of an order.
pub type OrderLineId = Id<kinds::OrderLine>;
/// A payment of an order.
pub type PaymentId = Id<kinds::Payment>;
/// A refund of an order.
pub type RefundId = Id<kinds::Refund>;
/// A plan: something sold again and again.
pub type PlanId = Id<kinds::Plan>;
/// A client's subscription.
pub type SubscriptionId = Id<kinds::Subscription>;
/// What a client saved to pay with.
pub type SavedMethodId = Id<kinds::SavedMethod>;
/// A dispute of a payment.
pub type DisputeId = Id<kinds::Dispute>;
/// A rate of tax.
pub type TaxRateId = Id<kinds::TaxRate>;
/// A coupon.
pub type CouponId = Id<kinds::Coupon>;
/// A gift voucher.
pub type VoucherId = Id<kinds::Voucher>;
/// A file of an offer.
pub type OfferFileId = Id<kinds::OfferFile>;
/// A lot of credits: one source, one expiry.
pub type LotId = Id<kinds::Lot>;
/// A published event.
pub type EventId = Id<kinds::Event>;
/// A mail to one person.
pub type MailId = Id<kinds::Mail>;
/// A background job.
pub type JobId = Id<kinds::Job>;
/// An installed automation.
pub type AutomationId = Id<kinds::Automation>;
/// One run of an automation.
pub type RunId = Id<kinds::Run>;

/// Something that happened, as other modules, automations and webhooks may learn it.
///
/// The JSON of the struct is the published form.
pub trait Event: serde::Serialize + serde::de::DeserializeOwned + Send + Sync + 'static {
    /// Name as published, for example `booking.confirmed`.
    const NAME: &'static str;
    /// The feature module that publishes it, or `platform`: while that is off, nobody is told.
    const MODULE: &'static str;
    /// Grows when a field is added, changes meaning or goes.
    const VERSION: i32;
    /// A sample with every field filled, for documents, schema snapshots and dry runs.
    fn sample() -> Self;
}

/// An entry of the [`catalogue`].
#[derive(Clone, Debug, PartialEq)]
pub struct Published {
    /// Name of the event.
    pub name: &'static str,
    /// The feature module that publishes it, or `platform`.
    pub module: &'static str,
    /// Its present version.
    pub version: i32,
    /// A sample with every field filled.
    pub sample: serde_json::Value,
}

/// The catalogue of published events.
#[must_use]
pub fn catalogue() -> Vec<Published> {
    fn entry<E: Event>() -> Published {
        let sample = serde_json::to_value(E::sample()).unwrap_or_default();
        Published { name: E::NAME, module: E::MODULE, version: E::VERSION, sample }
    }
    vec![
        entry::<appointments::BookingConfirmed>(),
        entry::<appointments::BookingCancelled>(),
        entry::<appointments::BookingRequested>(),
        entry::<appointments::BookingHeld>(),
        entry::<appointments::BookingDeclined>(),
        entry::<appointments::BookingExpired>(),
        entry::<appointments::BookingRescheduled>(),
        entry::<appointments::BookingCompleted>(),
        entry::<appointments::BookingNoShow>(),
        entry::<appointments::BookingRated>(),
        entry::<billing::OrderPaid>(),
        entry::<billing::OrderRefunded>(),
        entry::<billing::OrderUndone>(),
        entry::<billing::DisputeOpened>(),
        entry::<billing::DisputeClosed>(),
        entry::<billing::SubscriptionStarted>(),
        entry::<billing::SubscriptionRenewed>(),
        entry::<billing::SubscriptionPaymentFailed>(),
        entry::<billing::SubscriptionPaused>(),
        entry::<billing::SubscriptionResumed>(),
        entry::<billing::SubscriptionChanged>(),
        entry::<billing::SubscriptionEnded>(),
        entry::<packages::CreditsGranted>(),
        entry::<packages::CreditsExpiring>(),
        entry::<packages::OfferChanged>(),
    ]
}
