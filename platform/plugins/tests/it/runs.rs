//! What a run sees and may do.

use std::collections::{BTreeMap, BTreeSet};

use plugins::{Action, Capability, FailureCode, LogLevel, LogLine, Outcome, Subjects};

use crate::guest::{
    ADD_NOTE, CLIENT, CLOCK, FIELD, KV, LOG, MAIL_STAFF, NOTE, OR_FAIL, RANDOM, guest, host, invocation,
    prepared, run, run_with,
};

/// Answers with the 8 bytes of the i64 that `$value` yields, as decimal digits would need a library: hex by table.
const HEX: &str = r#"
  (func $hex (param $value i64) (result i32) (local $i i32)
    (i32.store8 (i32.const 512) (i32.const 34))
    (loop $again
      (i32.store8 (i32.add (i32.const 513) (local.get $i))
        (i32.load8_u (i32.add (i32.const 700) (i32.wrap_i64 (i64.shr_u (local.get $value) (i64.const 60))))))
      (local.set $value (i64.shl (local.get $value) (i64.const 4)))
      (br_if $again (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (i32.const 16))))
    (i32.store8 (i32.const 529) (i32.const 34))
    (call $answer (i32.const 0) (i32.const 512) (i32.const 18)))
  (data (i32.const 700) "0123456789abcdef")"#;

