use std::{
    path::Path,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, anyhow, ensure};
use plugins::{Capability, Compiled, FailureCode, Host, HostConfig, Invocation, Limits};
use wit_component::{ComponentEncoder, StringEncoding, embed_component_metadata};
use wit_parser::Resolve;

use crate::figures::{Line, percentile, shown};

const BOOKING: &str = include_str!("../../../../plugins-sdk/events/booking.confirmed.json");
const RANDOM: &str = r#"(import "coach:automation/random@0.1.0" "next" (func $random (result i64)))"#;
const LOG: &str = r#"(import "coach:automation/log@0.1.0" "write" (func $log (param i32 i32 i32)))"#;

/// A turn of computing, after which a run is looked at.
const TURN: Duration = Duration::from_millis(5);
/// How much longer than its budget a run may take.
const SLACK: Duration = Duration::from_millis(50);
/// How long all runs of one module may take together.
const SHARE: Duration = Duration::from_secs(4);

/// Imports, items and body of the handler, how it must end, and whether fuel is unlimited (so that only time stops it).
type Hostile = (&'static str, &'static str, &'static str, &'static str, FailureCode, bool);

const MODULES: [Hostile; 12] = [
    ("endless loop", "", "", "(loop $again (br $again))", FailureCode::Work, false),
    ("endless loop, work unlimited", "", "", "(loop $again (br $again))", FailureCode::Time, true),
    ("loop in start", "", "(func $s (loop $again (br $again))) (start $s)", "", FailureCode::Work, false),
    ("memory without end", "", "", GROW, FailureCode::Memory, false),
    ("memory copied over and over, work unlimited", "", "", COPY, FailureCode::Time, true),
    ("table without end", "", "(table $t 1 funcref)", TABLE, FailureCode::Table, false),
    ("recursion without end", "", DOWN, "(drop (call $down (i64.const 0)))", FailureCode::Stack, false),
    ("a trap", "", "", "(unreachable)", FailureCode::Crash, false),
    (
        "a division by zero",
        "",
        "",
        "(drop (i32.div_u (i32.const 1) (i32.const 0)))",
        FailureCode::Crash,
        false,
    ),
    (
        "a flood of calls",
        RANDOM,
        "",
        "(loop $again (drop (call $random)) (br $again))",
        FailureCode::HostCalls,
        false,
    ),
    ("megabytes in one call", LOG, "", HUGE_LOG, FailureCode::CallData, false),
    (
        "an answer that is no document",
        "",
        "",
        "(return (call $answer (i32.const 0) (i32.const 300) (i32.const 4)))",
        FailureCode::OutputForm,
        false,
    ),
];

const GROW: &str =
    "(loop $again (br_if $again (i32.ne (memory.grow (i32.const 16)) (i32.const -1)))) (unreachable)";
const COPY: &str = "(drop (memory.grow (i32.const 150))) \
    (loop $again (memory.copy (i32.const 8192) (i32.const 4000000) (i32.const 4000000)) (br $again))";
const TABLE: &str = "(loop $again (br_if $again (i32.ne (table.grow $t (ref.null func) (i32.const 500)) (i32.const -1)))) (unreachable)";
const DOWN: &str = "(func $down (param i64) (result i64) (i64.add (call $down (i64.add (local.get 0) (i64.const 1))) (i64.const 1)))";
const HUGE_LOG: &str =
    "(drop (memory.grow (i32.const 100))) (call $log (i32.const 1) (i32.const 0) (i32.const 6000000))";

