//! The invariants of the architecture, held against the sources, cargo's view of them, and the database.

mod crates;
mod migrations;
mod sources;
mod tables;
mod texts;

use std::{
    fs,
    path::{Path, PathBuf},
};

pub use texts::sources;

/// A file of the repository.
pub struct Source {
    /// From the root.
    pub path: String,
    /// Its text.
    pub text: String,
}

/// Every file with this ending that belongs to the project.
pub fn files(ending: &str) -> Vec<Source> {
    let root = testkit::workspace();
    let mut found = Vec::new();
    walk(&root, &root, ending, &mut found);
    found.sort_by(|a, b| a.path.cmp(&b.path));
    assert!(!found.is_empty(), "no {ending} anywhere");
    found
}

fn walk(root: &Path, folder: &Path, ending: &str, found: &mut Vec<Source>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path: PathBuf = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if path.is_dir() {
            let foreign = ["target", "node_modules", "data", "out"].contains(&name.as_str());
            let hidden = name.starts_with('.') && ![".ci", ".cargo", ".config"].contains(&name.as_str());
            if !foreign && !hidden {
                walk(root, &path, ending, found);
            }
        } else if name.ends_with(ending) {
            let Ok(text) = fs::read_to_string(&path) else { continue };
            found.push(Source { path: path.strip_prefix(root).unwrap().display().to_string(), text });
        }
    }
}

impl Source {
    /// Whether it lies in one of these folders.
    pub fn is_in(&self, folders: &[&str]) -> bool {
        folders.iter().any(|folder| self.path.starts_with(folder))
    }
    /// Its lines of code with their numbers: comments cut, what follows `#[cfg(test)] mod tests {` left out.
    pub fn code(&self) -> impl Iterator<Item = (usize, &str)> {
        let end = self.text.find("\n#[cfg(test)]\nmod tests {").unwrap_or(self.text.len());
        let lines = self.text[..end].lines().enumerate();
        lines.map(|(at, line)| (at + 1, without_comment(line))).filter(|(_, line)| !line.trim().is_empty())
    }
    /// `path:line` of each line of code that `wrong` finds.
    pub fn hits(&self, wrong: impl Fn(&str) -> bool) -> Vec<String> {
        let hits = self.code().filter(|(_, line)| wrong(line));
        hits.map(|(at, line)| format!("{}:{at}: {}", self.path, line.trim())).collect()
    }
}

fn without_comment(line: &str) -> &str {
    match line.find("//") {
        // Not the one of an address in a text.
        Some(at) if !line[..at].ends_with(':') => &line[..at],
        _ => line,
    }
}

/// The Rust sources that are ours and not generated.
pub fn rust() -> Vec<Source> {
    let mut all = files(".rs");
    all.retain(|file| !file.path.ends_with("/bindings.rs"));
    all
}

/// All hits in all files.
pub fn hits_in(files: impl Iterator<Item = Source>, wrong: impl Fn(&str) -> bool) -> Vec<String> {
    files.flat_map(|file| file.hits(&wrong)).collect()
}
