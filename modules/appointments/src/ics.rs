//! Calendar files (RFC 5545): events written so that they can be updated and cancelled later.
//!
//! **Invariants.** Lines end in CRLF and have at most 75 octets; no text can begin a line of its own.

use std::fmt::Write as _;

use events::Instant;

/// What the receiver's calendar should do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Method {
    /// Keep it; for a file that somebody downloads.
    Publish,
    /// Take it, or the change of it, as an invitation.
    Request,
    /// Take it off again.
    Cancel,
}

impl Method {
    /// The word in the file and in the mail's content type.
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Publish => "PUBLISH",
            Self::Request => "REQUEST",
            Self::Cancel => "CANCEL",
        }
    }
}

/// How certain an event is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Status {
    /// Its time is kept, somebody has yet to approve or to pay.
    Tentative,
    /// It takes place, or took place.
    Confirmed,
    /// It does not take place.
    Cancelled,
}

impl Status {
    const fn word(self) -> &'static str {
        match self {
            Self::Tentative => "TENTATIVE",
            Self::Confirmed => "CONFIRMED",
            Self::Cancelled => "CANCELLED",
        }
    }
}

/// Somebody with an address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Person {
    pub name: String,
    pub email: String,
}

/// One appointment in a calendar.
#[derive(Clone, Debug)]
pub(crate) struct Event {
    /// The same for all versions of this event, and no other event's.
    pub uid: String,
    /// Grows with every version.
    pub sequence: i32,
    pub status: Status,
    /// When this version was made.
    pub stamp: Instant,
    pub start: Instant,
    pub end: Instant,
    pub summary: String,
    pub description: String,
    pub location: String,
    /// Page of the event.
    pub url: String,
    pub organizer: Person,
    pub attendees: Vec<Person>,
}

/// A file with one event. One that is to be taken off says that it is cancelled, whatever else became of it.
pub(crate) fn write(method: Method, event: &Event) -> String {
    let mut out = String::with_capacity(1_024);
    begin(&mut out, method);
    let status = if method == Method::Cancel { Status::Cancelled } else { event.status };
    one(&mut out, event, status);
    line(&mut out, "END:VCALENDAR");
    out
}

/// A calendar that programs read again and again, of any number of events.
pub(crate) fn feed(name: &str, events: &[Event]) -> String {
    let mut out = String::with_capacity(512 + events.len() * 768);
    begin(&mut out, Method::Publish);
    line(&mut out, &format!("X-WR-CALNAME:{}", text(name)));
    line(&mut out, "REFRESH-INTERVAL;VALUE=DURATION:PT15M");
    line(&mut out, "X-PUBLISHED-TTL:PT15M");
    for event in events {
        one(&mut out, event, event.status);
    }
    line(&mut out, "END:VCALENDAR");
    out
}

fn begin(out: &mut String, method: Method) {
    for fixed in [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Coaching platform//Appointments//EN",
        "CALSCALE:GREGORIAN",
    ] {
        line(out, fixed);
    }
    line(out, &format!("METHOD:{}", method.word()));
}

fn one(out: &mut String, event: &Event, status: Status) {
    line(out, "BEGIN:VEVENT");
    line(out, &format!("UID:{}", text(&event.uid)));
    line(out, &format!("SEQUENCE:{}", event.sequence));
    line(out, &format!("DTSTAMP:{}", utc(event.stamp)));
    line(out, &format!("DTSTART:{}", utc(event.start)));
    line(out, &format!("DTEND:{}", utc(event.end)));
    line(out, &format!("SUMMARY:{}", text(&event.summary)));
    for (name, value) in [("DESCRIPTION", &event.description), ("LOCATION", &event.location)] {
        if !value.is_empty() {
            line(out, &format!("{name}:{}", text(value)));
        }
    }
    if !event.url.is_empty() {
        line(out, &format!("URL:{}", bare(&event.url)));
    }
    line(out, &format!("STATUS:{}", status.word()));
    line(out, "TRANSP:OPAQUE");
    line(out, &format!("ORGANIZER;{}", address(&event.organizer)));
    for person in &event.attendees {
        let role = "ROLE=REQ-PARTICIPANT;PARTSTAT=ACCEPTED;RSVP=FALSE";
        line(out, &format!("ATTENDEE;{role};{}", address(person)));
    }
    line(out, "END:VEVENT");
}

/// A content line, folded after at most 75 octets, never within a character.
fn line(out: &mut String, content: &str) {
    let mut room = 75;
    for character in content.chars() {
        if character.len_utf8() > room {
            out.push_str("\r\n ");
            room = 74;
        }
        out.push(character);
        room -= character.len_utf8();
    }
    out.push_str("\r\n");
}

/// A TEXT value: backslash, semicolon, comma and line ends escaped, other control characters left out.
fn text(value: &str) -> String {
    let mut out = String::with_capacity(value.len());
    for character in value.replace("\r\n", "\n").chars() {
        match character {
            '\t' => out.push(' '),
            '\\' | ';' | ',' => {
                out.push('\\');
                out.push(character);
            }
            // Some readers end a line at each of these.
            '\n' | '\r' | '\u{85}' | '\u{2028}' | '\u{2029}' => out.push_str("\\n"),
            other if other.is_control() => {}
            other => out.push(other),
        }
    }
    out
}

/// `CN="Name":mailto:address`. A quoted value can hold neither quotes nor control characters (RFC 6868 writes them `^'`).
fn address(person: &Person) -> String {
    let name = bare(&person.name).replace('^', "^^").replace('"', "^'");
    format!("CN=\"{name}\":mailto:{}", bare(&person.email))
}

/// Without control characters and whatever ends a line somewhere.
fn bare(value: &str) -> String {
    let ends = |character: char| character.is_control() || matches!(character, '\u{2028}' | '\u{2029}');
    value.chars().filter(|character| !ends(*character)).collect()
}

/// `20261123T090000Z`
fn utc(at: Instant) -> String {
    let time = at.timestamp().to_zoned(jiff::tz::TimeZone::UTC).datetime();
    let mut out = String::with_capacity(16);
    let (date, clock) = (time.date(), time.time());
    // Writing to a String cannot fail.
    let _ = write!(out, "{:04}{:02}{:02}", date.year(), date.month(), date.day());
    let _ = write!(out, "T{:02}{:02}{:02}Z", clock.hour(), clock.minute(), clock.second());
    out
}

#[cfg(test)]
mod tests;
