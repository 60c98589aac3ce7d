//! Which uploads are accepted, and where compiled code comes from.

use std::{
    fmt::Write,
    fs,
    time::{Duration, Instant},
};

use plugins::{Digest, Host, Refusal, UPLOAD_BYTES};
use tempfile::TempDir;

use crate::guest::{component, config, core, guest, host, invocation};

fn own_host(change: impl FnOnce(&mut plugins::HostConfig)) -> (Host, TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let mut config = config(folder.path().join("cache"));
    change(&mut config);
    (Host::new(config).unwrap(), folder)
}

async fn refusal(upload: &[u8]) -> Refusal {
    host().prepare(upload).await.expect_err("the upload is not acceptable")
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_component_is_refused() {
    assert_eq!(refusal(b"").await, Refusal::NotComponent);
    assert_eq!(refusal(b"#!/bin/sh\nrm -rf /\n").await, Refusal::NotComponent);
    assert_eq!(refusal(&core("(module)")).await, Refusal::NotComponent);
    assert_eq!(refusal(&vec![0; UPLOAD_BYTES + 1]).await, Refusal::TooLarge(UPLOAD_BYTES));
    assert_eq!(refusal(&wat::parse_str("(component)").unwrap()).await, Refusal::NoHandler);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_damaged_component_is_refused_wherever_the_damage_is() {
    let good = guest("", "", "");
    let mut refused = 0;
    for cut in (8..good.len()).step_by(97) {
        assert!(host().prepare(&good[..cut]).await.is_err(), "cut at {cut}");
    }
    for at in (8..good.len()).step_by(53) {
        let mut damaged = good.clone();
        damaged[at] ^= 0xff;
        // Damage in a name or a constant may leave it valid; then it runs within its limits.
        match host().prepare(&damaged).await {
            Ok(component) => drop(host().run(&component, invocation()).await),
            Err(refusal) => {
                assert!(!refusal.is_retryable(), "byte {at}: {refusal}");
                refused += 1;
            }
        }
    }
    assert!(refused > 5, "{refused}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_wrong_handler_is_refused() {
    let wrong = r#"(component
      (core module $m (func (export "f")))
      (core instance $i (instantiate $m))
      (func $f (canon lift (core func $i "f")))
      (export "on-event" (func $f)))"#;
    assert_eq!(refusal(&wat::parse_str(wrong).unwrap()).await, Refusal::NoHandler);
}

#[tokio::test(flavor = "multi_thread")]
async fn imports_that_are_not_offered_are_refused_by_name() {
    for name in [
        "wasi:filesystem/types@0.2.0",
        "wasi:clocks/wall-clock@0.2.0",
        "coach:automation/files@0.1.0",
        "coach:automation/log@0.2.0",
    ] {
        let wat = format!(r#"(component (import "{name}" (instance (export "f" (func)))))"#);
        assert_eq!(refusal(&wat::parse_str(wat).unwrap()).await, Refusal::UnknownImport(name.to_owned()));
    }
    // A later patch of 0.1 links with what it does not use of its additions, and not with what it does.
    let unknown = r#"(import "coach:automation/log@0.1.0" (instance (export "shout" (func))))"#;
    let good = wat::parse_str(format!(
        "(component {unknown} (core module $m (func (export \"f\"))) (core instance $i (instantiate $m)) (func $f (canon lift (core func $i \"f\"))) (export \"on-event\" (func $f)))"
    ));
    let refusal = refusal(&good.unwrap()).await;
    assert!(matches!(&refusal, Refusal::Invalid(text) if text.contains("shout")), "{refusal:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn shapes_that_cost_too_much_are_refused_before_they_are_compiled() {
    let nested = format!("{}{}", "(block ".repeat(600), ")".repeat(600));
    let branches = format!("(block (br_table {} (i32.const 0)))", "0 ".repeat(5_000));
    let functions = "(func)".repeat(20_001);
    for (upload, expected) in [
        (guest("", "", &nested), "512 blocks in blocks"),
        (guest("", "", &branches), "4096 branches"),
        (guest("", &functions, ""), "20000 functions"),
        (guest("", "(table 20000 funcref)", ""), "table elements at the start"),
        (guest("", &"(table 1 funcref)".repeat(9), ""), "tables"),
    ] {
        let started = Instant::now();
        let refusal = refusal(&upload).await;
        assert!(matches!(&refusal, Refusal::TooComplex(text) if text.contains(expected)), "{refusal}");
        assert!(started.elapsed() < Duration::from_secs(5));
    }
    let memory = component(
        r#"(module (memory (export "memory") 300)
      (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32) (i32.const 0))
      (func (export "on-event") (param i32 i32) (result i32) (i32.const 0)))"#,
    );
    assert!(matches!(refusal(&memory).await, Refusal::TooComplex(text) if text.contains("memory")));
}

/// Small, valid, and slow to compile: nested loops whose variables live in all of them.
fn compile_bomb() -> Vec<u8> {
    const LOCALS: usize = 100;
    const DEPTH: usize = 400;
    let mut body = String::new();
    for depth in 0..DEPTH {
        write!(
            body,
            "(loop (local.set {l} (i64.add (local.get {m}) (local.get {k})))",
            l = 3 + depth % LOCALS,
            m = 3 + (depth * 7 + 1) % LOCALS,
            k = 3 + (depth * 13 + 5) % LOCALS
        )
        .unwrap();
    }
    for depth in 0..DEPTH {
        write!(
            body,
            "(br_if {} (i64.eqz (local.get {}))))",
            (depth % 7).min(DEPTH - depth - 1),
            3 + (depth * 5) % LOCALS
        )
        .unwrap();
    }
    let locals = "i64 ".repeat(LOCALS);
    let function = format!("(func (param i32 i32 i32) (local {locals}) {body})");
    guest("", &function.repeat(24), "")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_compile_bomb_is_killed_in_time() {
    let bomb = compile_bomb();
    assert!(bomb.len() < 300_000, "{}", bomb.len());
    let (host, folder) = own_host(|config| config.compiler.cpu_seconds = 1);
    let started = Instant::now();
    assert_eq!(host.prepare(&bomb).await.unwrap_err(), Refusal::CompileTime);
    assert!(started.elapsed() < Duration::from_secs(25), "{:?}", started.elapsed());
    assert_eq!(fs::read_dir(folder.path().join("cache")).unwrap().count(), 0);
    host.prepare(&guest("", "", "")).await.unwrap();

    let (host, _folder) = own_host(|config| config.compiler.wall = Duration::from_millis(300));
    assert_eq!(host.prepare(&bomb).await.unwrap_err(), Refusal::CompileTime);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_compilation_can_not_take_more_memory_than_allowed() {
    let (host, _folder) = own_host(|config| config.compiler.memory_bytes = 48 << 20);
    assert_eq!(host.prepare(&compile_bomb()).await.unwrap_err(), Refusal::CompileMemory);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_compiler_that_is_not_there_is_not_the_uploads_fault() {
    let (host, _folder) = own_host(|config| config.compiler.program = "/no/such/program".into());
    assert!(host.prepare(&guest("", "", "")).await.unwrap_err().is_retryable());
}

#[tokio::test(flavor = "multi_thread")]
async fn compiled_code_is_found_again_unless_it_was_touched() {
    let upload = guest("", "", "");
    let digest = Digest::of(&upload);
    let folder = tempfile::tempdir().unwrap();
    let settings = config(folder.path().join("cache"));
    let first = Host::new(settings.clone()).unwrap();
    assert!(first.ready(digest).await.is_none());
    first.prepare(&upload).await.unwrap();
    drop(first);

    let mut without_compiler = settings.clone();
    without_compiler.compiler.program = "/no/such/program".into();
    let second = Host::new(without_compiler.clone()).unwrap();
    let found = second.ready(digest).await.expect("on disk");
    assert!(second.run(&found, invocation()).await.is_ok());
    drop(second);

    let file = fs::read_dir(folder.path().join("cache")).unwrap().next().unwrap().unwrap().path();
    let mut code = fs::read(&file).unwrap();
    let middle = code.len() / 2;
    code[middle] ^= 1;
    fs::write(&file, code).unwrap();
    let third = Host::new(without_compiler).unwrap();
    assert!(third.ready(digest).await.is_none(), "touched code is not loaded");
    Host::new(settings).unwrap().prepare(&upload).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn memory_keeps_the_components_used_last() {
    let (host, _folder) = own_host(|config| config.ready = 2);
    for n in 0..4 {
        host.prepare(&guest("", "", &format!("(drop (i32.const {n}))"))).await.unwrap();
    }
    assert_eq!(host.ready_count(), 2);
}
