//! Texts: every key that is asked for is there, every key that is there is asked for, every code has words.

use std::collections::BTreeSet;

use kernel::Registry;
use web::{LintKind, Source, Web};

use super::rust;

/// Calls whose last text is the code of a problem.
const PROBLEMS: [&str; 2] = ["Problem::new(", "conflict("];
/// Calls whose last text is the code of what is wrong with a field.
const FIELDS: [&str; 4] = ["Problem::field(", "FieldError::new(", ".require(", "form.parse("];

/// Templates and texts of everybody, as the application puts them together.
pub fn sources() -> Vec<Source> {
    host::app::sources(&Registry::new(server::modules::modules()))
}

/// The literals of a line, and whether each is the start of a longer text.
fn literals(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    for line in text.lines() {
        let mut parts = line.split('"');
        parts.next();
        while let Some(literal) = parts.next() {
            found.push(literal.to_owned());
            parts.next();
        }
    }
    found
}

/// What the sources may ask for: literals as they stand, and with `*` those whose end is put in by `format!`.
fn keys_in_code() -> BTreeSet<String> {
    let mut keys = BTreeSet::new();
    for file in rust().iter().filter(|file| !file.is_in(&["tests/", "platform/testkit/", "plugins-sdk/"])) {
        for literal in literals(&file.text) {
            let start = literal.split('{').next().unwrap_or_default().to_owned();
            if literal.contains('{') && start.matches('-').count() >= 2 && start.ends_with('-') {
                keys.insert(format!("{start}*"));
            } else if literal.contains('-') && !literal.contains([' ', '/', '{']) {
                keys.insert(literal);
            }
        }
    }
    keys
}

#[test]
fn catalogues_and_templates_agree() {
    let web = Web::new(sources()).unwrap();
    let codes = [codes(&PROBLEMS, "problem"), codes(&FIELDS, "field")].concat();
    let keys: BTreeSet<String> =
        keys_in_code().into_iter().chain(codes.into_iter().map(|(_, key)| key)).collect();
    let used: Vec<&str> = keys
        .iter()
        .map(String::as_str)
        .chain(web::views::USED_IN_CODE)
        .chain(host::identity::USED_IN_CODE)
        .collect();
    let mut problems = web.lint(&used);
    // The texts of problems and fields are keyed by their codes, whoever brings them; those of the automations' host come
    // with the server's.
    let by_code =
        |what: &str| ["problem-", "field-", "automation-"].iter().any(|start| what.starts_with(start));
    problems.retain(|problem| problem.kind != LintKind::ForeignPrefix || !by_code(&problem.what));
    let told: Vec<String> = problems
        .iter()
        .map(|problem| format!("{:?} {} in {}", problem.kind, problem.what, problem.place))
        .collect();
    assert!(told.is_empty(), "{told:#?}");
}

/// Where a code stands, and the key of its text.
fn codes(calls: &[&str], prefix: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for file in rust().iter().filter(|file| !file.is_in(&["tests/", "platform/testkit/", "plugins-sdk/"])) {
        let code: String = file.code().map(|(_, line)| format!("{line}\n")).collect();
        for call in calls {
            for (at, _) in code.match_indices(call) {
                let Some(literal) = last_literal(&code[at + call.len()..]) else { continue };
                found.push((file.path.clone(), format!("{prefix}-{}", literal.replace('_', "-"))));
            }
        }
    }
    found
}

/// The literal that stands as the last argument of a call, whose opening parenthesis is already read.
fn last_literal(rest: &str) -> Option<String> {
    let (mut depth, mut inside, mut literal, mut last) = (0_i32, false, String::new(), None);
    for c in rest.chars() {
        match c {
            '"' if inside => {
                inside = false;
                last = (depth == 0).then(|| literal.clone()).or(last);
            }
            '"' => {
                inside = true;
                literal.clear();
            }
            _ if inside => literal.push(c),
            '(' | '[' | '{' => depth += 1,
            ')' if depth == 0 => break,
            ')' | ']' | '}' => depth -= 1,
            // Another argument follows: what was seen is not the last one.
            ',' if depth == 0 => last = None,
            _ => {}
        }
    }
    last.filter(|code| {
        !code.is_empty() && code.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
    })
}

#[test]
fn the_last_literal_of_a_call() {
    assert_eq!(
        last_literal("StatusCode::GONE, \"offer_over\").arg(\"x\", 1)").as_deref(),
        Some("offer_over")
    );
    assert_eq!(
        last_literal("!text.contains(\"a, b\"), \"name\", \"bad_name\");").as_deref(),
        Some("bad_name")
    );
    assert_eq!(last_literal("StatusCode::GONE, code)"), None);
    assert_eq!(last_literal("\"key\", code)"), None);
}

#[test]
fn every_code_has_words() {
    let web = Web::new(sources()).unwrap();
    let texts: BTreeSet<String> = sources()
        .iter()
        .flat_map(|source| &source.texts)
        .flat_map(|(_, text)| text.lines())
        .filter_map(|line| line.split_once(" ="))
        .map(|(key, _)| key.to_owned())
        .collect();
    let all = [codes(&PROBLEMS, "problem"), codes(&FIELDS, "field")].concat();
    assert!(all.len() > 60, "only {} codes were found", all.len());
    let missing: BTreeSet<_> = all.iter().filter(|(_, key)| !texts.contains(key)).collect();
    assert!(missing.is_empty(), "{missing:#?}");
    assert!(web.locales().contains(&"en"));
}
