use events::{Instant, Money};
use kernel::{FieldError, FormState, Layout, Text, View};
use serde::Serialize;

use super::{AnswerRow, BookingRow, Choice, STATES, sample_choice, sample_money, sample_time};
use crate::model::{Booking, PaidWith, PlaceKind, State, state::CancelledBy};

/// A head of the list's table that sorts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Sorting {
    pub path: String,
    pub latest_first: bool,
}

/// Bookings of the business.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct StudioBookingsView {
    /// Empty (upcoming), `past` or `all`.
    pub view: String,
    pub upcoming_path: String,
    pub past_path: String,
    pub all_path: String,
    /// The state that was asked for; empty: any.
    pub status: String,
    /// Whether the reader narrowed the list down.
    pub filtered: bool,
    pub coaches: Vec<Choice>,
    pub types: Vec<Choice>,
    /// One client's, by their identifier; empty: all.
    pub client: String,
    pub client_name: String,
    /// One slot's with several seats, by its identifier; empty: all.
    pub slot: String,
    pub sort: String,
    pub sorting: Sorting,
    pub may_book: bool,
    pub bookings: Vec<BookingRow>,
    pub next: Option<String>,
    pub form: FormState,
}
impl View for StudioBookingsView {
    const TEMPLATE: &'static str = "appointments/studio_bookings";
    const LAYOUT: Layout = Layout::Studio;
    fn title(&self) -> Text {
        Text::key("appointments-title-studio-bookings")
    }
    fn samples() -> Vec<Self> {
        let empty = Self {
            view: String::new(),
            upcoming_path: "/studio/bookings".into(),
            past_path: "/studio/bookings?view=past".into(),
            all_path: "/studio/bookings?view=all".into(),
            status: String::new(),
            filtered: false,
            coaches: vec![sample_choice()],
            types: vec![sample_choice()],
            client: String::new(),
            client_name: String::new(),
            slot: String::new(),
            sort: String::new(),
            sorting: Sorting { path: "/studio/bookings?sort=-start".into(), latest_first: false },
            may_book: true,
            bookings: vec![],
            next: None,
            form: FormState::default(),
        };
        let full = Self {
            view: "past".into(),
            client: "cli_1".into(),
            client_name: "Sam Reed".into(),
            slot: "sls_1".into(),
            sort: "start".into(),
            sorting: Sorting { latest_first: true, ..empty.sorting.clone() },
            bookings: STATES.map(BookingRow::sample).to_vec(),
            next: Some("/studio/bookings?cursor=x".into()),
            ..empty.clone()
        };
        vec![Self { filtered: true, view: "all".into(), may_book: false, ..empty.clone() }, empty, full]
    }
}

/// A booking as the studio's pages name it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct BookingFacts {
    pub type_name: String,
    pub coach_name: String,
    pub client_name: String,
    pub client_email: String,
    pub client_zone: String,
    pub client_path: String,
    pub note: String,
    pub state: State,
    pub start: Instant,
    pub end: Instant,
    pub minutes: i64,
    pub place_kind: PlaceKind,
    pub place: String,
    pub created_at: Instant,
    pub held_until: Option<Instant>,
    pub cancelled_at: Option<Instant>,
    pub cancelled_by: Option<CancelledBy>,
    pub cancel_reason: Option<String>,
    pub price: Option<Money>,
    /// Credits that it was paid with.
    pub credits: Option<i32>,
    pub path: String,
}

