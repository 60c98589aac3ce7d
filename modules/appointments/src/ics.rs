//! Calendar files (RFC 5545): one event, written so that it can be updated and cancelled later.
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

/// Somebody with an address.
#[derive(Clone, Debug)]
pub(crate) struct Person<'a> {
    pub name: &'a str,
    pub email: &'a str,
}

/// One appointment in a calendar.
#[derive(Clone, Debug)]
pub(crate) struct Event<'a> {
    /// The same for all versions of this event, and no other event's.
    pub uid: String,
    /// Grows with every version.
    pub sequence: i32,
    /// When this version was made.
    pub stamp: Instant,
    pub start: Instant,
    pub end: Instant,
    pub summary: &'a str,
    pub description: &'a str,
    pub location: &'a str,
    /// Page of the event.
    pub url: &'a str,
    pub organizer: Person<'a>,
    pub attendees: Vec<Person<'a>>,
}

/// The file.
pub(crate) fn write(method: Method, event: &Event<'_>) -> String {
    let status = if method == Method::Cancel { "CANCELLED" } else { "CONFIRMED" };
    let mut out = String::with_capacity(1_024);
    for fixed in [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Coaching platform//Appointments//EN",
        "CALSCALE:GREGORIAN",
    ] {
        line(&mut out, fixed);
    }
    line(&mut out, &format!("METHOD:{}", method.word()));
    line(&mut out, "BEGIN:VEVENT");
    line(&mut out, &format!("UID:{}", text(&event.uid)));
    line(&mut out, &format!("SEQUENCE:{}", event.sequence));
    line(&mut out, &format!("DTSTAMP:{}", utc(event.stamp)));
    line(&mut out, &format!("DTSTART:{}", utc(event.start)));
    line(&mut out, &format!("DTEND:{}", utc(event.end)));
    line(&mut out, &format!("SUMMARY:{}", text(event.summary)));
    for (name, value) in [("DESCRIPTION", event.description), ("LOCATION", event.location)] {
        if !value.is_empty() {
            line(&mut out, &format!("{name}:{}", text(value)));
        }
    }
    if !event.url.is_empty() {
        line(&mut out, &format!("URL:{}", bare(event.url)));
    }
    line(&mut out, &format!("STATUS:{status}"));
    line(&mut out, "TRANSP:OPAQUE");
    line(&mut out, &format!("ORGANIZER;{}", address(&event.organizer)));
    for person in &event.attendees {
        let role = "ROLE=REQ-PARTICIPANT;PARTSTAT=ACCEPTED;RSVP=FALSE";
        line(&mut out, &format!("ATTENDEE;{role};{}", address(person)));
    }
    line(&mut out, "END:VEVENT");
    line(&mut out, "END:VCALENDAR");
    out
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
            '\\' | ';' | ',' => {
                out.push('\\');
                out.push(character);
            }
            '\n' => out.push_str("\\n"),
            other if other.is_control() => {}
            other => out.push(other),
        }
    }
    out
}

/// `CN="Name":mailto:address`. A quoted value can hold neither quotes nor control characters (RFC 6868 writes them `^'`).
fn address(person: &Person<'_>) -> String {
    let name = bare(person.name).replace('^', "^^").replace('"', "^'");
    format!("CN=\"{name}\":mailto:{}", bare(person.email))
}

/// Without control characters.
fn bare(value: &str) -> String {
    value.chars().filter(|character| !character.is_control()).collect()
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
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn event<'a>(summary: &'a str, name: &'a str) -> Event<'a> {
        Event {
            uid: "bkg_1@ten_2".into(),
            sequence: 3,
            stamp: "2026-11-20T08:00:00.25Z".parse().unwrap(),
            start: "2026-11-23T09:00:00Z".parse().unwrap(),
            end: "2026-11-23T09:30:00Z".parse().unwrap(),
            summary,
            description: "Bring: pen, paper; and \\ a question\r\nSee you",
            location: "Kastanienallee 40, Berlin",
            url: "https://example.com/x/booking/abc",
            organizer: Person { name: "Northside", email: "desk@northside.example" },
            attendees: vec![Person { name, email: "sam@example.com" }],
        }
    }

    /// Undoes the folding.
    fn unfolded(file: &str) -> Vec<String> {
        file.replace("\r\n ", "").split_terminator("\r\n").map(str::to_owned).collect()
    }

    #[test]
    fn the_file_says_what_the_standard_wants() {
        let lines = unfolded(&write(Method::Request, &event("Check, first", "Sam \"S\" Reed")));
        assert_eq!(lines[..5].last().unwrap(), "METHOD:REQUEST");
        for expected in [
            "UID:bkg_1@ten_2",
            "SEQUENCE:3",
            "DTSTAMP:20261120T080000Z",
            "DTSTART:20261123T090000Z",
            "DTEND:20261123T093000Z",
            "SUMMARY:Check\\, first",
            "DESCRIPTION:Bring: pen\\, paper\\; and \\\\ a question\\nSee you",
            "LOCATION:Kastanienallee 40\\, Berlin",
            "STATUS:CONFIRMED",
            "ORGANIZER;CN=\"Northside\":mailto:desk@northside.example",
        ] {
            assert!(lines.iter().any(|line| line == expected), "{expected} in {lines:#?}");
        }
        assert!(lines.iter().any(|line| line.ends_with(";CN=\"Sam ^'S^' Reed\":mailto:sam@example.com")));
        assert!(write(Method::Cancel, &event("x", "y")).contains("METHOD:CANCEL\r\n"));
        assert!(write(Method::Cancel, &event("x", "y")).contains("STATUS:CANCELLED\r\n"));
    }

    proptest! {
        #[test]
        fn no_text_breaks_the_file(summary in "\\PC{0,200}|[\\r\\n:;,\\\\A-Zé漢]{0,120}", name in "[\\r\\n\"^:;a-zé]{0,90}") {
            let file = write(Method::Publish, &event(&summary, &name));
            prop_assert!(file.ends_with("END:VCALENDAR\r\n"));
            for folded in file.split_terminator("\r\n") {
                prop_assert!(folded.len() <= 75, "{folded:?}");
                prop_assert!(!folded.contains(['\r', '\n']), "{folded:?}");
            }
            let lines = unfolded(&file);
            prop_assert_eq!(lines.len(), 21);
            prop_assert_eq!(lines.iter().filter(|line| line.starts_with("BEGIN:")).count(), 2);
        }
    }
}