fn output(outcome: &Outcome) -> &str {
    match outcome {
        Outcome::Ok(output) => output,
        Outcome::Failed(failure) => panic!("{failure:?}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn state_of_one_run_is_not_in_the_next() {
    let plant = r#"
      (if (i32.load (i32.const 4000)) (then (unreachable)))
      (if (global.get $planted) (then (unreachable)))
      (if (i32.eqz (ref.is_null (table.get $t (i32.const 0)))) (then (unreachable)))
      (i32.store (i32.const 4000) (i32.const 1)) (global.set $planted (i32.const 1))
      (table.set $t (i32.const 0) (ref.func $answer))
      (drop (memory.grow (i32.const 200)))
      (if (i32.load (i32.const 13000000)) (then (unreachable)))
      (i32.store (i32.const 13000000) (i32.const 1))"#;
    let items = "(global $planted (mut i32) (i32.const 0)) (table $t 1 funcref) (elem declare func $answer)";
    let component = prepared(&guest("", items, plant)).await;
    for _ in 0..60 {
        let report = host().run(&component, invocation()).await;
        assert!(report.is_ok(), "{report:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn fuel_is_the_same_each_time() {
    let body = "(loop $again (br_if $again (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (i32.const 1000))))";
    let component = prepared(&guest("", "", body)).await;
    let mut used = BTreeSet::new();
    for _ in 0..100 {
        let report = host().run(&component, invocation()).await;
        assert!(report.is_ok());
        used.insert(report.fuel_used);
    }
    assert_eq!(used.len(), 1, "{used:?}");
    assert!(used.first().unwrap() > &1000);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_invocation_gives_the_same_report() {
    let body = format!("{ADD_NOTE} (drop (call $random)) (return (call $hex (call $random)))");
    let component = guest(&format!("{NOTE} {RANDOM}"), HEX, &body);
    let recorded = serde_json::to_string(&invocation()).unwrap();
    let mut first = run(&component).await;
    let mut again = run_with(&component, serde_json::from_str(&recorded).unwrap()).await;
    (first.wall, again.wall) = Default::default();
    assert_eq!(first, again);

    let mut other = invocation();
    other.seed = 43;
    assert_ne!(output(&run_with(&component, other).await.outcome), output(&first.outcome));
}

#[tokio::test(flavor = "multi_thread")]
async fn random_numbers_are_those_of_the_published_generator() {
    let component = guest(RANDOM, HEX, "(return (call $hex (call $random)))");
    let mut zero = invocation();
    zero.seed = 0;
    // First output of SplitMix64 for seed 0.
    assert_eq!(output(&run_with(&component, zero).await.outcome), "\"e220a8397b1dcdaf\"");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_clock_is_the_events() {
    let report = run(&guest(CLOCK, HEX, "(return (call $hex (call $now)))")).await;
    // 2026-12-30T09:15:00Z, as the sample has it.
    assert_eq!(output(&report.outcome), format!("\"{:016x}\"", 1_798_622_100_000_u64));
}

#[tokio::test(flavor = "multi_thread")]
async fn fields_of_the_event_are_read_by_path() {
    let read = |path: &str| {
        let body = format!(
            "(call $field (i32.const 300) (i32.const {}) (i32.const 256))
             (if (i32.load8_u (i32.const 256))
               (then (return (call $answer (i32.const 1) (i32.load (i32.const 260)) (i32.load (i32.const 264))))))",
            path.len()
        );
        guest(FIELD, &format!(r#"(data (i32.const 300) "{path}")"#), &body)
    };
    for (path, expected) in [
        ("name", Some("order.paid")),
        ("version", Some("1")),
        ("data.total.amount", Some("29700")),
        ("data.lines.0.name", Some("Kickstarter")),
        ("data.total", Some(r#"{"amount":29700,"currency":"GBP"}"#)),
        ("data.lines.1", None),
        ("data.nothing.at.all", None),
        ("", None),
    ] {
        let mut order = invocation();
        order.event_json = crate::guest::ORDER.to_owned();
        let report = run_with(&read(path), order).await;
        let found = report.failure().and_then(|failure| failure.detail.as_deref());
        assert_eq!(found, expected, "{path}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_granted_action_is_collected_and_a_missing_grant_is_denied() {
    let component = guest(NOTE, "", &format!("{ADD_NOTE} {OR_FAIL}"));
    let report = run(&component).await;
    assert_eq!(report.actions, [Action::AddNote { client: CLIENT.to_owned(), text: "{}".to_owned() }]);

    let mut ungranted = invocation();
    ungranted.grants.remove(&Capability::ClientNote);
    let report = run_with(&component, ungranted).await;
    let failure = report.failure().unwrap();
    assert_eq!(failure.code, FailureCode::Reported);
    assert_eq!(failure.detail.as_deref(), Some("the capability client.note has not been granted"));
    assert!(report.actions.is_empty() && report.discarded.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn only_clients_of_the_event_are_acted_on() {
    let component = guest(NOTE, "", &format!("{ADD_NOTE} {OR_FAIL}"));
    let mut other = invocation();
    other.subjects = Subjects::Only(BTreeSet::from(["cli_other".to_owned()]));
    assert!(
        run_with(&component, other)
            .await
            .failure()
            .unwrap()
            .detail
            .as_deref()
            .unwrap()
            .contains("only the client")
    );
    let mut any = invocation();
    any.subjects = Subjects::Any;
    assert!(run_with(&component, any).await.is_ok());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_action_has_a_share_and_a_form() {
    let note = format!("{ADD_NOTE} {OR_FAIL}");
    let six = run(&guest(NOTE, "", &note.repeat(6))).await;
    assert_eq!(six.failure().unwrap().detail.as_deref(), Some("a run may ask for 5 notes"));
    assert!(six.actions.is_empty(), "a failed run has no effects");
    assert_eq!(six.discarded.len(), 5);
    assert_eq!(run(&guest(NOTE, "", &note.repeat(5))).await.actions.len(), 5);

    let inject = "(call $mail (i32.const 300) (i32.const 7) (i32.const 64) (i32.const 2) (i32.const 256))";
    let items = r#"(data (i32.const 300) "Hi\0d\0aBcc")"#;
    let report = run(&guest(MAIL_STAFF, items, &format!("{inject} {OR_FAIL}"))).await;
    assert!(report.failure().unwrap().detail.as_deref().unwrap().contains("one line"));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_log_is_kept_with_its_levels_and_without_control_characters() {
    let items = r#"(data (i32.const 300) "one\00two\nthree")"#;
    let body = "(call $log (i32.const 2) (i32.const 300) (i32.const 13)) (call $log (i32.const 0) (i32.const 64) (i32.const 2))";
    let report = run(&guest(LOG, items, body)).await;
    let line = |level, message: &str| LogLine { level, message: message.to_owned() };
    assert_eq!(report.logs, [line(LogLevel::Warn, "one\u{fffd}two\nthree"), line(LogLevel::Debug, "{}")]);
    assert!(!report.logs_cut);
}

/// Reads key `{}`; fails with its value when there is one; then writes the client under it, and reads again.
const READ_WRITE: &str = "
    (call $get (i32.const 64) (i32.const 2) (i32.const 256))
    (if (i32.load8_u (i32.const 256)) (then (unreachable)))
    (if (i32.load8_u (i32.const 260))
      (then (call $delete (i32.const 64) (i32.const 2) (i32.const 400)))
      (else (call $set (i32.const 64) (i32.const 2) (i32.const 128) (i32.const 36) (i32.const 256))
        (if (i32.load8_u (i32.const 256))
          (then (return (call $answer (i32.const 1) (i32.load (i32.const 264)) (i32.load (i32.const 268))))))
        (call $get (i32.const 64) (i32.const 2) (i32.const 256))
        (if (i32.ne (i32.load (i32.const 268)) (i32.const 36)) (then (unreachable)))))";

#[tokio::test(flavor = "multi_thread")]
async fn the_store_is_a_snapshot_and_its_writes_are_collected() {
    let component = guest(KV, "", READ_WRITE);
    let first = run(&component).await;
    assert_eq!(first.store_writes, BTreeMap::from([("{}".to_owned(), Some(CLIENT.to_owned()))]), "{first:?}");

    let mut second = invocation();
    second.store = BTreeMap::from([("{}".to_owned(), CLIENT.to_owned())]);
    let second = run_with(&component, second).await;
    assert_eq!(second.store_writes, BTreeMap::from([("{}".to_owned(), None)]), "{second:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_store_takes_nothing_more() {
    let mut full = invocation();
    full.limits.store_bytes = 100;
    full.store = BTreeMap::from([("other".to_owned(), "x".repeat(70))]);
    let report = run_with(&guest(KV, "", READ_WRITE), full).await;
    assert_eq!(report.failure().unwrap().detail.as_deref(), Some("the store may hold 100 bytes"));
    assert!(report.store_writes.is_empty());
}
