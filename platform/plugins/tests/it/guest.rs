//! Small components written as text, and a host to run them.

use std::{
    path::{Path, PathBuf},
    sync::{LazyLock, OnceLock},
    time::Duration,
};

use plugins::{Capability, Compiled, Compiler, Host, HostConfig, Invocation, RunReport};
use wit_component::{ComponentEncoder, StringEncoding, embed_component_metadata};
use wit_parser::{Resolve, WorldId};

pub const BOOKING: &str = include_str!("../../../../plugins-sdk/events/booking.confirmed.json");
pub const ORDER: &str = include_str!("../../../../plugins-sdk/events/order.paid.json");
pub const CLIENT: &str = "cli_00000000000000000000000000000003";
/// Where `{}` lies in a guest's memory, and its length.
pub const EMPTY_OBJECT: (u32, u32) = (64, 2);

static WORLD: LazyLock<(Resolve, WorldId)> = LazyLock::new(|| {
    let mut resolve = Resolve::default();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../plugins-sdk/wit/since_v0.1.0");
    let (package, _) = resolve.push_dir(folder).unwrap();
    let world = resolve.select_world(&[package], Some("automation")).unwrap();
    (resolve, world)
});

/// A core module with the world's metadata.
pub fn core(wat: &str) -> Vec<u8> {
    let mut module = wat::parse_str(wat).unwrap_or_else(|error| panic!("{error}\n{wat}"));
    let (resolve, world) = &*WORLD;
    embed_component_metadata(&mut module, resolve, *world, StringEncoding::UTF8).unwrap();
    module
}

/// A component of a core module written as text.
pub fn component(wat: &str) -> Vec<u8> {
    ComponentEncoder::default()
        .module(&core(wat))
        .unwrap()
        .encode()
        .unwrap_or_else(|error| panic!("{error:?}\n{wat}"))
}

/// A guest whose `on-event` has the given body, beside imports and other items. The body leaves nothing on the
/// stack; the answer is `{}` unless it returns. Its memory: 16 answer area, 64 `{}`, 128 the client of the sample,
/// 256 free, from 8192 what the host hands over.
pub fn guest(imports: &str, items: &str, body: &str) -> Vec<u8> {
    component(&format!(
        r#"(module
  {imports}
  (memory (export "memory") 1)
  (global $top (mut i32) (i32.const 8192))
  (data (i32.const 64) "{{}}")
  (data (i32.const 128) "{CLIENT}")
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
    (local $i i32)
    {body}
    (call $answer (i32.const 0) (i32.const {at}) (i32.const {length}))))"#,
        at = EMPTY_OBJECT.0,
        length = EMPTY_OBJECT.1,
    ))
}

pub const LOG: &str = r#"(import "coach:automation/log@0.1.0" "write" (func $log (param i32 i32 i32)))"#;
pub const NOTE: &str =
    r#"(import "coach:automation/actions@0.1.0" "add-note" (func $note (param i32 i32 i32 i32 i32)))"#;
pub const MAIL_STAFF: &str =
    r#"(import "coach:automation/actions@0.1.0" "mail-staff" (func $mail (param i32 i32 i32 i32 i32)))"#;
pub const RANDOM: &str = r#"(import "coach:automation/random@0.1.0" "next" (func $random (result i64)))"#;
pub const CLOCK: &str = r#"(import "coach:automation/clock@0.1.0" "now" (func $now (result i64)))"#;
pub const FIELD: &str =
    r#"(import "coach:automation/event@0.1.0" "field" (func $field (param i32 i32 i32)))"#;
pub const KV: &str = r#"
  (import "coach:automation/kv@0.1.0" "get" (func $get (param i32 i32 i32)))
  (import "coach:automation/kv@0.1.0" "set" (func $set (param i32 i32 i32 i32 i32)))
  (import "coach:automation/kv@0.1.0" "delete" (func $delete (param i32 i32 i32)))"#;

/// Adds a note `{}` to the client of the sample; the answer lies at 256.
pub const ADD_NOTE: &str =
    "(call $note (i32.const 128) (i32.const 36) (i32.const 64) (i32.const 2) (i32.const 256))";
/// Fails the run, with the text of the refusal that lies at 256 (discriminant, case, text).
pub const OR_FAIL: &str = "(if (i32.load8_u (i32.const 256))
      (then (return (call $answer (i32.const 1) (i32.load (i32.const 264)) (i32.load (i32.const 268))))))";

/// The settings of a host whose compiler is this crate's own tool.
pub fn config(folder: PathBuf) -> HostConfig {
    let mut config = HostConfig::new(folder, [7; 32]);
    config.compiler = Compiler { program: env!("CARGO_BIN_EXE_plugin-tool").into(), ..Compiler::default() };
    config
}

/// One host for all tests that need nothing special of it.
pub fn host() -> &'static Host {
    static HOST: OnceLock<(Host, tempfile::TempDir)> = OnceLock::new();
    let (host, _) = HOST.get_or_init(|| {
        let folder = tempfile::tempdir().unwrap();
        (Host::new(config(folder.path().join("cache"))).unwrap(), folder)
    });
    host
}

/// All grants, usual limits, the sample booking.
pub fn invocation() -> Invocation {
    let document = serde_json::from_str(BOOKING).unwrap();
    Invocation { grants: Capability::ALL.into(), ..Invocation::of(&document, 42).unwrap() }
}

pub async fn prepared(component: &[u8]) -> Compiled {
    host().prepare(component).await.unwrap()
}

pub async fn run(component: &[u8]) -> RunReport {
    run_with(component, invocation()).await
}

pub async fn run_with(component: &[u8], invocation: Invocation) -> RunReport {
    let component = prepared(component).await;
    tokio::time::timeout(Duration::from_secs(20), host().run(&component, invocation))
        .await
        .expect("a run ends by itself")
}