impl BookingFacts {
    pub fn of(booking: &Booking) -> Self {
        Self {
            type_name: booking.type_name.clone(),
            coach_name: booking.coach_name.clone(),
            client_name: booking.client_name.clone(),
            client_email: booking.client_email.clone(),
            client_zone: booking.client_zone.clone(),
            client_path: format!("/studio/clients/{}", booking.client_id),
            note: booking.note.clone(),
            state: booking.state,
            start: booking.starts_at,
            end: booking.ends_at,
            minutes: booking.ends_at.seconds_since(booking.starts_at) / 60,
            place_kind: booking.place_kind,
            place: booking.place.clone(),
            created_at: booking.created_at,
            held_until: booking.held_until.filter(|_| booking.state == State::Held),
            cancelled_at: booking.cancelled_at,
            cancelled_by: booking.cancelled_by,
            cancel_reason: booking.cancel_reason.clone(),
            price: booking.terms.price(),
            credits: booking.terms.credits,
            path: format!("/studio/bookings/{}", booking.id),
        }
    }
    pub fn sample(state: State, by: Option<CancelledBy>) -> Self {
        Self {
            type_name: "Intro call".into(),
            coach_name: "Maya Lindqvist".into(),
            client_name: "Sam Reed".into(),
            client_email: "sam@example.com".into(),
            client_zone: "America/New_York".into(),
            client_path: "/studio/clients/cli_1".into(),
            note: if by.is_none() { String::new() } else { "About a second offer.".into() },
            state,
            start: sample_time(0),
            end: sample_time(30),
            minutes: 30,
            place_kind: PlaceKind::Video,
            place: if by.is_none() { String::new() } else { "https://meet.example.com/maya".into() },
            created_at: sample_time(-9_000),
            held_until: (state == State::Held).then(|| sample_time(-60)),
            cancelled_at: by.map(|_| sample_time(-600)),
            cancelled_by: by,
            cancel_reason: by.filter(|by| *by == CancelledBy::Staff).map(|_| "Ill".into()),
            price: sample_money().filter(|_| state == State::Held),
            credits: matches!(state, State::Confirmed | State::Completed).then_some(4),
            path: "/studio/bookings/bkg_1".into(),
        }
    }
}

/// What the acting person may do with a booking now.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[expect(clippy::struct_excessive_bools, reason = "one a button")]
pub(crate) struct Actions {
    pub decide: bool,
    pub cancel: bool,
    #[serde(rename = "move")]
    pub reschedule: bool,
    pub complete: bool,
    pub no_show: bool,
    pub note: bool,
    pub rate: bool,
}

/// A line of the history.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct StepRow {
    pub kind: String,
    pub at: Instant,
    pub by: CancelledBy,
    pub name: String,
    pub old_start: Option<Instant>,
    pub new_start: Option<Instant>,
    pub reason: String,
}

/// A note.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct NoteRow {
    pub author: String,
    pub body: String,
    pub shared: bool,
    pub at: Instant,
    pub edited: bool,
    /// Where it is changed, by who may.
    pub path: Option<String>,
}

/// What the client said.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct RatingRow {
    pub stars: i16,
    pub words: String,
    /// `new`, `approved` or `hidden`.
    pub state: String,
    pub at: Instant,
}

/// One booking, for staff.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct StudioBookingView {
    pub booking: BookingFacts,
    pub other_coaches: Vec<String>,
    /// The credits that paid it, and why those.
    pub paid_with: Vec<PaidWith>,
    pub answers: Vec<AnswerRow>,
    /// The order that pays it, for who may see orders.
    pub order_path: Option<String>,
    pub may: Actions,
    pub steps: Vec<StepRow>,
    pub notes: Vec<NoteRow>,
    pub rating: Option<RatingRow>,
    pub form: FormState,
}
impl View for StudioBookingView {
    const TEMPLATE: &'static str = "appointments/studio_booking";
    const LAYOUT: Layout = Layout::Studio;
    fn title(&self) -> Text {
        Text::key("appointments-title-studio-booking").arg("client", &self.booking.client_name)
    }
    fn samples() -> Vec<Self> {
        let none = Actions::default();
        let all = Actions {
            decide: true,
            cancel: true,
            reschedule: true,
            complete: true,
            no_show: true,
            note: true,
            rate: true,
        };
        let refused = FormState::default().wrong(&FieldError::new("body", "required"));
        vec![
            Self { form: refused, ..sample_detail(State::Requested, None, all) },
            sample_detail(State::Held, None, all),
            sample_detail(State::Completed, None, all),
            sample_detail(State::Cancelled, Some(CancelledBy::Client), none),
            sample_detail(State::Cancelled, Some(CancelledBy::Staff), none),
            sample_detail(State::Cancelled, Some(CancelledBy::System), none),
        ]
    }
}

