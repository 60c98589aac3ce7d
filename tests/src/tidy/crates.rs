//! Which crate may know which.

use std::{
    collections::{BTreeMap, BTreeSet},
    process::Command,
};

use serde_json::Value;

/// What a feature module may list, of ours and of others. A new name here is a decision.
const MODULE_MAY: [&str; 21] = [
    "kernel",
    "events",
    "availability",
    "ledger",
    "people",
    "billing", //
    "diesel",
    "diesel-async",
    "poem",
    "poem-openapi",
    "serde",
    "serde_json",
    "thiserror",
    "jiff",
    "futures",
    "uuid",
    "rust-embed",
    "tracing",
    "tokio",
    "base64",
    "sha2",
];

/// The one crate that lists a heavy or dangerous library.
const OWNERS: [(&str, &[&str]); 20] = [
    ("wasmtime", &["plugins"]),
    ("wasmparser", &["plugins"]),
    ("wit-component", &["plugins", "load"]),
    ("async-stripe", &["stripe-provider"]),
    ("async-stripe-client-core", &["stripe-provider"]),
    ("casbin", &["access"]),
    ("apalis", &["worker"]),
    ("apalis-core", &["worker"]),
    ("redis", &["cache"]),
    ("handlebars", &["web"]),
    ("krilla", &["pdf"]),
    ("rustybuzz", &["pdf"]),
    ("mrml", &["web"]),
    ("ammonia", &["web"]),
    ("lettre", &["host"]),
    ("argon2", &["people"]),
    ("hyper", &["host"]),
    ("diesel_migrations", &["db"]),
    ("tokio-postgres", &["db", "testkit", "load"]),
    ("reqwest", &["testkit", "tests", "load"]),
];

struct Crate {
    folder: String,
    /// Name and kind (`null` for ordinary ones).
    dependencies: Vec<(String, Value)>,
}

impl Crate {
    fn ordinary(&self) -> impl Iterator<Item = &str> {
        self.dependencies.iter().filter(|(_, kind)| kind.is_null()).map(|(name, _)| name.as_str())
    }
}

fn crates() -> BTreeMap<String, Crate> {
    let root = testkit::workspace();
    let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
    let output = Command::new(cargo)
        .args(["metadata", "--no-deps", "--offline", "--format-version", "1"])
        .current_dir(&root)
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let metadata: Value = serde_json::from_slice(&output.stdout).unwrap();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let entry = |package: &Value| {
        let folder = text(&package["manifest_path"]);
        let folder = folder.strip_prefix(&format!("{}/", root.display())).unwrap().replace("/Cargo.toml", "");
        let listed = package["dependencies"].as_array().unwrap().iter();
        let dependencies = listed.map(|it| (text(&it["name"]), it["kind"].clone())).collect();
        (text(&package["name"]), Crate { folder, dependencies })
    };
    metadata["packages"].as_array().unwrap().iter().map(entry).collect()
}

/// How far from the ground a crate of ours stands; it may list only what stands lower.
fn height(name: &str, of: &Crate) -> u8 {
    match name {
        "events" | "availability" | "embedded" | "pdf" | "stripe-double" => 0,
        "db" => 1,
        "kernel" => 2,
        "ledger" | "people" | "tenants" | "access" | "worker" | "cache" | "web" | "plugins" => 3,
        "billing" => 4,
        "stripe-provider" => 5,
        "host" => 6,
        "server" => 7,
        "testkit" => 8,
        "tests" | "xtask" | "load" => 9,
        _ if of.folder.starts_with("modules/") => 6,
        _ => {
            panic!("{name} has no place in the order of crates: give it one here and in docs/architecture.md")
        }
    }
}

