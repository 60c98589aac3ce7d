use events::{Currency, Money};
use serde::Serialize;

use super::sample_money;
use crate::model::{AppointmentType, PlaceKind, Terms, terms::move_window};

/// A price; `None`: free.
pub(crate) fn priced(amount: i64, currency: Currency) -> Option<Money> {
    (amount > 0).then(|| Money::new(amount, currency))
}

/// An appointment type as visitors see it. Where exactly it takes place is told to those who booked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct TypeCard {
    pub slug: String,
    pub name: String,
    pub description: String,
    /// Its lengths, the first one first.
    pub lengths: Vec<i32>,
    /// The lowest price; `None`: all of it is free.
    pub price: Option<Money>,
    /// Whether its lengths cost differently.
    pub prices_differ: bool,
    pub needs_approval: bool,
    pub place_kind: PlaceKind,
    /// A video call whose link is not known yet: it is sent.
    pub link_follows: bool,
    pub path: String,
}

impl TypeCard {
    pub fn of(row: &AppointmentType, currency: Currency) -> Self {
        let lengths = row.durations();
        let prices = || lengths.iter().map(|one| one.price);
        let (lowest, highest) = (prices().min().unwrap_or(0), prices().max().unwrap_or(0));
        Self {
            slug: row.slug.clone(),
            name: row.name.clone(),
            description: row.description.clone(),
            lengths: lengths.iter().map(|one| one.minutes).collect(),
            price: (highest > 0).then(|| Money::new(lowest, currency)),
            prices_differ: lowest != highest,
            needs_approval: row.needs_approval,
            place_kind: row.place_kind,
            link_follows: row.place_kind == PlaceKind::Video && row.place.is_empty(),
            path: format!("/book/{}", row.slug),
        }
    }
    pub fn sample(place_kind: PlaceKind) -> Self {
        let several = place_kind == PlaceKind::Room;
        Self {
            slug: "intro-call".into(),
            name: "Intro call".into(),
            description: "Half an hour to find out whether we **fit**.".into(),
            lengths: if several { vec![30, 60] } else { vec![30] },
            price: sample_money().filter(|_| place_kind != PlaceKind::Phone),
            prices_differ: several,
            needs_approval: place_kind == PlaceKind::InPerson,
            place_kind,
            link_follows: place_kind == PlaceKind::Video,
            path: "/book/intro-call".into(),
        }
    }
}

/// Until when its client may cancel for nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum CancelWords {
    /// Until it starts.
    Always,
    /// Until some time before; later not at all.
    Until,
    /// Until some time before; later a share of the price comes back.
    Share,
    /// Until some time before; later nothing comes back.
    Nothing,
}

/// The rules of cancelling and moving, in words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Rules {
    pub cancel: CancelWords,
    pub cancel_free_minutes: i32,
    pub percent: i32,
    /// 0: until it starts.
    pub move_free_minutes: i32,
}

impl Rules {
    fn new(paid: bool, free: i32, late: Option<i32>, moving: i32) -> Self {
        let cancel = match late {
            _ if free == 0 => CancelWords::Always,
            None => CancelWords::Until,
            Some(100) => CancelWords::Always,
            Some(_) if !paid => CancelWords::Always,
            Some(0) => CancelWords::Nothing,
            Some(_) => CancelWords::Share,
        };
        Self { cancel, cancel_free_minutes: free, percent: late.unwrap_or(0), move_free_minutes: moving }
    }
    /// Of a type, for a length with this price.
    pub fn of_type(kind: &AppointmentType, price: i64) -> Self {
        let moving = move_window(kind, price);
        Self::new(price > 0, kind.cancel_free_minutes, kind.late_refund_percent, moving)
    }
    /// Of a booking, as they were agreed.
    pub fn of_terms(terms: &Terms) -> Self {
        Self::new(
            terms.costs(),
            terms.cancel_free_minutes,
            terms.late_refund_percent,
            terms.move_free_minutes,
        )
    }
    pub fn samples() -> Vec<Self> {
        vec![
            Self::new(true, 1_440, Some(50), 120),
            Self::new(true, 1_440, Some(0), 120),
            Self::new(true, 1_440, None, 0),
            Self::new(false, 0, None, 0),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_are_told_as_they_are_kept() {
        let words = |paid, free, late| Rules::new(paid, free, late, 0).cancel;
        assert_eq!(words(true, 60, Some(50)), CancelWords::Share);
        assert_eq!(words(true, 60, Some(0)), CancelWords::Nothing);
        assert_eq!(words(true, 60, None), CancelWords::Until);
        assert_eq!(words(false, 60, None), CancelWords::Until);
        assert_eq!(words(false, 60, Some(50)), CancelWords::Always, "nothing was paid that could be kept");
        assert_eq!(words(true, 60, Some(100)), CancelWords::Always);
        assert_eq!(words(true, 0, None), CancelWords::Always);
    }
}
