//! What changes in files that exist: the workspace's list of crates, the server's, THE list of modules, the defaults.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

use super::files::File;
use super::names::Names;

/// The tests of isolation want one of everything there is.
const ONE_OF_THEM: &str = "        let body = serde_json::json!({ \"name\": \"A @thing@\" });
        let made = owner.api(\"POST\", \"/@module@\", Some(&body)).await.expect(200).json();
        ids.push(made[\"id\"].as_str().unwrap().to_owned());
        tenant.run_jobs().await;";

/// All changed files with their new text.
pub(super) fn all(root: &Path, names: &Names) -> Result<Vec<File>> {
    let module = &names.module;
    let modules = modules(root)?;
    let of_a_module = |line: &str, form: &str| modules.iter().any(|known| line == form.replace("@", known));
    let crates =
        change(root, "Cargo.toml", &format!("{module} = {{ path = \"modules/{module}\" }}"), |line| {
            of_a_module(line, "@ = { path = \"modules/@\" }")
        })?;
    let server = change(root, "platform/server/Cargo.toml", &format!("{module}.workspace = true"), |line| {
        of_a_module(line, "@.workspace = true")
    })?;
    let list =
        change(root, "platform/server/src/modules.rs", &format!("        {module}::module(),"), |line| {
            line.contains("::module(),")
        })?;
    let defaults = change(root, "config/features.toml", &format!("{module} = false"), |line| {
        line.ends_with("= true") || line.ends_with("= false")
    })?;
    let one = names.fill(ONE_OF_THEM);
    let world =
        change(root, "tests/src/world.rs", &one, |line| line.trim().starts_with("ids.extend(coupon"))?;
    Ok(vec![crates, server, list, defaults, world])
}

/// The file with `new` behind the last line that is `like` it.
fn change(root: &Path, path: &str, new: &str, like: impl Fn(&str) -> bool) -> Result<File> {
    let text = fs::read_to_string(root.join(path)).with_context(|| format!("reading {path}"))?;
    let mut lines: Vec<&str> = text.lines().collect();
    let last = lines.iter().rposition(|line| like(line));
    let place = last.with_context(|| format!("{path}: no line like `{}` to put it behind", new.trim()))?;
    lines.insert(place + 1, new);
    Ok((path.to_owned(), lines.join("\n") + "\n"))
}

/// Names of the modules that exist.
fn modules(root: &Path) -> Result<Vec<String>> {
    let entries = fs::read_dir(root.join("modules")).context("reading modules")?;
    let mut names = Vec::new();
    for entry in entries {
        names.push(entry?.file_name().to_string_lossy().into_owned());
    }
    Ok(names)
}

/// The next number of a migration: the date of the last one, and the next round hundred.
pub(super) fn next_migration(root: &Path) -> Result<String> {
    let mut names = Vec::new();
    for entry in fs::read_dir(root.join("migrations")).context("reading migrations")? {
        names.push(entry?.file_name().to_string_lossy().into_owned());
    }
    names.sort();
    let last = names.last().context("no migration to come after")?;
    after(last).with_context(|| format!("the name of migrations/{last} has no number"))
}

fn after(last: &str) -> Option<String> {
    let (date, number) = last.split_once('_')?.0.rsplit_once('-')?;
    let number: u32 = number.parse().ok()?;
    Some(format!("{date}-{:06}", (number / 100 + 1) * 100))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn migrations_come_one_after_the_other() {
        assert_eq!(after("2026-11-21-000500_automations").as_deref(), Some("2026-11-21-000600"));
        assert_eq!(after("2026-11-21-000420_packages").as_deref(), Some("2026-11-21-000500"));
        assert_eq!(after("readme"), None);
    }

    #[test]
    fn a_line_is_put_behind_the_last_one_like_it() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("f"), "a = 1\nb = 2\n\nc\n").unwrap();
        let changed = change(folder.path(), "f", "x = 3", |line| line.contains('=')).unwrap();
        assert_eq!(changed, ("f".to_owned(), "a = 1\nb = 2\nx = 3\n\nc\n".to_owned()));
        assert!(change(folder.path(), "f", "x", |line| line == "none").is_err());
    }
}
