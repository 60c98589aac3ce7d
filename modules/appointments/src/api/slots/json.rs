use std::fmt::Write as _;

use events::Instant;
use jiff::{
    Timestamp,
    fmt::temporal::DateTimePrinter,
    tz::{Offset, TimeZone},
};
use poem::{IntoResponse, Response};
use poem_openapi::{
    ApiResponse,
    payload::{Json, Payload},
    registry::{MetaResponses, MetaSchemaRef, Registry},
};

use crate::api::objects::SlotList;

/// A [`SlotList`] as JSON, written straight: a month of slots is the largest answer that visitors ask for often, and a
/// tree of values for it would cost more than finding it.
pub(crate) struct SlotsJson(String);

/// About as long as one slot is.
const ONE: usize = 120;

impl SlotsJson {
    /// Slots in order with their ends and seats left.
    pub fn new(
        zone: &str,
        tz: &TimeZone,
        minutes: i32,
        slots: impl ExactSizeIterator<Item = (Instant, Instant, u32)>,
    ) -> Self {
        let mut json = String::with_capacity(ONE * (slots.len() + 1));
        let zone = serde_json::Value::from(zone);
        // Writing to a string does not fail.
        let _ = write!(json, "{{\"zone\":{zone},\"minutes\":{minutes},\"slots\":[");
        let (mut utc, mut local) = (Wall::default(), Wall::default());
        let mut offsets = Offsets { tz, known: None };
        for (number, (start, end, seats)) in slots.enumerate() {
            json.push_str(if number == 0 { "{\"start\":\"" } else { ",{\"start\":\"" });
            utc.write(&mut json, start, Offset::UTC, "Z");
            json.push_str("\",\"end\":\"");
            utc.write(&mut json, end, Offset::UTC, "Z");
            json.push_str("\",\"local_start\":\"");
            let (offset, text) = offsets.at(start);
            local.write(&mut json, start, offset, text);
            let _ = write!(json, "\",\"seats_left\":{seats}}}");
        }
        json.push_str("]}");
        Self(json)
    }
}

const PRINTER: DateTimePrinter = DateTimePrinter::new();
const DAY: i64 = 86_400;

/// Writes wall clock times in order, most of them on the same day as the one before.
#[derive(Default)]
struct Wall {
    day: Option<i64>,
    date: String,
}

impl Wall {
    /// RFC 3339, as jiff writes it; `suffix` is how the offset is written.
    fn write(&mut self, json: &mut String, at: Instant, offset: Offset, suffix: &str) {
        let at = at.timestamp();
        let seconds = at.as_second() + i64::from(offset.seconds());
        let (day, time) = (seconds.div_euclid(DAY), seconds.rem_euclid(DAY));
        if at.subsec_nanosecond() != 0 {
            let _ = match suffix {
                "Z" => PRINTER.print_timestamp(&at, json),
                _ => PRINTER.print_timestamp_with_offset(&at, offset, json),
            };
            return;
        }
        if self.day != Some(day) {
            self.day = Some(day);
            self.date = offset.to_datetime(at).date().to_string();
        }
        json.push_str(&self.date);
        for (before, number) in [('T', time / 3_600), (':', time / 60 % 60), (':', time % 60)] {
            json.push(before);
            for digit in [number / 10, number % 10] {
                json.push(char::from(b'0'.saturating_add(u8::try_from(digit).unwrap_or(0))));
            }
        }
        json.push_str(suffix);
    }
}

/// The offsets of a zone for instants in order: asked of the zone once between two changes of the clock.
struct Offsets<'a> {
    tz: &'a TimeZone,
    /// From, until (exclusive), the offset, and how it is written.
    known: Option<(Timestamp, Timestamp, Offset, String)>,
}

impl Offsets<'_> {
    fn at(&mut self, at: Instant) -> (Offset, &str) {
        let at = at.timestamp();
        let holds = self.known.as_ref().is_some_and(|(from, until, ..)| (*from..*until).contains(&at));
        if !holds {
            self.known = None;
        }
        let tz = self.tz;
        let (_, _, offset, text) = self.known.get_or_insert_with(|| {
            let (offset, next) = (tz.to_offset(at), tz.following(at).next());
            let until = next.map_or(Timestamp::MAX, |change| change.timestamp());
            let written = at.display_with_offset(offset).to_string();
            let text = written.get(written.len().saturating_sub(6)..).unwrap_or_default().to_owned();
            (at, until, offset, text)
        });
        (*offset, text)
    }
}

impl Payload for SlotsJson {
    const CONTENT_TYPE: &'static str = Json::<SlotList>::CONTENT_TYPE;

    fn check_content_type(content_type: &str) -> bool {
        Json::<SlotList>::check_content_type(content_type)
    }
    fn schema_ref() -> MetaSchemaRef {
        Json::<SlotList>::schema_ref()
    }
    fn register(registry: &mut Registry) {
        <Json<SlotList> as Payload>::register(registry);
    }
}

impl IntoResponse for SlotsJson {
    fn into_response(self) -> Response {
        Response::builder().content_type(Self::CONTENT_TYPE).body(self.0)
    }
}

impl ApiResponse for SlotsJson {
    fn meta() -> MetaResponses {
        Json::<SlotList>::meta()
    }
    fn register(registry: &mut Registry) {
        <Json<SlotList> as ApiResponse>::register(registry);
    }
}

#[cfg(test)]
mod tests {
    use poem_openapi::types::ToJSON;

    use super::*;
    use crate::{api::objects::SlotOut, model::when::local};

    #[test]
    fn it_is_written_as_the_object_would_be() {
        let at = |text: &str| text.parse::<Instant>().unwrap();
        for (zone, starts) in [
            ("Europe/London", vec![]),
            ("America/New_York", vec![at("2026-11-23T09:00:00Z"), at("2026-03-29T01:30:00.25Z")]),
            (
                "Europe/Berlin",
                vec![at("2026-10-25T00:30:00Z"), at("2026-10-25T01:00:00Z"), at("2026-10-25T23:30:00Z")],
            ),
            (
                "Pacific/Apia",
                vec![at("0001-01-02T00:00:00Z"), at("9999-12-01T10:59:59Z"), at("2020-01-01T00:00:00Z")],
            ),
            ("Asia/Kathmandu", vec![at("2026-11-23T09:00:00Z")]),
            ("UTC", vec![at("2026-11-23T09:00:00Z")]),
        ] {
            let tz = TimeZone::get(zone).unwrap();
            let end = |start: Instant| start.plus_minutes(30);
            let slot = |start: &Instant| SlotOut {
                start: *start,
                end: end(*start),
                local_start: local(*start, &tz),
                seats_left: 3,
            };
            let list =
                SlotList { zone: zone.to_owned(), minutes: 30, slots: starts.iter().map(slot).collect() };
            let pairs: Vec<_> = starts.iter().map(|start| (*start, end(*start), 3)).collect();
            let written = SlotsJson::new(zone, &tz, 30, pairs.into_iter());
            assert_eq!(written.0, list.to_json().unwrap().to_string());
        }
    }
}
