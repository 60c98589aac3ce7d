//! Appointment types as the API takes and gives them.

use events::{AppointmentTypeId, MemberId};
use poem_openapi::Object;

use crate::{
    model::{AppointmentType, CoachMode, PlaceKind, type_input::TypeInput},
    service::types::Offered,
};

/// Something bookable one to one. Minutes throughout.
#[derive(Clone, Debug, Object)]
#[oai(rename = "AppointmentType")]
pub(crate) struct TypeOut {
    pub id: AppointmentTypeId,
    /// Name in URLs.
    pub slug: String,
    pub name: String,
    /// Markdown.
    pub description: String,
    pub minutes: i32,
    /// Distance between the starts on offer.
    pub step_minutes: i32,
    pub buffer_before_minutes: i32,
    pub buffer_after_minutes: i32,
    /// How long before its start it can be booked, at the latest.
    pub notice_minutes: i32,
    pub horizon_days: i32,
    pub place_kind: PlaceKind,
    pub place: String,
    pub coach_mode: CoachMode,
    /// Coaches who offer it.
    pub coaches: Vec<MemberId>,
    pub active: bool,
    pub position: i32,
}

impl TypeOut {
    /// What one may know. The place of an appointment (a link, an address) is for those who booked it, and for staff.
    pub fn of((row, coaches): Offered, with_place: bool) -> Self {
        let AppointmentType { id, slug, name, description, minutes, step_minutes, .. } = row;
        Self {
            id,
            slug,
            name,
            description,
            minutes,
            step_minutes,
            buffer_before_minutes: row.buffer_before_minutes,
            buffer_after_minutes: row.buffer_after_minutes,
            notice_minutes: row.notice_minutes,
            horizon_days: row.horizon_days,
            place_kind: row.place_kind,
            place: if with_place { row.place } else { String::new() },
            coach_mode: row.coach_mode,
            coaches,
            active: row.active,
            position: row.position,
        }
    }
}

/// One page of appointment types.
#[derive(Clone, Debug, Object)]
pub(crate) struct AppointmentTypeList {
    pub items: Vec<TypeOut>,
    /// Where the next page begins; absent on the last.
    pub next_cursor: Option<String>,
}

/// A new appointment type. Minutes throughout.
#[derive(Clone, Debug, Object)]
pub(crate) struct NewAppointmentType {
    /// `a-z 0-9 -`, unique.
    pub slug: String,
    #[oai(validator(min_length = 1, max_length = 120))]
    pub name: String,
    /// Markdown.
    #[oai(default, validator(max_length = 4000))]
    pub description: String,
    #[oai(validator(minimum(value = "5"), maximum(value = "1440")))]
    pub minutes: i64,
    /// Left out: as long as the appointment.
    #[oai(validator(minimum(value = "5"), maximum(value = "1440")))]
    pub step_minutes: Option<i64>,
    #[oai(default, validator(minimum(value = "0"), maximum(value = "1440")))]
    pub buffer_before_minutes: i64,
    #[oai(default, validator(minimum(value = "0"), maximum(value = "1440")))]
    pub buffer_after_minutes: i64,
    #[oai(default, validator(minimum(value = "0"), maximum(value = "525600")))]
    pub notice_minutes: i64,
    #[oai(default = "sixty", validator(minimum(value = "1"), maximum(value = "730")))]
    pub horizon_days: i64,
    pub place_kind: PlaceKind,
    /// Address, number or https link.
    #[oai(default, validator(max_length = 500))]
    pub place: String,
    #[oai(default = "fixed")]
    pub coach_mode: CoachMode,
    /// At least one coach who offers it.
    pub coaches: Vec<MemberId>,
    #[oai(default = "yes")]
    pub active: bool,
    #[oai(default, validator(minimum(value = "0"), maximum(value = "10000")))]
    pub position: i64,
}

fn sixty() -> i64 {
    60
}
fn fixed() -> CoachMode {
    CoachMode::Fixed
}
fn yes() -> bool {
    true
}

impl From<NewAppointmentType> for TypeInput {
    fn from(new: NewAppointmentType) -> Self {
        Self {
            slug: new.slug,
            name: new.name,
            description: new.description,
            minutes: new.minutes,
            step_minutes: new.step_minutes,
            buffer_before_minutes: new.buffer_before_minutes,
            buffer_after_minutes: new.buffer_after_minutes,
            notice_minutes: new.notice_minutes,
            horizon_days: new.horizon_days,
            place_kind: new.place_kind,
            place: new.place,
            coach_mode: new.coach_mode,
            coaches: new.coaches,
            active: new.active,
            position: new.position,
            ..TypeInput::default()
        }
    }
}

/// What should change of an appointment type; what is left out stays.
#[derive(Clone, Debug, Object)]
pub(crate) struct AppointmentTypeChange {
    pub slug: Option<String>,
    #[oai(validator(min_length = 1, max_length = 120))]
    pub name: Option<String>,
    #[oai(validator(max_length = 4000))]
    pub description: Option<String>,
    #[oai(validator(minimum(value = "5"), maximum(value = "1440")))]
    pub minutes: Option<i64>,
    #[oai(validator(minimum(value = "5"), maximum(value = "1440")))]
    pub step_minutes: Option<i64>,
    #[oai(validator(minimum(value = "0"), maximum(value = "1440")))]
    pub buffer_before_minutes: Option<i64>,
    #[oai(validator(minimum(value = "0"), maximum(value = "1440")))]
    pub buffer_after_minutes: Option<i64>,
    #[oai(validator(minimum(value = "0"), maximum(value = "525600")))]
    pub notice_minutes: Option<i64>,
    #[oai(validator(minimum(value = "1"), maximum(value = "730")))]
    pub horizon_days: Option<i64>,
    pub place_kind: Option<PlaceKind>,
    #[oai(validator(max_length = 500))]
    pub place: Option<String>,
    pub coach_mode: Option<CoachMode>,
    pub coaches: Option<Vec<MemberId>>,
    pub active: Option<bool>,
    #[oai(validator(minimum(value = "0"), maximum(value = "10000")))]
    pub position: Option<i64>,
}

impl AppointmentTypeChange {
    /// The input after the change.
    pub fn onto(self, now: TypeInput) -> TypeInput {
        TypeInput {
            slug: self.slug.unwrap_or(now.slug),
            name: self.name.unwrap_or(now.name),
            description: self.description.unwrap_or(now.description),
            minutes: self.minutes.unwrap_or(now.minutes),
            step_minutes: self.step_minutes.or(now.step_minutes),
            buffer_before_minutes: self.buffer_before_minutes.unwrap_or(now.buffer_before_minutes),
            buffer_after_minutes: self.buffer_after_minutes.unwrap_or(now.buffer_after_minutes),
            notice_minutes: self.notice_minutes.unwrap_or(now.notice_minutes),
            horizon_days: self.horizon_days.unwrap_or(now.horizon_days),
            place_kind: self.place_kind.unwrap_or(now.place_kind),
            place: self.place.unwrap_or(now.place),
            coach_mode: self.coach_mode.unwrap_or(now.coach_mode),
            coaches: self.coaches.unwrap_or(now.coaches),
            active: self.active.unwrap_or(now.active),
            position: self.position.unwrap_or(now.position),
            ..now
        }
    }
}
