//! Components that try to harm: each ends in time, with a code that says why, and the host goes on.

use plugins::{FailureCode, Limits, Outcome, RunReport};

use crate::guest::{ADD_NOTE, LOG, NOTE, RANDOM, guest, host, invocation, prepared, run, run_with};

fn code(report: &RunReport) -> FailureCode {
    report.failure().unwrap_or_else(|| panic!("the run ended well: {report:?}")).code
}

/// Fails with the code, and a harmless component runs right after it.
async fn ends_with(component: &[u8], expected: FailureCode) -> RunReport {
    let report = run(component).await;
    assert_eq!(code(&report), expected, "{report:?}");
    assert!(run(&guest("", "", "")).await.is_ok());
    report
}

#[tokio::test(flavor = "multi_thread")]
async fn an_endless_loop_runs_out_of_work() {
    let report = ends_with(&guest("", "", "(loop $again (br $again))"), FailureCode::Work).await;
    assert_eq!(report.fuel_used, Limits::default().fuel);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_loop_in_start_is_stopped_too() {
    ends_with(&guest("", "(func $s (loop $again (br $again))) (start $s)", ""), FailureCode::Work).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn work_that_costs_little_fuel_is_stopped_by_time() {
    let mut invocation = invocation();
    invocation.limits.fuel = u64::MAX;
    let limits = Limits { fuel: u64::MAX, ..Limits::default() };
    let folder = tempfile::tempdir().unwrap();
    let mut config = crate::guest::config(folder.path().join("cache"));
    config.ceiling = limits;
    let generous = plugins::Host::new(config).unwrap();
    let component = generous.prepare(&guest("", "", "(loop $again (br $again))")).await.unwrap();
    let report = generous.run(&component, invocation).await;
    assert_eq!(code(&report), FailureCode::Time);
    assert!(report.wall.as_secs() < 8, "{:?}", report.wall);
}

#[tokio::test]
async fn a_busy_run_gives_way_to_others_on_one_thread() {
    let folder = tempfile::tempdir().unwrap();
    let mut config = crate::guest::config(folder.path().join("cache"));
    config.ceiling.fuel = u64::MAX;
    let host = plugins::Host::new(config).unwrap();
    let busy = host.prepare(&guest("", "", "(loop $again (br $again))")).await.unwrap();
    let mut invocation = invocation();
    invocation.limits.fuel = u64::MAX;
    let mut turns = 0_u32;
    let beside = async {
        loop {
            tokio::task::yield_now().await;
            turns += 1;
        }
    };
    let report =
        tokio::select! { report = host.run(&busy, invocation) => report, () = beside => unreachable!() };
    assert_eq!(code(&report), FailureCode::Time);
    assert!(turns >= 40, "{turns} turns beside a run of 50");
}

#[tokio::test(flavor = "multi_thread")]
async fn memory_stops_at_its_limit() {
    let grow =
        "(loop $again (br_if $again (i32.ne (memory.grow (i32.const 16)) (i32.const -1)))) (unreachable)";
    let report = ends_with(&guest("", "", grow), FailureCode::Memory).await;
    assert!(report.memory_peak <= Limits::default().memory_bytes);
    assert!(report.memory_peak > 15 << 20);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_guest_that_takes_no_for_an_answer_goes_on() {
    let report = run(&guest("", "", "(drop (memory.grow (i32.const 60000)))")).await;
    assert!(report.is_ok(), "{report:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn tables_stop_at_their_limit() {
    let grow = "(loop $again (br_if $again (i32.ne (table.grow $t (ref.null func) (i32.const 500)) (i32.const -1)))) (unreachable)";
    ends_with(&guest("", "(table $t 1 funcref)", grow), FailureCode::Table).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn deep_recursion_is_stopped() {
    let items = "(func $down (param i64) (result i64) (i64.add (call $down (i64.add (local.get 0) (i64.const 1))) (i64.const 1)))";
    ends_with(&guest("", items, "(drop (call $down (i64.const 0)))"), FailureCode::Stack).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_crash_shows_its_last_cause_and_no_trace() {
    let report = ends_with(&guest("", "", "(unreachable)"), FailureCode::Crash).await;
    let detail = report.failure().unwrap().detail.clone().unwrap();
    assert!(detail.contains("unreachable") && !detail.contains('\n'), "{detail}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_huge_log_is_cut() {
    let fill = "(memory.fill (i32.const 1024) (i32.const 97) (i32.const 6000))";
    let write = "(loop $again (call $log (i32.const 1) (i32.const 1024) (i32.const 6000))
        (br_if $again (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (i32.const 30))))";
    let report = run(&guest(LOG, "", &format!("{fill} {write}"))).await;
    assert!(report.is_ok(), "{report:?}");
    assert!(report.logs_cut);
    let kept: usize = report.logs.iter().map(|line| line.message.len()).sum();
    assert!(kept > 60_000 && kept <= Limits::default().log_bytes, "{kept}");
}

#[tokio::test(flavor = "multi_thread")]
async fn one_call_can_not_hand_over_megabytes() {
    let huge =
        "(drop (memory.grow (i32.const 100))) (call $log (i32.const 1) (i32.const 0) (i32.const 6000000))";
    ends_with(&guest(LOG, "", huge), FailureCode::CallData).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_huge_answer_is_refused() {
    let answer = |bytes: u32| {
        let body = format!(
            "(drop (memory.grow (i32.const 100))) (memory.fill (i32.const 8192) (i32.const 49) (i32.const {bytes}))
             (return (call $answer (i32.const 0) (i32.const 8192) (i32.const {bytes})))"
        );
        guest("", "", &body)
    };
    ends_with(&answer(70_000), FailureCode::OutputSize).await;
    ends_with(&answer(6_000_000), FailureCode::CallData).await;
    let fits = run(&answer(60_000)).await;
    assert!(matches!(&fits.outcome, Outcome::Ok(output) if output.len() == 60_000), "{:?}", fits.failure());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_is_no_document_is_refused() {
    let body = r#"(return (call $answer (i32.const 0) (i32.const 300) (i32.const 4)))"#;
    ends_with(&guest("", r#"(data (i32.const 300) "oops")"#, body), FailureCode::OutputForm).await;
    let nul = r#"(return (call $answer (i32.const 0) (i32.const 300) (i32.const 8)))"#;
    ends_with(&guest("", r#"(data (i32.const 300) "\"\\u0000\"")"#, nul), FailureCode::OutputForm).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_flood_of_calls_ends_the_run_and_nothing_of_it_happens() {
    let flood = format!("{ADD_NOTE} (loop $again (drop (call $random)) (br $again))");
    let report = ends_with(&guest(&format!("{NOTE} {RANDOM}"), "", &flood), FailureCode::HostCalls).await;
    assert_eq!(report.host_calls, Limits::default().host_calls);
    assert!(report.actions.is_empty());
    assert_eq!(report.discarded.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn bytes_outside_its_memory_are_no_text() {
    let report = run(&guest(LOG, "", "(call $log (i32.const 1) (i32.const 65530) (i32.const 100))")).await;
    assert_eq!(code(&report), FailureCode::Crash);
    let level = run(&guest(LOG, "", "(call $log (i32.const 9) (i32.const 64) (i32.const 2))")).await;
    assert_eq!(code(&level), FailureCode::Crash);
}

#[tokio::test(flavor = "multi_thread")]
async fn more_runs_than_the_pool_holds_wait_for_their_turn() {
    let component = prepared(&guest("", "", "(loop $again (br $again))")).await;
    let runs: Vec<_> = (0..40)
        .map(|_| {
            tokio::spawn({
                let component = component.clone();
                async move { host().run(&component, invocation()).await }
            })
        })
        .collect();
    for run in runs {
        assert_eq!(code(&run.await.unwrap()), FailureCode::Work);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn runs_that_set_each_other_off_come_to_an_end() {
    let component = guest("", "", "");
    let mut next = invocation();
    for depth in 0..=5 {
        let report = run_with(&component, next.clone()).await;
        assert!(report.is_ok(), "depth {depth}");
        next.depth = report.next_depth;
    }
    assert_eq!(code(&run_with(&component, next).await), FailureCode::Depth);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_that_is_too_large_or_no_document_is_not_run() {
    let mut large = invocation();
    large.event_json = format!("\"{}\"", "x".repeat(300_000));
    assert_eq!(code(&run_with(&guest("", "", ""), large).await), FailureCode::Event);
    let mut broken = invocation();
    broken.event_json = "{".to_owned();
    assert_eq!(code(&run_with(&guest("", "", ""), broken).await), FailureCode::Event);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tenant_can_not_go_above_the_ceiling() {
    let mut greedy = invocation();
    greedy.limits = Limits { fuel: u64::MAX, ticks: u32::MAX, host_calls: u32::MAX, ..Limits::default() };
    let report = run_with(&guest("", "", "(loop $again (br $again))"), greedy).await;
    assert_eq!((code(&report), report.fuel_used), (FailureCode::Work, Limits::default().fuel));
}
