//! Hostile input: an error that names the field, never a panic, never unbounded work.

use availability::cases::{answer, answer_explaining};
use proptest::prelude::*;
use serde_json::{Value, json};

fn question() -> Value {
    json!({
        "schedule": {
            "tz": "Europe/Berlin",
            "weekly": [{"days": [1, 2], "start": "09:00", "end": "17:00"}],
            "overrides": [{"date": "2024-05-07", "start": "12:00", "end": "14:00"}],
            "travel": [{"from": "2024-05-08", "to": "2024-05-09", "tz": "UTC"}]
        },
        "busy": [{"start": "2024-05-06T09:00:00Z", "end": "2024-05-06T10:00:00Z"}],
        "length_min": 60, "step_min": 30, "buffer_before_min": 0, "buffer_after_min": 15, "notice_min": 0,
        "limits": {"PER_DAY": 3}, "now": "2024-05-01T00:00:00Z", "viewer_tz": "UTC", "host_mode": "single",
        "query": {"from": "2024-05-06T00:00:00Z", "to": "2024-05-08T00:00:00Z"}
    })
}

/// The error after the value at a pointer was replaced.
fn wrong(pointer: &str, value: Value) -> String {
    let mut input = question();
    *input.pointer_mut(pointer).unwrap_or_else(|| panic!("{pointer} is not in the question")) = value;
    answer(&input.to_string()).map_or_else(|error| error.pointer, |_| "no error".to_owned())
}

#[test]
fn the_question_itself_is_sound() {
    let got = answer(&question().to_string()).expect("an answer");
    assert!(got["slots_utc"].as_array().is_some_and(|slots| !slots.is_empty()));
}

fn wrong_values() -> Vec<(&'static str, Value)> {
    vec![
        ("/schedule", json!([])),
        ("/schedule/tz", json!("Mars/Olympus")),
        ("/schedule/tz", json!("../../etc/passwd")),
        ("/schedule/tz", json!("x".repeat(10_000))),
        ("/schedule/tz", json!("")),
        ("/schedule/weekly", json!({})),
        ("/schedule/weekly/0/days/1", json!(7)),
        ("/schedule/weekly/0/days/1", json!(-1)),
        ("/schedule/weekly/0/start", json!("25:00")),
        ("/schedule/weekly/0/start", json!("24:00")),
        ("/schedule/weekly/0/end", json!(17)),
        ("/schedule/overrides/0/date", json!("2024-02-30")),
        ("/schedule/overrides/0/date", json!("99999-01-01")),
        ("/schedule/travel/0/tz", json!("Nowhere")),
        ("/schedule/travel/0/to", json!("2024-05-07")),
        ("/busy/0/start", json!("yesterday")),
        ("/busy/0/end", json!("2024-05-06T08:00:00Z")),
        ("/busy/0", json!("busy")),
        ("/length_min", json!(0)),
        ("/length_min", json!(1e300)),
        ("/length_min", json!(-5)),
        ("/step_min", json!(0)),
        ("/step_min", json!(0.5)),
        ("/step_min", json!(u64::MAX)),
        ("/buffer_after_min", json!(4_294_967_296_u64)),
        ("/notice_min", json!("1")),
        ("/limits/PER_DAY", json!(-1)),
        ("/now", json!("2024-05-01")),
        ("/viewer_tz", json!("Europe/Berlin\n")),
        ("/host_mode", json!("everybody")),
        ("/query/from", json!("0001-01-01T00:00:00Z")),
        ("/query/to", json!("2024-05-05T00:00:00Z")),
        ("/query/to", json!("9999-12-30T00:00:00Z")),
        ("/query/to", json!(null)),
    ]
}

#[test]
fn each_wrong_field_is_named() {
    for (pointer, value) in wrong_values() {
        let want = if pointer == "/query/to" && value == json!("9999-12-30T00:00:00Z") {
            "/query/from"
        } else {
            pointer
        };
        assert_eq!(wrong(pointer, value.clone()), want, "{value:.60}");
    }
    assert_eq!(wrong("/query/to", json!("2025-08-08T00:00:00Z")), "/query/to", "too long a range");
    assert_eq!(wrong("/limits", json!({"PER_DAY": 3, "PER_WEEK": 2})), "/limits/PER_WEEK");
    assert_eq!(wrong("/limits", json!({"PER_HOUR": 3})), "/limits/PER_HOUR");
    let stays = json!([{"from": "2024-05-08", "to": "2024-05-09", "tz": "UTC"},
                       {"from": "2024-05-09", "to": "2024-05-10", "tz": "UTC"}]);
    assert_eq!(wrong("/schedule/travel", stays), "/schedule/travel/1");
}

