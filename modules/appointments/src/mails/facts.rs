use events::Instant;
use serde::Serialize;

use crate::{
    model::{PaidWith, PlaceKind},
    pages::views::{AnswerRow, PLACES, sample_time},
};

/// What all of them tell.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Facts {
    pub type_name: String,
    /// All coaches who take part.
    pub coach_name: String,
    pub client_name: String,
    pub client_email: String,
    pub note: String,
    /// The credits that paid it, and why those; the client reads them when it is certain.
    pub paid_with: Vec<PaidWith>,
    /// Answers to the intake questions; coaches read them.
    pub answers: Vec<AnswerRow>,
    pub start: Instant,
    pub end: Instant,
    /// Zone of the reader.
    pub zone: String,
    pub place_kind: PlaceKind,
    /// Address, number or link; may be empty.
    pub place: String,
    /// The booking's page.
    pub link: String,
    /// The same in the studio.
    pub studio_link: String,
    /// Where to book again.
    pub book_link: String,
}

impl Facts {
    /// A call at a place of this kind; one by phone comes without note, answers and number.
    pub(super) fn sample(place_kind: PlaceKind) -> Self {
        let bare = place_kind == PlaceKind::Phone;
        Self {
            type_name: "Intro call".into(),
            coach_name: "Maya Lindqvist".into(),
            client_name: "Sam Reed".into(),
            client_email: "sam@example.com".into(),
            note: if bare { String::new() } else { "About a second offer.".into() },
            paid_with: if bare { Vec::new() } else { PaidWith::samples(sample_time(43_200)) },
            answers: if bare { Vec::new() } else { AnswerRow::samples() },
            start: sample_time(0),
            end: sample_time(30),
            zone: "America/New_York".into(),
            place_kind,
            place: if bare { String::new() } else { "https://meet.example.com/maya".into() },
            link: "https://example.com/maya/booking/abc".into(),
            studio_link: "https://example.com/maya/studio/bookings/bkg_1".into(),
            book_link: "https://example.com/maya/book".into(),
        }
    }
    /// One for each kind of place.
    pub(super) fn samples() -> Vec<Self> {
        PLACES.iter().map(|place| Self::sample(*place)).collect()
    }
}
