use proptest::prelude::*;

use super::*;

fn person(name: &str, email: &str) -> Person {
    Person { name: name.into(), email: email.into() }
}

fn event(summary: &str, name: &str) -> Event {
    Event {
        uid: "bkg_1@ten_2".into(),
        sequence: 3,
        status: Status::Confirmed,
        stamp: "2026-11-20T08:00:00.25Z".parse().unwrap(),
        start: "2026-11-23T09:00:00Z".parse().unwrap(),
        end: "2026-11-23T09:30:00Z".parse().unwrap(),
        summary: summary.into(),
        description: "Bring: pen, paper; and \\ a question\r\nSee you".into(),
        location: "Kastanienallee 40, Berlin".into(),
        url: "https://example.com/x/booking/abc".into(),
        organizer: person("Northside", "desk@northside.example"),
        attendees: vec![person(name, "sam@example.com")],
    }
}

/// Undoes the folding.
fn unfolded(file: &str) -> Vec<String> {
    file.replace("\r\n ", "").split_terminator("\r\n").map(str::to_owned).collect()
}

/// Undoes the escaping, as a reader would.
fn unescaped(value: &str) -> String {
    let mut out = String::new();
    let mut rest = value.chars();
    while let Some(character) = rest.next() {
        match character {
            '\\' => match rest.next() {
                Some('n' | 'N') => out.push('\n'),
                Some(other) => out.push(other),
                None => panic!("a backslash at the end of {value:?}"),
            },
            ',' | ';' => panic!("{character:?} bare in {value:?}"),
            other => out.push(other),
        }
    }
    out
}

/// The value of a property.
fn value<'a>(lines: &'a [String], name: &str) -> &'a str {
    let line = lines.iter().find(|line| line.starts_with(&format!("{name}:"))).unwrap();
    line.split_once(':').unwrap().1
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
}

#[test]
fn the_status_is_the_events_own_unless_it_is_taken_off() {
    let status = |method, status| {
        let event = Event { status, ..event("x", "y") };
        let lines = unfolded(&write(method, &event));
        (value(&lines, "METHOD").to_owned(), value(&lines, "STATUS").to_owned())
    };
    let said = |method: &str, status: &str| (method.to_owned(), status.to_owned());
    assert_eq!(status(Method::Request, Status::Confirmed), said("REQUEST", "CONFIRMED"));
    assert_eq!(status(Method::Publish, Status::Tentative), said("PUBLISH", "TENTATIVE"));
    assert_eq!(status(Method::Publish, Status::Cancelled), said("PUBLISH", "CANCELLED"));
    assert_eq!(status(Method::Cancel, Status::Confirmed), said("CANCEL", "CANCELLED"));
}

#[test]
fn a_line_is_folded_before_its_76th_octet_and_never_within_a_character() {
    // "SUMMARY:" has 8 octets: 67 more fill the line.
    for (text, first) in [
        ("a".repeat(67), 75),
        ("a".repeat(68), 75),
        // A character of two, three and four octets that would end at the 76th.
        (format!("{}é", "a".repeat(66)), 74),
        (format!("{}漢", "a".repeat(65)), 73),
        (format!("{}🙂", "a".repeat(64)), 72),
        // The same character where it still fits.
        (format!("{}🙂", "a".repeat(63)), 75),
    ] {
        let file = write(Method::Publish, &event(&text, "Sam"));
        let line = file.split("\r\n").find(|line| line.starts_with("SUMMARY:")).unwrap();
        assert_eq!(line.len(), first, "{text}");
        assert_eq!(value(&unfolded(&file), "SUMMARY"), text);
    }
}

