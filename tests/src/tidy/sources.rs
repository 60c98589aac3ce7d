//! What must not stand in the sources.

use super::{Source, files, hits_in, rust};

/// Lines of a file that one still reads in one go, and where it ends.
const LONG: usize = 400;
const TOO_LONG: usize = 600;
/// Lines of a function, at most.
const FUNCTION: usize = 60;

fn ours() -> impl Iterator<Item = Source> {
    let tests = |file: &Source| {
        file.is_in(&[
            "tests/",
            "platform/testkit/",
            "platform/stripe-double/",
            "platform/xtask/",
            "plugins-sdk/",
        ]) || file.path.contains("/tests/")
    };
    rust().into_iter().filter(move |file| !tests(file))
}

fn modules() -> Vec<Source> {
    let all: Vec<Source> = rust().into_iter().filter(|file| file.is_in(&["modules/"])).collect();
    assert!(all.len() > 20);
    all
}

#[test]
fn modules_do_not_know_tenant_id() {
    let hits: Vec<String> =
        modules().iter().flat_map(|file| file.hits(|line| line.contains("tenant_id"))).collect();
    assert!(hits.is_empty(), "{hits:#?}");
}

#[test]
fn only_db_opens_connections() {
    let opens = |line: &str| {
        ["::establish(", "tokio_postgres::connect", "Pool::builder(", "AsyncDieselConnectionManager"]
            .iter()
            .any(|word| line.contains(word))
    };
    let hits = hits_in(ours().filter(|file| !file.is_in(&["platform/db/"])), opens);
    assert!(hits.is_empty(), "{hits:#?}");
    assert!(!hits_in(ours(), opens).is_empty(), "this test looks for the wrong words");
}

#[test]
fn system_transactions_are_few() {
    let may = [
        "platform/db/",
        "platform/access/",
        "platform/people/",
        "platform/worker/",
        "platform/host/src/mailing",
        "platform/stripe/src/routes.rs",
        "tenants/",
    ];
    let hits = hits_in(ours().filter(|file| !file.is_in(&may)), |line| {
        line.contains("system_tx(") || line.contains("enqueue_system(")
    });
    assert!(hits.is_empty(), "work across tenants belongs to {may:?}: {hits:#?}");
}

#[test]
fn time_and_randomness_come_from_the_context() {
    let wrong = |line: &str| {
        [
            "Timestamp::now",
            "Zoned::now",
            "SystemTime::now",
            "rand::rng",
            "rand::random",
            "thread_rng",
            "OsRng",
            "new_v4(",
            "now_v7(",
            "getrandom",
        ]
        .iter()
        .any(|word| line.contains(word))
    };
    let other = |file: &Source| {
        !file.is_in(&["platform/db/", "platform/embedded/"]) && !file.path.contains("/examples/")
    };
    let hits = hits_in(ours().filter(other), wrong);
    assert!(hits.is_empty(), "{hits:#?}");
    let policy = files("clippy.toml");
    for name in ["jiff::Timestamp::now", "std::time::SystemTime::now"] {
        assert!(policy[0].text.contains(name), "clippy no longer refuses {name}");
    }
}

#[test]
fn whether_a_module_is_on_is_asked_in_one_place() {
    let asks = hits_in(ours(), |line| line.contains("features.contains("));
    let places: Vec<&str> = asks.iter().filter_map(|hit| hit.split(':').next()).collect();
    // The gate, and the context's own answer for one module to another.
    assert_eq!(places, ["platform/db/src/ctx.rs", "platform/kernel/src/module.rs"], "{asks:#?}");
    let list = hits_in(ours(), |line| line.contains("::module()") && !line.contains("Permission"));
    assert!(
        list.iter().all(|hit| hit.starts_with("platform/server/src/modules.rs")),
        "the list of modules is one: {list:#?}"
    );
}

#[test]
fn role_sets_and_search_patterns_have_one_home() {
    let wrong = |line: &str| {
        let set = line.contains("&[&str]") && line.contains("\"admin\", \"owner\"]");
        set || line.contains("replace('%'")
    };
    let hits = hits_in(ours(), wrong);
    assert!(!hits.is_empty(), "this test looks for the wrong words");
    let elsewhere: Vec<_> = hits.iter().filter(|hit| !hit.starts_with("platform/kernel/src/")).collect();
    assert!(elsewhere.is_empty(), "{elsewhere:#?}");
}