fn sample_step((at, kind): (usize, &str)) -> StepRow {
    let by = [CancelledBy::Client, CancelledBy::Staff, CancelledBy::System];
    let moved = kind == "moved";
    StepRow {
        kind: kind.into(),
        at: sample_time(-9_000),
        by: by.into_iter().cycle().nth(at).unwrap_or(CancelledBy::Client),
        name: if at % 3 == 0 { "Maya Lindqvist".into() } else { String::new() },
        old_start: moved.then(|| sample_time(0)),
        new_start: moved.then(|| sample_time(60)),
        reason: if moved { "A train".into() } else { String::new() },
    }
}

fn sample_note(shared: bool, path: Option<&str>) -> NoteRow {
    NoteRow {
        author: "Maya Lindqvist".into(),
        body: "Sleeps better.".into(),
        shared,
        at: sample_time(60),
        edited: !shared,
        path: path.map(str::to_owned),
    }
}

fn sample_detail(state: State, by: Option<CancelledBy>, may: Actions) -> StudioBookingView {
    let kinds = [
        "made",
        "approved",
        "declined",
        "paid",
        "expired",
        "moved",
        "cancelled",
        "completed",
        "no_show",
        "other",
    ];
    let rating = match (state, by) {
        (State::Completed, _) => Some("new"),
        (_, Some(CancelledBy::Client)) => Some("approved"),
        (_, Some(_)) => Some("hidden"),
        _ => None,
    };
    StudioBookingView {
        booking: BookingFacts::sample(state, by),
        other_coaches: if by.is_some() { vec!["Jonas Weber".into()] } else { vec![] },
        paid_with: if by.is_none() { PaidWith::samples(sample_time(43_200)) } else { vec![] },
        answers: AnswerRow::samples(),
        order_path: (state == State::Held).then(|| "/studio/orders/ord_1".into()),
        may,
        steps: kinds.into_iter().chain(kinds).chain(kinds).enumerate().map(sample_step).collect(),
        notes: vec![sample_note(true, None), sample_note(false, Some("/studio/bookings/bkg_1/notes/nte_1"))],
        rating: rating.map(|state| RatingRow {
            stars: 4,
            words: "Kind.".into(),
            state: state.into(),
            at: sample_time(90),
        }),
        form: FormState::default(),
    }
}

/// Staff call a booking off, or decline it: with a reason.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct StudioCancelView {
    pub booking: BookingFacts,
    /// A request is declined instead.
    pub decline: bool,
    /// What was paid and would go back; `None`: nothing was paid.
    pub refund: Option<Money>,
    /// Some of the payment went back already, or was never asked for: less than the price is left.
    pub is_rest: bool,
    /// Whether the share can be chosen.
    pub may_choose: bool,
    pub form: FormState,
}
impl View for StudioCancelView {
    const TEMPLATE: &'static str = "appointments/studio_cancel";
    const LAYOUT: Layout = Layout::Studio;
    fn title(&self) -> Text {
        let key = if self.decline { "appointments-title-decline" } else { "appointments-title-cancel" };
        Text::key(key).arg("type", &self.booking.type_name)
    }
    fn samples() -> Vec<Self> {
        let booking = BookingFacts::sample(State::Confirmed, None);
        let refused = FormState::default().wrong(&FieldError::new("reason", "too_long").arg("max", 500));
        let refund = sample_money();
        let free = Self {
            booking,
            decline: false,
            refund: None,
            is_rest: false,
            may_choose: false,
            form: FormState::default(),
        };
        vec![
            Self { decline: true, ..free.clone() },
            Self { refund, may_choose: true, form: refused, ..free.clone() },
            Self { refund, may_choose: true, is_rest: true, ..free.clone() },
            Self { refund, ..free.clone() },
            free,
        ]
    }
}

/// A note is changed.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct NoteView {
    pub booking: BookingFacts,
    pub path: String,
    pub form: FormState,
}
impl View for NoteView {
    const TEMPLATE: &'static str = "appointments/studio_note";
    const LAYOUT: Layout = Layout::Studio;
    fn title(&self) -> Text {
        Text::key("appointments-title-note")
    }
    fn samples() -> Vec<Self> {
        let form = FormState::default().with("body", "Sleeps better.").with("shared", "on");
        let path = "/studio/bookings/bkg_1/notes/nte_1".to_owned();
        vec![Self { booking: BookingFacts::sample(State::Completed, None), path, form }]
    }
}