#[test]
fn a_feed_holds_all_its_events_and_none_is_a_calendar_too() {
    let events: Vec<Event> =
        (0..3).map(|n| Event { uid: format!("bkg_{n}@ten_2"), ..event("Check", "Sam") }).collect();
    let lines = unfolded(&feed("Maya, all", &events));
    assert_eq!(value(&lines, "X-WR-CALNAME"), "Maya\\, all");
    assert_eq!(value(&lines, "METHOD"), "PUBLISH");
    let count = |text: &str| lines.iter().filter(|line| *line == text).count();
    assert_eq!((count("BEGIN:VEVENT"), count("END:VEVENT"), count("BEGIN:VCALENDAR")), (3, 3, 1));
    let empty = feed("", &[]);
    assert!(empty.starts_with("BEGIN:VCALENDAR\r\n") && empty.ends_with("END:VCALENDAR\r\n"));
}

/// Letters of one to four octets, everything that means something in a calendar file, and all that ends a line somewhere.
const WILD: &str = "[\\r\\n\\t\\x00\\x0b\\x0c\\x1c\\x7f\\u{85}\\u{2028}\\u{2029}:;,\"^\\\\A-Z =é漢🙂]{0,160}";

/// What a reader should see: line ends are line ends, other control characters are gone.
fn expected(text: &str) -> String {
    let text = text.replace("\r\n", "\n").replace('\t', " ");
    let text = text.replace(['\r', '\u{85}', '\u{2028}', '\u{2029}'], "\n");
    text.chars().filter(|character| *character == '\n' || !character.is_control()).collect()
}

/// Whether the file is well formed, whatever its texts are.
fn is_sound(file: &str) -> Result<Vec<String>, TestCaseError> {
    prop_assert!(file.ends_with("END:VCALENDAR\r\n"));
    for folded in file.split_terminator("\r\n") {
        prop_assert!(folded.len() <= 75, "{folded:?}");
        let ends = |character: char| character.is_control() || "\u{2028}\u{2029}".contains(character);
        prop_assert!(!folded.contains(ends), "{folded:?}");
    }
    let lines = unfolded(file);
    for name in ["BEGIN:VEVENT", "END:VEVENT", "BEGIN:VCALENDAR", "END:VCALENDAR"] {
        prop_assert_eq!(lines.iter().filter(|line| *line == name).count(), 1);
    }
    for name in ["METHOD:", "UID:", "SEQUENCE:", "STATUS:", "DTSTART:", "ORGANIZER;", "ATTENDEE;"] {
        prop_assert_eq!(lines.iter().filter(|line| line.starts_with(name)).count(), 1);
    }
    Ok(lines)
}

proptest! {
    #[test]
    fn no_text_breaks_the_file(summary in "\\PC{0,200}|[\\r\\n:;,\\\\A-Zé漢]{0,120}", name in "[\\r\\n\"^:;a-zé]{0,90}") {
        let lines = is_sound(&write(Method::Publish, &event(&summary, &name)))?;
        prop_assert_eq!(lines.len(), 21);
    }

    #[test]
    fn whatever_is_written_is_read_again(summary in WILD, note in WILD, place in WILD, name in WILD, url in WILD) {
        let event = Event {
            description: format!("x{note}"),
            location: format!("x{place}"),
            url: format!("https://example.com/{url}"),
            organizer: person(&name, &format!("{name}@example.com")),
            ..event(&summary, &name)
        };
        let lines = is_sound(&write(Method::Request, &event))?;
        prop_assert_eq!(lines.len(), 21);
        prop_assert_eq!(unescaped(value(&lines, "SUMMARY")), expected(&summary));
        prop_assert_eq!(unescaped(value(&lines, "DESCRIPTION")), expected(&format!("x{note}")));
        prop_assert_eq!(unescaped(value(&lines, "LOCATION")), expected(&format!("x{place}")));
    }

    #[test]
    fn instants_are_written_to_the_second_in_utc(seconds in 0_i64..4_102_444_800) {
        let start = Instant::new(jiff::Timestamp::from_second(seconds).unwrap());
        let lines = unfolded(&write(Method::Publish, &Event { start, ..event("x", "y") }));
        let read = jiff::civil::DateTime::strptime("%Y%m%dT%H%M%SZ", value(&lines, "DTSTART")).unwrap();
        prop_assert_eq!(read.to_zoned(jiff::tz::TimeZone::UTC).unwrap().timestamp().as_second(), seconds);
    }
}
