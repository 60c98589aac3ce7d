//! What the mails say.

use events::Instant;
use kernel::mail::{MailDef, MailView};
use serde::Serialize;

use crate::{
    model::{PlaceKind, state::CancelledBy},
    pages::views::{PLACES, sample_time},
};

/// What all of them tell.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Facts {
    pub type_name: String,
    pub coach_name: String,
    pub client_name: String,
    pub client_email: String,
    pub note: String,
    pub start: Instant,
    pub end: Instant,
    /// Zone of the reader.
    pub zone: String,
    pub place_kind: PlaceKind,
    pub place: String,
    pub cancelled_by: Option<CancelledBy>,
    pub cancel_reason: Option<String>,
    /// The booking's page.
    pub link: String,
    /// The same in the studio.
    pub studio_link: String,
    /// Where to book again.
    pub book_link: String,
}

impl Facts {
    fn sample(place_kind: PlaceKind, by: Option<CancelledBy>) -> Self {
        let bare = by.is_none() && place_kind == PlaceKind::Phone;
        Self {
            type_name: "Intro call".into(),
            coach_name: "Maya Lindqvist".into(),
            client_name: "Sam Reed".into(),
            client_email: "sam@example.com".into(),
            note: if bare { String::new() } else { "About a second offer.".into() },
            start: sample_time(0),
            end: sample_time(30),
            zone: "America/New_York".into(),
            place_kind,
            place: if bare { String::new() } else { "https://meet.example.com/maya".into() },
            cancelled_by: by,
            cancel_reason: by.filter(|by| *by == CancelledBy::Staff).map(|_| "Ill".into()),
            link: "https://example.com/maya/booking/abc".into(),
            studio_link: "https://example.com/maya/studio/bookings/bkg_1".into(),
            book_link: "https://example.com/maya/book".into(),
        }
    }
    fn confirmed() -> Vec<Self> {
        PLACES.iter().map(|place| Self::sample(*place, None)).collect()
    }
    fn cancelled() -> Vec<Self> {
        [CancelledBy::Client, CancelledBy::Staff]
            .iter()
            .map(|by| Self::sample(PlaceKind::Video, Some(*by)))
            .collect()
    }
}

macro_rules! mails {
    ($($(#[$doc:meta])* $name:ident = $template:literal, $samples:ident;)*) => {
        $(
            $(#[$doc])*
            #[derive(Clone, Debug, Serialize)]
            #[serde(transparent)]
            pub(crate) struct $name(pub Facts);
            impl MailView for $name {
                const TEMPLATE: &'static str = $template;
                fn samples() -> Vec<Self> {
                    Facts::$samples().into_iter().map(Self).collect()
                }
            }
        )*
        pub(crate) fn definitions() -> Vec<MailDef> {
            vec![$(MailDef::of::<$name>()),*]
        }
    };
}

mails! {
    /// To the client: it is certain.
    ConfirmedMail = "appointments/confirmed", confirmed;
    /// To the coach: somebody booked.
    ConfirmedCoachMail = "appointments/confirmed_coach", confirmed;
    /// To the client: it is off.
    CancelledMail = "appointments/cancelled", cancelled;
    /// To the coach: it is off, the time is free.
    CancelledCoachMail = "appointments/cancelled_coach", cancelled;
}
