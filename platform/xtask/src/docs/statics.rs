//! What can be held against the files of the workspace: links, names of files, the table of dependencies.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

use super::Document;

/// Relative links that lead nowhere.
pub(super) fn links(root: &Path, document: &Document) -> Vec<String> {
    let folder = document.path.parent().unwrap_or(Path::new(""));
    let leads = |target: &str| {
        let path = target.split('#').next().unwrap_or_default();
        path.is_empty() || root.join(folder).join(path).exists()
    };
    let targets = document.text.split("](").skip(1).filter_map(|rest| rest.split(')').next());
    let local = targets.filter(|target| !target.contains("://") && !target.starts_with("mailto:"));
    local
        .filter(|target| !leads(target))
        .map(|target| format!("{}: link to {target}", document.path.display()))
        .collect()
}

/// Folders at the top: what begins with one of them, in backticks, is a file.
const TOP: [&str; 9] =
    [".ci/", "config/", "docs/", "helm/", "migrations/", "modules/", "platform/", "plugins-sdk/", "tests/"];

/// Files that are named in backticks and do not exist. Names with a placeholder (capitals, `<…>`, `*`, `…`) are left out.
pub(super) fn named_files(root: &Path, document: &Document) -> Vec<String> {
    let is_file = |word: &str| TOP.iter().any(|top| word.starts_with(top)) && !word.contains(' ');
    let has_placeholder = |word: &str| {
        word.contains(['*', '<', '…', '{'])
            || word.split('/').any(|part| part.len() > 1 && part.chars().all(|c| c.is_ascii_uppercase()))
    };
    let words = outside_of_blocks(&document.text);
    let named = words.split('`').skip(1).step_by(2).filter(|word| is_file(word) && !has_placeholder(word));
    let missing = named.filter(|word| !root.join(word).exists());
    missing.map(|word| format!("{}: there is no {word}", document.path.display())).collect()
}

/// Tests that are named (`file.rs`: `one_test`, `another_test`) and do not stand in that file.
pub(super) fn named_tests(root: &Path, document: &Document) -> Vec<String> {
    let mut missing = Vec::new();
    for line in document.text.lines().filter(|line| line.contains(".rs`: `")) {
        let mut source = String::new();
        for word in line.split('`').skip(1).step_by(2) {
            if word.ends_with(".rs") {
                source = fs::read_to_string(root.join(word)).unwrap_or_default();
            } else if is_test_name(word) && !source.is_empty() && !source.contains(&format!("fn {word}(")) {
                missing.push(format!("{}: there is no test {word}", document.path.display()));
            }
        }
    }
    missing
}

fn is_test_name(word: &str) -> bool {
    word.matches('_').count() >= 2
        && word.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
}

/// The text without fenced blocks, so that backticks come in pairs.
fn outside_of_blocks(text: &str) -> String {
    let mut inside = false;
    let mut kept = String::new();
    for line in text.lines() {
        if line.trim_start().starts_with("```") {
            inside = !inside;
        } else if !inside {
            kept.push_str(line);
            kept.push('\n');
        }
    }
    kept
}

const TABLE: &str = "docs/dependencies.md";

/// Crates that the table does not explain, and rows for crates that are not used.
pub(super) fn dependencies(root: &Path) -> Result<Vec<String>> {
    let manifest = fs::read_to_string(root.join("Cargo.toml")).context("reading Cargo.toml")?;
    let manifest: toml::Table = manifest.parse().context("Cargo.toml")?;
    let all = manifest.get("workspace").and_then(|workspace| workspace.get("dependencies"));
    let all = all.and_then(toml::Value::as_table).context("Cargo.toml has no [workspace.dependencies]")?;
    let theirs: BTreeSet<&str> =
        all.iter().filter(|(_, wish)| wish.get("path").is_none()).map(|(name, _)| name.as_str()).collect();
    let table = fs::read_to_string(root.join(TABLE)).with_context(|| format!("reading {TABLE}"))?;
    let told = rows(&table);
    let missing = theirs.difference(&told).map(|name| format!("{TABLE}: no row for {name}"));
    let too_many = told.difference(&theirs).map(|name| format!("{TABLE}: {name} is not in Cargo.toml"));
    Ok(missing.chain(too_many).collect())
}

/// Names of the rows of the section "Crates".
fn rows(table: &str) -> BTreeSet<&str> {
    let section = table.split("\n## ").find(|section| section.starts_with("Crates\n")).unwrap_or_default();
    section.lines().filter_map(|line| line.strip_prefix("| `")?.split('`').next()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn document(text: &str) -> Document {
        Document { path: "docs/page.md".into(), text: text.to_owned() }
    }

    #[test]
    fn what_is_not_there_is_found() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).unwrap();
        let page = document("[a](../Cargo.toml) [b](nowhere.md) [c](https://example.com) [d](#below)");
        assert_eq!(links(root, &page), ["docs/page.md: link to nowhere.md"]);
        let page = document(
            "`platform/xtask` `platform/nothing.rs` `modules/NAME/src` `migrations/*_x`\n```\n`\n```\n`config/none`",
        );
        assert_eq!(
            named_files(root, &page),
            ["docs/page.md: there is no platform/nothing.rs", "docs/page.md: there is no config/none"]
        );
    }

    #[test]
    fn tests_that_are_named_stand_where_they_are_said_to() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).unwrap();
        let here = "platform/xtask/src/docs/statics.rs";
        let page =
            document(&format!("| `{here}`: `the_table_is_read`, `the_table_is_eaten` |\n`not_a_test_here`"));
        assert_eq!(named_tests(root, &page), ["docs/page.md: there is no test the_table_is_eaten"]);
    }

    #[test]
    fn the_table_is_read() {
        let rows = rows(
            "# T\n\n## Crates\n\n| crate | why |\n|---|---|\n| `anyhow` | x `y` |\n\n## Tools\n| `npm` | x |\n",
        );
        assert_eq!(rows, BTreeSet::from(["anyhow"]));
    }
}