/// Modules that try to harm, again and again: each run ends soon after its budget, and the host goes on.
pub(super) async fn run() -> Result<Vec<Line>> {
    let folder = tempfile::tempdir()?;
    let mut config = HostConfig::new(folder.path().join("cache"), [3; 32]);
    config.ceiling = Limits { fuel: u64::MAX, ..Limits::default() };
    let host = Host::new(config)?;
    let harmless = prepared(&host, "", "", "").await?;
    let before = memory()?;
    let (mut over, mut runs, mut wrong, mut detail) = (Duration::ZERO, 0_usize, 0_usize, Vec::new());
    for (name, imports, items, body, expected, unlimited) in MODULES {
        let component = prepared(&host, imports, items, body).await.context(name)?;
        let mut invocation = invocation()?;
        if unlimited {
            invocation.limits.fuel = u64::MAX;
        }
        let budget = TURN * invocation.limits.ticks;
        let (began, mut times) = (Instant::now(), Vec::new());
        while began.elapsed() < SHARE && times.len() < 10_000 {
            let begun = Instant::now();
            let report = host.run(&component, invocation.clone()).await;
            times.push(begun.elapsed());
            wrong += usize::from(report.failure().is_none_or(|failure| failure.code != expected));
        }
        ensure!(host.run(&harmless, self::invocation()?).await.is_ok(), "the host is down after {name}");
        runs += times.len();
        let longest = percentile(&mut times, 1.0);
        over = over.max(longest.saturating_sub(budget));
        detail.push(format!(
            "{name}: {} runs, p50 {} longest {}",
            times.len(),
            shown(percentile(&mut times, 0.5)),
            shown(longest)
        ));
    }
    let growth = memory()?.saturating_sub(before);
    let mut line = Line::time("plugin-hostile", over, SLACK);
    line.ok = line.ok && wrong == 0;
    line = line.with(format!("over the budget of {} of computing; {runs} runs of {} modules, {wrong} ended otherwise than they must", shown(TURN * 50), MODULES.len()));
    line.detail.extend(detail);
    let most = u64::try_from(Limits::default().memory_bytes / 1024)? + 16 * 1024;
    let memory = Line::new(
        "plugin-hostile-memory",
        format!("{}MiB", growth / 1024),
        &format!("≤{}MiB", most / 1024),
        growth <= most,
    );
    Ok(vec![line, memory.with("more resident memory at the end than before".into())])
}

/// Resident memory of this process in KiB.
fn memory() -> Result<u64> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find(|line| line.starts_with("VmRSS:")).context("no memory in /proc")?;
    Ok(line.split_whitespace().nth(1).context("no figure")?.parse()?)
}

fn invocation() -> Result<Invocation> {
    let document = serde_json::from_str(BOOKING)?;
    Ok(Invocation { grants: Capability::ALL.into(), ..Invocation::of(&document, 42)? })
}

async fn prepared(host: &Host, imports: &str, items: &str, body: &str) -> Result<Compiled> {
    let component = guest(imports, items, body)?;
    host.prepare(&component).await.map_err(|refusal| anyhow!("{refusal:?}"))
}

/// A guest whose handler has the given body; it answers `{}` unless it returns before.
fn guest(imports: &str, items: &str, body: &str) -> Result<Vec<u8>> {
    let text = format!(
        r#"(module
  {imports}
  (memory (export "memory") 1)
  (global $top (mut i32) (i32.const 8192))
  (data (i32.const 64) "{{}}")
  (data (i32.const 300) "oops")
  (func (export "cabi_realloc") (param $old i32) (param $was i32) (param $align i32) (param $size i32) (result i32)
    (local $at i32)
    (local.set $at (i32.and (i32.add (global.get $top) (i32.const 7)) (i32.const -8)))
    (global.set $top (i32.add (local.get $at) (local.get $size)))
    (local.get $at))
  (func $answer (param $bad i32) (param $at i32) (param $length i32) (result i32)
    (i32.store8 (i32.const 16) (local.get $bad))
    (i32.store (i32.const 20) (local.get $at))
    (i32.store (i32.const 24) (local.get $length))
    (i32.const 16))
  {items}
  (func (export "on-event") (param $event i32) (param $length i32) (result i32)
    {body}
    (call $answer (i32.const 0) (i32.const 64) (i32.const 2))))"#
    );
    let mut resolve = Resolve::default();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../plugins-sdk/wit/since_v0.1.0");
    let (package, _) = resolve.push_dir(folder).map_err(|error| anyhow!("{error:?}"))?;
    let world = resolve.select_world(&[package], Some("automation")).map_err(|error| anyhow!("{error:?}"))?;
    let mut module = wat::parse_str(&text)?;
    embed_component_metadata(&mut module, &resolve, world, StringEncoding::UTF8)
        .map_err(|error| anyhow!("{error:?}"))?;
    let mut encoder = ComponentEncoder::default().module(&module).map_err(|error| anyhow!("{error:?}"))?;
    encoder.encode().map_err(|error| anyhow!("{error:?}"))
}
