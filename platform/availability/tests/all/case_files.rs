//! Runs every case of the files in `tests/cases`; each expected member is compared. `more.json` is written by
//! `brute_force.py` beside it, minute by minute with another time zone library.

use availability::cases::answer;
use serde_json::Value;

const FILES: [(&str, &str); 5] = [
    ("availability_windows", include_str!("../../../../tests/cases/availability_windows.json")),
    ("slots", include_str!("../../../../tests/cases/slots.json")),
    ("booking_limits", include_str!("../../../../tests/cases/booking_limits.json")),
    ("clock_changes", include_str!("../../../../tests/cases/clock_changes.json")),
    ("more", include_str!("../../../../tests/cases/more.json")),
];

/// What another policy would answer; it is in the files to be told apart from the expected.
const OTHER_POLICY: &str = "alternative_if_every_local_minute_counts";

/// Cases of a file, and how many expected members were compared in them.
fn run(name: &str, text: &str) -> (usize, usize) {
    let file: Value = serde_json::from_str(text).expect("a case file");
    let cases = file["cases"].as_array().expect("cases");
    let mut compared = 0;
    for case in cases {
        let id = format!("{name} {}", case["id"]);
        let got = answer(&case["input"].to_string()).unwrap_or_else(|error| panic!("{id}: {error}"));
        let expected = case["expected"].as_object().expect("expected members");
        let mut in_case = 0;
        for (key, want) in expected.iter().filter(|(key, _)| key.as_str() != OTHER_POLICY) {
            assert_eq!(got.get(key), Some(want), "{id}: {key}\n{}", case["title"]);
            in_case += 1;
        }
        assert!(in_case > 0, "{id}: nothing was compared");
        compared += in_case;
    }
    (cases.len(), compared)
}

#[test]
fn every_case_is_answered_as_expected() {
    let ran: Vec<(usize, usize)> = FILES.iter().map(|(name, text)| run(name, text)).collect();
    assert_eq!(
        ran,
        [(26, 27), (12, 34), (10, 17), (20, 30), (74, 184)],
        "cases and expected members per file"
    );
}

#[test]
fn the_other_policy_really_differs() {
    let file: Value = serde_json::from_str(FILES[0].1).expect("a case file");
    let with_other = |case: &&Value| case["expected"].get(OTHER_POLICY).is_some();
    let cases: Vec<&Value> = file["cases"].as_array().expect("cases").iter().filter(with_other).collect();
    assert_eq!(cases.len(), 2);
    for case in cases {
        let got = answer(&case["input"].to_string()).expect("an answer");
        assert_ne!(got["windows_utc"], case["expected"][OTHER_POLICY], "{}", case["id"]);
    }
}

#[test]
fn an_unknown_form_is_refused() {
    for input in ["{}", r#"{"question": 1}"#, r#"{"start": "2024-05-06T09:00:00Z"}"#] {
        assert_eq!(answer(input).expect_err(input).pointer, "/schedule");
    }
}

#[test]
fn slots_come_with_an_explanation_when_asked() {
    let file: Value = serde_json::from_str(FILES[1].1).expect("a case file");
    let case = file["cases"].as_array().expect("cases").iter().find(|case| case["id"] == "E96").expect("E96");
    let input = case["input"].to_string();
    let explained = |at: &str| {
        let got = availability::cases::answer_explaining(&input, Some(at)).expect("an answer");
        assert_eq!(got["slots_utc"], case["expected"]["slots_utc"]);
        got["explanation"].clone()
    };
    let open = explained("2024-05-06T10:00:00Z");
    assert_eq!(open["is_open"], true);
    assert_eq!(open["hosts"][0]["opened_by"]["source"]["kind"], "weekly");
    let closed = explained("2024-05-06T11:00:00Z");
    assert_eq!(closed["is_open"], false);
    assert_eq!(closed["hosts"][0]["id"], "101");
    assert_eq!(closed["hosts"][0]["closed_by"][0]["rule"], "busy");
    assert_eq!(closed["hosts"][0]["closed_by"][0]["part"], "own_buffer");
}
