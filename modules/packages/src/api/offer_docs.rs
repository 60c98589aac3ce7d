//! The parts of which an offer consists, as the API writes them.

use events::{AppointmentTypeId, Money, OfferFileId, ProductId, TaxRateId};
use kernel::{CreditUse, Problem};
use poem_openapi::{Enum, Object};

use crate::model::{
    Bump, BumpInput, Deposit, Every, GrantSpec, Instalments, ItemInput, MayCancel, OfferId, OfferStatus,
    PartEvery, PlanTerms, bump_id, public_id,
};

/// An enum of the API for one of the model, variant by variant.
macro_rules! mirrored {
    ($(#[$meta:meta])* $name:ident of $model:ident { $($(#[$doc:meta])* $variant:ident),* $(,)? }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
        #[oai(rename_all = "snake_case")]
        pub(super) enum $name { $($(#[$doc])* $variant),* }

        impl From<$name> for $model {
            fn from(code: $name) -> Self {
                match code { $($name::$variant => Self::$variant),* }
            }
        }
        impl From<$model> for $name {
            fn from(code: $model) -> Self {
                match code { $($model::$variant => Self::$variant),* }
            }
        }
    };
}

mirrored! {
    /// Whether an offer is sold.
    Status of OfferStatus {
        /// Only staff see it.
        Draft,
        /// For sale.
        Active,
        /// Not for sale any more.
        Archived,
    }
}
mirrored! {
    /// What a period is counted in.
    PeriodUnit of Every {
        /// Weeks.
        Week,
        /// Months.
        Month,
        /// Years.
        Year,
    }
}
mirrored! {
    /// When a client may cancel alone.
    Cancelling of MayCancel {
        /// At the end of any period.
        AnyTime,
        /// Once the term is over.
        AfterTerm,
        /// Never: staff do it.
        Never,
    }
}
mirrored! {
    /// How far instalments lie apart.
    PartUnit of PartEvery {
        /// A week.
        Week,
        /// A month.
        Month,
    }
}

/// What kind of thing an offer gives.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Enum)]
#[oai(rename_all = "snake_case")]
pub(super) enum GrantKind {
    /// Credits.
    Credits,
    /// So many appointments of a type.
    Appointment,
    /// A file; it is uploaded to the offer.
    Download,
    /// A gift voucher.
    Voucher,
    /// Something outside of the platform.
    #[default]
    Service,
    /// What a later version wrote; it stays when it is sent back as it is.
    Other,
}

/// What an offer gives.
#[derive(Clone, Debug, Default, Object)]
#[oai(default)]
pub(super) struct GrantDoc {
    pub(super) kind: GrantKind,
    /// How many credits, 1 to 1,000; for `credits`.
    #[oai(skip_serializing_if_is_none)]
    pub(super) credits: Option<i32>,
    /// Days that it lives; left out: for ever.
    #[oai(skip_serializing_if_is_none)]
    pub(super) days: Option<i32>,
    /// What the credits pay for: names of class types, or `apt_…`; left out: everything.
    #[oai(skip_serializing_if_is_none)]
    pub(super) pays_for: Option<Vec<String>>,
    /// Of which type the appointments are; for `appointment`.
    #[oai(skip_serializing_if_is_none)]
    pub(super) appointment_type: Option<AppointmentTypeId>,
    /// How many appointments; left out: 1.
    #[oai(skip_serializing_if_is_none)]
    pub(super) count: Option<i32>,
    /// The file; for `download`.
    #[oai(skip_serializing_if_is_none)]
    pub(super) file: Option<OfferFileId>,
    /// Name of the file or the type of appointments; ignored when sent.
    #[oai(skip_serializing_if_is_none)]
    pub(super) name: Option<String>,
    /// Worth of the voucher, minor units; for `voucher`.
    #[oai(skip_serializing_if_is_none)]
    pub(super) amount: Option<i64>,
    /// As it is stored; for `other`.
    #[oai(skip_serializing_if_is_none)]
    pub(super) stored: Option<serde_json::Value>,
}

impl GrantDoc {
    pub(super) fn of(grant: &GrantSpec) -> Self {
        match grant.clone() {
            GrantSpec::Credits { credits, days, pays_for } => Self {
                kind: GrantKind::Credits,
                credits: Some(credits),
                days,
                pays_for: Some(pays_for).filter(|all| !all.is_empty()),
                ..Self::default()
            },
            GrantSpec::Appointment { of, name, count, days } => Self {
                kind: GrantKind::Appointment,
                appointment_type: of.parse().ok(),
                name: Some(name),
                count: Some(count),
                days,
                ..Self::default()
            },
            GrantSpec::Download { file, name } => {
                Self { kind: GrantKind::Download, file: Some(file), name: Some(name), ..Self::default() }
            }
            GrantSpec::Voucher { amount, days } => {
                Self { kind: GrantKind::Voucher, amount: Some(amount), days, ..Self::default() }
            }
            GrantSpec::Service => Self::default(),
            GrantSpec::Other(stored) => {
                Self { kind: GrantKind::Other, stored: Some(stored), ..Self::default() }
            }
        }
    }
    /// What is meant. Appointment types are named by what credits can pay for here.
    fn read(self, uses: &[CreditUse]) -> Result<GrantSpec, Problem> {
        let days = self.days;
        let required = |field| Problem::field(field, "required");
        Ok(match self.kind {
            GrantKind::Credits => GrantSpec::Credits {
                credits: self.credits.ok_or_else(|| required("credits"))?,
                days,
                pays_for: self.pays_for.unwrap_or_default(),
            },
            GrantKind::Appointment => {
                let of = self.appointment_type.ok_or_else(|| required("appointment_type"))?.to_string();
                let known = uses.iter().find(|one| one.key == of).map(|one| one.name.clone());
                let name =
                    known.ok_or_else(|| Problem::field("appointment_type", "offer_appointment_type"))?;
                GrantSpec::Appointment { of, name, count: self.count.unwrap_or(1), days }
            }
            GrantKind::Download => {
                let file = self.file.ok_or_else(|| required("file"))?;
                GrantSpec::Download { file, name: self.name.unwrap_or_default() }
            }
            GrantKind::Voucher => {
                GrantSpec::Voucher { amount: self.amount.ok_or_else(|| required("amount"))?, days }
            }
            GrantKind::Service if self.credits.is_none() && days.is_none() => GrantSpec::Service,
            GrantKind::Service => return Err(Problem::field("grants", "offer_grants")),
            GrantKind::Other => GrantSpec::Other(self.stored.ok_or_else(|| required("stored"))?),
        })
    }
    /// All that is meant.
    pub(super) fn read_all(all: Vec<Self>, uses: &[CreditUse]) -> Result<Vec<GrantSpec>, Problem> {
        all.into_iter().map(|one| one.read(uses)).collect()
    }
}

/// So many of a product in a package.
#[derive(Clone, Copy, Debug, Object)]
pub(super) struct ItemDoc {
    pub(super) product: ProductId,
    /// 1 to 10.
    #[oai(validator(minimum(value = "1"), maximum(value = "10")))]
    pub(super) quantity: i32,
}

impl From<ItemDoc> for ItemInput {
    fn from(item: ItemDoc) -> Self {
        Self { product: OfferId::from_uuid(item.product.uuid()), quantity: item.quantity }
    }
}

/// Part of the price at once, the rest later.
#[derive(Clone, Copy, Debug, Object)]
pub(super) struct DepositDoc {
    /// Minor units; less than the price.
    pub(super) amount: i64,
    /// Days until the rest is due, 1 to 365.
    pub(super) days: i32,
}

impl From<DepositDoc> for Deposit {
    fn from(doc: DepositDoc) -> Self {
        Self { amount: doc.amount, days: doc.days }
    }
}
impl From<Deposit> for DepositDoc {
    fn from(deposit: Deposit) -> Self {
        Self { amount: deposit.amount, days: deposit.days }
    }
}

/// The price in equal parts, the first at once.
#[derive(Clone, Copy, Debug, Object)]
pub(super) struct InstalmentsDoc {
    /// 2 to 24.
    pub(super) count: i32,
    pub(super) every: PartUnit,
}

impl From<InstalmentsDoc> for Instalments {
    fn from(doc: InstalmentsDoc) -> Self {
        Self { count: doc.count, every: doc.every.into() }
    }
}
impl From<Instalments> for InstalmentsDoc {
    fn from(parts: Instalments) -> Self {
        Self { count: parts.count, every: parts.every.into() }
    }
}

/// An offer beside this one at checkout.
#[derive(Clone, Debug, Object)]
pub(super) struct BumpDoc {
    /// `prd_…` or `pkg_…`.
    pub(super) offer: String,
    /// What stands beside the tick; left out: its own line.
    #[oai(validator(max_length = 200))]
    pub(super) pitch: Option<String>,
    /// Its price here, minor units; left out: its own.
    pub(super) price: Option<i64>,
}

impl BumpDoc {
    pub(super) fn of(bump: &Bump) -> Self {
        let pitch = Some(bump.pitch.clone()).filter(|pitch| !pitch.is_empty());
        Self { offer: public_id(bump.kind, bump.offer), pitch, price: bump.price }
    }
    pub(super) fn read_all(all: Vec<Self>) -> Result<Vec<BumpInput>, Problem> {
        let read = |(index, doc): (usize, Self)| {
            let unknown = || Problem::field(&format!("bumps/{index}"), "offer_unknown_bump");
            let offer = bump_id(&doc.offer).ok_or_else(unknown)?;
            Ok(BumpInput { offer, pitch: doc.pitch.unwrap_or_default(), price: doc.price })
        };
        all.into_iter().enumerate().map(read).collect()
    }
}

/// What makes an offer a plan.
#[derive(Clone, Debug, Object)]
pub(super) struct TermsDoc {
    /// What a period is counted in.
    pub(super) every: PeriodUnit,
    /// A period is so many of them; left out: 1.
    pub(super) every_count: Option<i32>,
    /// So many periods are paid, then it ends; left out: until somebody ends it. 1: all is paid at once.
    pub(super) periods: Option<i32>,
    /// Days that are free at the beginning; left out: none.
    pub(super) trial_days: Option<i32>,
    /// Left out: none.
    pub(super) credits_per_week: Option<i32>,
    /// So many unused credits go on into the next week; left out: none.
    pub(super) rollover_cap: Option<i32>,
    /// What the weekly credits pay for: names of class types, or `apt_…`; left out: everything.
    pub(super) pays_for: Option<Vec<String>>,
    /// Left out: any time.
    pub(super) may_cancel: Option<Cancelling>,
    /// Whether a client may pause alone; left out: yes.
    pub(super) may_pause: Option<bool>,
    /// The longest pause; left out: 60.
    pub(super) pause_days: Option<i32>,
    /// Whether a client may change to another plan alone; left out: yes.
    pub(super) may_change: Option<bool>,
    /// Whether the free days begin once a card is saved that pays after them, when it is paid by card; left out: yes.
    pub(super) trial_card: Option<bool>,
}

impl TermsDoc {
    pub(super) fn of(terms: &PlanTerms) -> Self {
        Self {
            every: terms.every.into(),
            every_count: Some(terms.every_count),
            periods: terms.periods,
            trial_days: Some(terms.trial_days),
            credits_per_week: Some(terms.credits_per_week),
            rollover_cap: terms.rollover_cap,
            pays_for: Some(terms.pays_for.clone()),
            may_cancel: Some(terms.may_cancel.into()),
            may_pause: Some(terms.may_pause),
            pause_days: Some(terms.pause_days),
            may_change: Some(terms.may_change),
            trial_card: Some(terms.trial_card),
        }
    }
    pub(super) fn read(self) -> PlanTerms {
        let usual = PlanTerms::monthly();
        PlanTerms {
            every: self.every.into(),
            every_count: self.every_count.unwrap_or(usual.every_count),
            periods: self.periods,
            trial_days: self.trial_days.unwrap_or(usual.trial_days),
            credits_per_week: self.credits_per_week.unwrap_or(usual.credits_per_week),
            rollover_cap: self.rollover_cap,
            pays_for: self.pays_for.unwrap_or_default(),
            may_cancel: self.may_cancel.map_or(usual.may_cancel, Into::into),
            may_pause: self.may_pause.unwrap_or(usual.may_pause),
            pause_days: self.pause_days.unwrap_or(usual.pause_days),
            may_change: self.may_change.unwrap_or(usual.may_change),
            trial_card: self.trial_card.unwrap_or(usual.trial_card),
        }
    }
}

/// The tax of an offer.
#[derive(Clone, Debug, Object)]
pub(super) struct TaxDoc {
    pub(super) rate: TaxRateId,
    /// As it stands on receipts.
    pub(super) name: String,
    /// Hundredths of a percent.
    pub(super) bp: i32,
    /// Whether the price contains it.
    pub(super) inclusive: bool,
}

/// The picture of an offer.
#[derive(Clone, Debug, Object)]
pub(super) struct PictureDoc {
    /// Absolute address; it changes with the picture.
    pub(super) url: String,
    /// What it shows, for those who don't see it.
    pub(super) alt: String,
}

/// What an offer cost since when.
#[derive(Clone, Debug, Object)]
pub(super) struct PriceDoc {
    pub(super) price: Money,
    pub(super) since: events::Instant,
}
