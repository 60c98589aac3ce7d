//! The names of a new module: what it is called in crates, tables, types, addresses and texts.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, ensure};

/// Words that would not compile, or that are the platform's own in addresses, tables and crates.
const TAKEN: [&str; 48] = [
    "abstract",
    "access",
    "as",
    "async",
    "automations",
    "await",
    "become",
    "billing",
    "box",
    "break",
    "cache",
    "calendar",
    "clients",
    "const",
    "continue",
    "core",
    "crate",
    "dev",
    "diesel",
    "enum",
    "events",
    "fields",
    "host",
    "kernel",
    "language",
    "ledger",
    "match",
    "members",
    "modules",
    "navigation",
    "people",
    "platform",
    "plugins",
    "poem",
    "problems",
    "self",
    "serde",
    "server",
    "settings",
    "static",
    "studio",
    "table",
    "tenants",
    "tests",
    "tokio",
    "web",
    "worker",
    "yield",
];

/// Filled in for `@module@`, `@Module@`, `@thing@`, `@Thing@` and `@prefix@`.
#[derive(Debug)]
pub(super) struct Names {
    /// `resources`: module, crate, table, path.
    pub(super) module: String,
    /// `resource`
    thing: String,
    /// `res`: how identifiers begin.
    prefix: String,
}

impl Names {
    /// Checks the name against the workspace at `root`.
    pub(super) fn new(root: &Path, module: &str, thing: Option<&str>) -> Result<Names> {
        let thing = match thing {
            Some(thing) => thing,
            None => module.strip_suffix('s').context("name one of its things: --thing WORD")?,
        };
        for word in [module, thing] {
            let fits = (3..=24).contains(&word.len()) && word.bytes().all(|b| b.is_ascii_lowercase());
            ensure!(fits, "{word:?}: a name has 3 to 24 lower-case letters");
            ensure!(!TAKEN.contains(&word), "{word:?} is taken by the platform or by Rust");
        }
        ensure!(module != thing, "the module and its thing need two words: resources, resource");
        let migrations = texts(&root.join("migrations"))?;
        let free = !migrations.iter().any(|text| text.contains(&format!("CREATE TABLE {module} ")));
        ensure!(free, "there is a table {module} already");
        let manifest = fs::read_to_string(root.join("Cargo.toml")).context("reading Cargo.toml")?;
        let known = manifest.lines().any(|line| line.starts_with(&format!("{module} = ")));
        ensure!(!known, "there is a crate {module} already");
        let mut code = texts(&root.join("platform/events/src"))?;
        code.extend(texts(&root.join("modules"))?);
        let prefix = prefix(thing, |prefix| code.iter().any(|text| text.contains(&format!("\"{prefix}\""))))?;
        Ok(Names { module: module.to_owned(), thing: thing.to_owned(), prefix })
    }

    /// The template with these names.
    pub(super) fn fill(&self, template: &str) -> String {
        template
            .replace("@module@", &self.module)
            .replace("@Module@", &capital(&self.module))
            .replace("@thing@", &self.thing)
            .replace("@Thing@", &capital(&self.thing))
            .replace("@prefix@", &self.prefix)
    }
}

/// Three letters of the thing that no other identifier begins with.
fn prefix(thing: &str, is_taken: impl Fn(&str) -> bool) -> Result<String> {
    let mut letters = thing.chars();
    let first = letters.next().context("an empty name")?;
    let rest: Vec<char> = letters.collect();
    let pairs =
        rest.iter().enumerate().flat_map(|(at, one)| rest.iter().skip(at + 1).map(move |two| (one, two)));
    let mut candidates = pairs.map(|(one, two)| format!("{first}{one}{two}"));
    candidates
        .find(|prefix| !is_taken(prefix))
        .context("no three letters of the name are free for identifiers; choose another --thing")
}

fn capital(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map(|first| first.to_ascii_uppercase()).into_iter().chain(letters).collect()
}

/// Texts of all SQL and Rust files below a folder.
fn texts(folder: &Path) -> Result<Vec<String>> {
    let mut texts = Vec::new();
    for entry in fs::read_dir(folder).with_context(|| format!("reading {}", folder.display()))? {
        let path = entry?.path();
        if path.is_dir() {
            texts.extend(self::texts(&path)?);
        } else if path.extension().is_some_and(|ending| ending == "sql" || ending == "rs") {
            texts.push(fs::read_to_string(&path).with_context(|| format!("reading {}", path.display()))?);
        }
    }
    Ok(texts)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn root() -> std::path::PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).unwrap().to_owned()
    }

    #[test]
    fn names_that_would_not_work_are_refused_with_the_reason() {
        let refused = |name: &str, thing| Names::new(&root(), name, thing).unwrap_err().to_string();
        assert!(refused("Journals", None).contains("lower-case"));
        assert!(refused("lead-magnets", None).contains("lower-case"));
        assert!(refused("moods", Some("moods")).contains("two words"));
        assert!(refused("homework", None).contains("--thing"));
        assert!(refused("settings", None).contains("taken"));
        assert!(refused("bookings", None).contains("table"));
        assert!(refused("packages", None).contains("crate"));
    }

    #[test]
    fn names_are_filled_in() {
        let names = Names::new(&root(), "journals", None).unwrap();
        assert_eq!(names.fill("@module@ @Module@ @thing@ @Thing@"), "journals Journals journal Journal");
        assert_eq!(prefix("booking", |prefix| prefix == "boo").unwrap(), "bok");
        assert!(prefix("abc", |_| true).is_err());
    }
}