#[test]
fn dependencies_point_down() {
    let all = crates();
    let mut wrong = Vec::new();
    for (name, of) in &all {
        for other in of.ordinary().filter_map(|other| all.get_key_value(other)) {
            if height(other.0, other.1) >= height(name, of) {
                wrong.push(format!("{name} → {}", other.0));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:?}");
}

#[test]
fn the_ground_depends_on_nothing_of_ours() {
    let all = crates();
    for name in ["availability", "events", "embedded", "pdf", "stripe-double"] {
        let ours: Vec<_> = all[name].ordinary().filter(|other| all.contains_key(*other)).collect();
        assert!(ours.is_empty(), "{name} → {ours:?}");
    }
    let io = ["tokio", "poem", "diesel", "rand"];
    let io: Vec<_> = all["availability"].ordinary().filter(|name| io.contains(name)).collect();
    assert!(io.is_empty(), "availability is pure: {io:?}");
}

#[test]
fn modules_list_only_what_modules_may_and_never_each_other() {
    let all = crates();
    let modules: BTreeSet<&String> =
        all.iter().filter(|(_, of)| of.folder.starts_with("modules/")).map(|(name, _)| name).collect();
    assert!(modules.len() >= 2, "{modules:?}");
    let mut wrong = Vec::new();
    for name in &modules {
        let listed = all[*name].ordinary();
        wrong.extend(
            listed.filter(|other| !MODULE_MAY.contains(other)).map(|other| format!("{name} → {other}")),
        );
        // Not for tests either.
        let any = all[*name].dependencies.iter().map(|(other, _)| other);
        wrong.extend(any.filter(|other| modules.contains(other)).map(|other| format!("{name} → {other}")));
    }
    assert!(wrong.is_empty(), "{wrong:?}");
}

#[test]
fn only_the_server_lists_modules() {
    let all = crates();
    let is_module = |name: &str| all.get(name).is_some_and(|of| of.folder.starts_with("modules/"));
    let mut users = BTreeMap::new();
    for (name, of) in &all {
        let used: BTreeSet<&str> = of
            .dependencies
            .iter()
            .map(|(other, _)| other.as_str())
            .filter(|other| is_module(other))
            .collect();
        if !used.is_empty() {
            users.insert(name.as_str(), used);
        }
    }
    assert_eq!(users.keys().copied().collect::<Vec<_>>(), ["server"], "{users:?}");
    // And all that are there are in THE list.
    let list = server::modules::modules();
    let listed: BTreeSet<&str> = list.iter().map(|module| module.id).collect();
    let there: BTreeSet<&str> = all.keys().map(String::as_str).filter(|name| is_module(name)).collect();
    assert_eq!(listed, there);
}

#[test]
fn heavy_libraries_have_one_owner() {
    let all = crates();
    let mut wrong = Vec::new();
    for (library, owners) in OWNERS {
        let users = all
            .iter()
            .filter(|(_, of)| of.ordinary().any(|name| name == library))
            .map(|(name, _)| name.as_str());
        wrong.extend(users.filter(|user| !owners.contains(user)).map(|user| format!("{user} → {library}")));
    }
    assert!(wrong.is_empty(), "{wrong:?}");
}

#[test]
fn owners_of_heavy_libraries_are_hidden_from_modules() {
    let owners: BTreeSet<&str> = OWNERS
        .iter()
        .flat_map(|(_, owners)| owners.iter().copied())
        .filter(|owner| *owner != "people")
        .collect();
    let open: Vec<_> = MODULE_MAY.iter().filter(|name| owners.contains(*name)).collect();
    assert!(open.is_empty(), "{open:?}");
}

#[test]
fn versions_and_lints_stand_in_one_place() {
    for file in super::files("Cargo.toml")
        .iter()
        .filter(|file| file.is_in(&["platform/", "modules/", "tenants/", "tests/"]))
    {
        assert!(
            file.text.contains("[lints]\nworkspace = true"),
            "{} does not take the workspace's lints",
            file.path
        );
        let mut table = "";
        for line in file.text.lines() {
            if line.starts_with('[') {
                table = line;
            }
            if !table.contains("dependencies") {
                continue;
            }
            let own_version = line.contains("version =")
                || line.split_once(" = ").is_some_and(|(_, value)| value.starts_with('"'));
            assert!(
                !own_version || line.starts_with('#'),
                "{}: {line}: versions stand in the workspace's table",
                file.path
            );
        }
    }
}