#[test]
fn what_is_no_question_is_refused() {
    for input in ["", "nothing", "[]", "null", "\"\u{0}\"", "{\"schedule\":", "1e999"] {
        assert_eq!(answer(input).expect_err(input).pointer, "");
    }
    assert_eq!(answer(&"[".repeat(1_000_000)).expect_err("too deep").pointer, "");
    assert_eq!(answer(&" ".repeat(9_000_000)).expect_err("too long").pointer, "");
    let input = question().to_string();
    assert_eq!(answer_explaining(&input, Some("soon")).expect_err("no instant").pointer, "/explain");
    let ancient = answer_explaining(&input, Some("-005000-01-01T00:00:00Z"));
    assert_eq!(ancient.expect_err("out of the calendar").pointer, "/explain");
}

#[test]
fn the_most_that_can_be_asked_stays_bounded() {
    let mut input = question();
    let all_day = json!([{"days": [0, 1, 2, 3, 4, 5, 6], "start": "00:00", "end": "23:59"}]);
    input["schedule"] = json!({"tz": "Europe/Berlin", "weekly": all_day});
    input["limits"] = json!({});
    input["busy"] = json!([]);
    (input["step_min"], input["length_min"]) = (json!(1), json!(1));
    input["query"] = json!({"from": "2025-01-01T00:00:00Z", "to": "2026-02-05T00:00:00Z"});
    let got = answer(&input.to_string()).expect("an answer");
    assert_eq!(got["slots_utc"].as_array().expect("slots").len(), 400 * 1_440);
    let hosts: Vec<Value> = (0..101).map(|_| json!({"schedule": input["schedule"]})).collect();
    input["hosts"] = json!(hosts);
    assert_eq!(answer(&input.to_string()).expect_err("too many").pointer, "/hosts");
}

#[test]
fn data_from_elsewhere_is_taken_kindly() {
    let windows = |overrides: Value| {
        let mut input = question();
        input["schedule"]["overrides"] = overrides;
        answer(&input.to_string()).expect("an answer")["windows_utc"].clone()
    };
    let monday = json!(["2024-05-06T07:00:00Z", "2024-05-06T15:00:00Z"]);
    let on = |start: &str, end: &str| json!({"date": "2024-05-07", "start": start, "end": end});
    let added = windows(json!([on("10:00", "12:00"), on("11:00", "13:00"), on("20:00", "21:00")]));
    let first = json!(["2024-05-07T08:00:00Z", "2024-05-07T11:00:00Z"]);
    let second = json!(["2024-05-07T18:00:00Z", "2024-05-07T19:00:00Z"]);
    assert_eq!(added, json!([monday, first, second]));
    assert_eq!(windows(json!([on("00:00", "00:00")])), json!([monday]), "no length: closed");
    let closed = json!({"date": "2024-05-07", "closed": true});
    assert_eq!(windows(json!([on("10:00", "12:00"), closed])), json!([monday]));
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        "[ -~]{0,12}".prop_map(Value::from),
        prop::sample::select(vec![
            "00:00",
            "23:59",
            "2024-05-06",
            "2024-05-06T09:00:00Z",
            "UTC",
            "9999-12-31"
        ])
        .prop_map(Value::from),
    ];
    leaf.prop_recursive(2, 8, 3, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..3).prop_map(Value::from),
            prop::collection::hash_map("[a-z]{1,5}", inner, 0..3).prop_map(|map| json!(map)),
        ]
    })
}

fn pointers(value: &Value, at: &str, out: &mut Vec<String>) {
    out.push(at.to_owned());
    if let Some(object) = value.as_object() {
        object.iter().for_each(|(key, value)| pointers(value, &format!("{at}/{key}"), out));
    }
    for (index, value) in value.as_array().into_iter().flatten().enumerate() {
        pointers(value, &format!("{at}/{index}"), out);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_value_in_any_place_is_answered_or_refused(place in 1_usize..40, value in any_json()) {
        let mut input = question();
        let mut all = Vec::new();
        pointers(&input, "", &mut all);
        let place = all[1 + place % (all.len() - 1)].clone();
        *input.pointer_mut(&place).expect("a place") = value;
        if let Err(error) = answer_explaining(&input.to_string(), Some("2024-05-06T10:00:00Z")) {
            prop_assert!(!error.pointer.is_empty(), "{place}: {error}");
        }
    }
}
