use std::collections::BTreeMap;

use events::{Instant, Money};
use kernel::{Layout, Text, View};
use serde::Serialize;

use super::{Choice, PLACES, Rules, TypeCard, sample_money, sample_time};
use crate::{
    model::PlaceKind,
    pages::month::{self, Marks, Month},
};

/// The types one can book.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct ChooseView {
    pub types: Vec<TypeCard>,
}
impl View for ChooseView {
    const TEMPLATE: &'static str = "appointments/choose";
    const LAYOUT: Layout = Layout::Public;
    fn title(&self) -> Text {
        Text::key("appointments-title-choose")
    }
    fn samples() -> Vec<Self> {
        vec![Self { types: PLACES.map(TypeCard::sample).to_vec() }, Self { types: vec![] }]
    }
}

/// A start one can press.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct TimeLink {
    pub start: Instant,
    pub path: String,
    /// Seats it still has; `None`: it has one, which needs no saying.
    pub seats_left: Option<u32>,
    /// The one that was chosen.
    pub current: bool,
}

impl TimeLink {
    pub fn sample(minutes: i64, seats_left: Option<u32>) -> Self {
        let path = "/book/x/details?start=y".into();
        Self { start: sample_time(minutes), path, seats_left, current: minutes == 30 }
    }
}

/// The times of one day.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct DayTimes {
    /// A moment of the day, for its name.
    pub at: Instant,
    pub times: Vec<TimeLink>,
}

impl DayTimes {
    pub fn sample(seats_left: Option<u32>) -> Self {
        let times = (0..6).map(|n| TimeLink::sample(30 * n, seats_left)).collect();
        Self { at: sample_time(0), times }
    }
}

/// A length one can choose.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct LengthLink {
    pub minutes: i32,
    pub price: Option<Money>,
    pub path: String,
    pub current: bool,
}

/// Length, coach, month, day, time.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct PickView {
    pub kind: TypeCard,
    /// The length that was chosen.
    pub minutes: i32,
    /// Its price; `None`: free.
    pub price: Option<Money>,
    /// What one can choose between; empty: there is one length.
    pub lengths: Vec<LengthLink>,
    pub rules: Rules,
    /// The coach who was chosen.
    pub coach_name: Option<String>,
    /// Whom one can choose between; empty: nobody.
    pub coaches: Vec<Choice>,
    /// Whether one may leave the choice open.
    pub anyone: bool,
    /// The form was sent without the choice that has to be made.
    pub coach_missing: bool,
    /// Whether there is more than one type to choose from.
    pub several: bool,
    pub zone: String,
    /// Nobody has said in which zone to show times: the browser may.
    pub zone_guessed: bool,
    pub zones: Vec<Choice>,
    /// `None` while a coach has to be chosen first.
    pub month: Option<Month>,
    pub day: Option<DayTimes>,
    /// The next free time, when the month has none.
    pub next_free: Option<TimeLink>,
}
impl View for PickView {
    const TEMPLATE: &'static str = "appointments/pick";
    const LAYOUT: Layout = Layout::Public;
    fn title(&self) -> Text {
        Text::key("appointments-title-pick").arg("type", &self.kind.name)
    }
    fn samples() -> Vec<Self> {
        let choice = |label: &str, current| Choice { value: label.into(), label: label.into(), current };
        let full = Self {
            kind: TypeCard::sample(PlaceKind::Video),
            minutes: 30,
            price: None,
            lengths: vec![],
            rules: Rules::samples().remove(0),
            coach_name: None,
            coaches: vec![],
            anyone: false,
            coach_missing: false,
            several: false,
            zone_guessed: true,
            zone: "Europe/London".into(),
            zones: vec![choice("Europe/London", true), choice("Europe/Paris", false)],
            month: Some(sample_month(true)),
            day: Some(DayTimes::sample(None)),
            next_free: None,
        };
        let coaches = vec![choice("Jonas Weber", true), choice("Aylin Demir", false)];
        let free = TimeLink::sample(60 * 24 * 40, None);
        let empty =
            Self { month: Some(sample_month(false)), day: None, next_free: Some(free), ..full.clone() };
        let undecided = Self {
            coaches: vec![choice("Jonas Weber", false)],
            coach_missing: true,
            several: true,
            zone_guessed: false,
            month: None,
            day: None,
            ..full.clone()
        };
        let length = |minutes, price, current| LengthLink { minutes, price, path: "/book/x".into(), current };
        let mut samples: Vec<Self> =
            Rules::samples().into_iter().map(|rules| Self { rules, ..full.clone() }).collect();
        samples.extend([
            Self {
                coaches: coaches.clone(),
                coach_name: Some("Jonas Weber".into()),
                anyone: true,
                ..full.clone()
            },
            Self {
                kind: TypeCard { needs_approval: true, ..full.kind.clone() },
                price: sample_money(),
                lengths: vec![length(30, sample_money(), true), length(60, None, false)],
                day: Some(DayTimes::sample(Some(3))),
                ..full.clone()
            },
            Self { next_free: None, ..empty.clone() },
            empty,
            undecided,
        ]);
        samples
    }
}

/// A month with or without free days.
pub(super) fn sample_month(has_slots: bool) -> Month {
    let zone = crate::model::when::zone("Europe/London");
    let first = jiff::civil::date(2026, 11, 1);
    let counts = BTreeMap::from([(jiff::civil::date(2026, 11, 23), 2)]);
    let counts = if has_slots { counts } else { BTreeMap::new() };
    let marks = Marks {
        counts: &counts,
        zone: &zone,
        chosen: Some(month::MONDAY),
        today: jiff::civil::date(2026, 11, 20),
    };
    Month {
        at: month::midday(first, &zone),
        name: month::name(first),
        previous: (!has_slots).then(|| "/book/x?month=2026-10".into()),
        next: Some("/book/x?month=2026-12".into()),
        weeks: month::weeks(first, &marks, |day| format!("/book/x?day={day}")),
    }
}