#[test]
fn modules_use_no_network_and_start_nothing() {
    let wrong = |line: &str| {
        [
            "std::net",
            "tokio::net",
            "reqwest",
            "hyper::",
            "lettre",
            "std::process",
            "tokio::spawn",
            "std::thread",
            "std::env",
            "std::fs",
        ]
        .iter()
        .any(|word| line.contains(word))
    };
    let hits: Vec<String> = modules().iter().flat_map(|file| file.hits(wrong)).collect();
    assert!(hits.is_empty(), "{hits:#?}");
}

#[test]
fn modules_reach_the_database_through_their_context_only() {
    let wrong = |line: &str| {
        ["db::", "system_tx", "sql_query(\"SET", "set_config", "SET ROLE"].iter().any(|word| {
            line.contains(word) && !(*word == "db::" && (line.contains("_db::") || line.contains("embedded")))
        })
    };
    let hits: Vec<String> = modules().iter().flat_map(|file| file.hits(wrong)).collect();
    assert!(hits.is_empty(), "{hits:#?}");
}

#[test]
fn files_and_functions_stay_short() {
    let (mut long, mut wrong) = (Vec::new(), Vec::new());
    for file in rust() {
        let lines = file.text.lines().count();
        if lines > TOO_LONG {
            wrong.push(format!("{} has {lines} lines", file.path));
        } else if lines > LONG {
            long.push(format!("{} has {lines} lines", file.path));
        }
        wrong.extend(long_functions(&file));
    }
    println!("to be divided soon: {long:#?}");
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// Functions are found by their indentation, which rustfmt makes sure of.
fn long_functions(file: &Source) -> Vec<String> {
    let lines: Vec<&str> = file.text.lines().collect();
    let mut found = Vec::new();
    for (at, line) in lines.iter().enumerate() {
        let indent = line.len() - line.trim_start().len();
        let is_function = line
            .trim_start()
            .trim_start_matches("pub ")
            .trim_start_matches("pub(crate) ")
            .trim_start_matches("async ");
        if !is_function.starts_with("fn ") {
            continue;
        }
        let end = format!("{}}}", " ".repeat(indent));
        let length = lines[at..].iter().position(|line| *line == end).unwrap_or(0) + 1;
        if length > FUNCTION && !lines[at].ends_with('}') {
            found.push(format!("{}:{}: a function of {length} lines", file.path, at + 1));
        }
    }
    found
}

#[test]
fn a_long_function_is_seen() {
    let text =
        format!("impl X {{\n    pub async fn long(&self) {{\n{}    }}\n}}\n", "        work();\n".repeat(70));
    let file = Source { path: "x.rs".into(), text };
    assert_eq!(long_functions(&file), ["x.rs:2: a function of 72 lines"]);
}

#[test]
fn every_crate_opens_with_its_purpose() {
    for file in
        rust().iter().filter(|file| file.path.ends_with("src/lib.rs") && !file.path.contains("/examples/"))
    {
        assert!(file.text.starts_with("//! "), "{} does not say what it is for", file.path);
    }
    let root = files("Cargo.toml").into_iter().find(|file| file.path == "Cargo.toml").unwrap();
    assert!(root.text.contains("missing_docs = \"warn\""), "public items are documented");
    assert!(root.text.contains("unsafe_code = \"deny\""));
}

#[test]
fn nothing_is_left_for_later() {
    let words = [
        concat!("TO", "DO"),
        concat!("FIX", "ME"),
        concat!("XX", "X:"),
        concat!("unimpl", "emented!("),
        concat!("to", "do!("),
    ];
    let mut hits = Vec::new();
    for ending in [".rs", ".sql", ".toml", ".ftl", ".hbs", ".md", ".sh", ".mjs", ".js", ".css"] {
        for file in files(ending).iter().filter(|file| !file.path.ends_with("/bindings.rs")) {
            let lines = file
                .text
                .lines()
                .enumerate()
                .filter(|(_, line)| words.iter().any(|word| line.contains(word)));
            hits.extend(lines.map(|(at, line)| format!("{}:{}: {}", file.path, at + 1, line.trim())));
        }
    }
    assert!(hits.is_empty(), "{hits:#?}");
}

#[test]
fn lock_files_name_the_public_registries_only() {
    for file in files("Cargo.lock") {
        for line in file.text.lines().filter(|line| line.starts_with("source = ")) {
            let public = "source = \"registry+https://github.com/rust-lang/crates.io-index\"";
            assert_eq!(line, public, "{}", file.path);
        }
    }
    for file in files("package-lock.json") {
        for line in file.text.lines().filter(|line| line.contains("\"resolved\":")) {
            assert!(line.contains("\"https://registry.npmjs.org/"), "{}: {}", file.path, line.trim());
        }
    }
}
