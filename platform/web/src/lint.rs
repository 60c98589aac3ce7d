//! Finds what is wrong with catalogues: keys without text, texts without use, text outside of catalogues.

use std::collections::BTreeSet;

use crate::texts::{FALLBACK, Texts};
use crate::{Source, source};

/// What kind of problem.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LintKind {
    /// A template asks for a key that the fallback locale does not have.
    MissingKey,
    /// No template and no code asks for the key.
    UnusedKey,
    /// The key exists in the fallback locale but not in this one.
    MissingInLocale,
    /// A key does not start with its source's name.
    ForeignPrefix,
    /// A template says something itself instead of asking a catalogue.
    HardWiredText,
}

/// One finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LintProblem {
    /// What kind.
    pub kind: LintKind,
    /// Template or locale.
    pub place: String,
    /// Key or text.
    pub what: String,
}

pub(crate) fn run(sources: &[Source], texts: &Texts, used_in_code: &[&str]) -> Vec<LintProblem> {
    let mut problems = Vec::new();
    let mut used = BTreeSet::new();
    let have = texts.keys(FALLBACK).cloned().unwrap_or_default();
    for (name, text) in sources.iter().flat_map(|s| &s.templates) {
        for key in keys_in(text) {
            if !have.contains(&key) {
                problems.push(problem(LintKind::MissingKey, name, &key));
            }
            used.insert(key);
        }
        for words in hard_wired(name, text) {
            problems.push(problem(LintKind::HardWiredText, name, &words));
        }
    }
    for key in have.iter().filter(|k| !used.contains(*k) && !asked_by_code(k, used_in_code)) {
        problems.push(problem(LintKind::UnusedKey, FALLBACK, key));
    }
    for locale in texts.locales() {
        let keys = texts.keys(locale);
        for key in have.iter().filter(|k| keys.is_some_and(|keys| !keys.contains(*k))) {
            problems.push(problem(LintKind::MissingInLocale, locale, key));
        }
    }
    problems.extend(foreign(sources));
    problems
}

fn problem(kind: LintKind, place: &str, what: &str) -> LintProblem {
    LintProblem { kind, place: place.to_owned(), what: what.to_owned() }
}

fn asked_by_code(key: &str, patterns: &[&str]) -> bool {
    patterns.iter().any(|p| match p.strip_suffix('*') {
        Some(start) => key.starts_with(start),
        None => *p == key,
    })
}

fn foreign(sources: &[Source]) -> Vec<LintProblem> {
    let mut out = Vec::new();
    for source in sources {
        for (locale, text) in &source.texts {
            let place = format!("{}/locales/{locale}", source.name);
            let keys = text.lines().filter_map(|l| l.split_once(" =")).map(|(key, _)| key);
            let keys = keys.filter(|k| k.starts_with(|c: char| c.is_ascii_lowercase()));
            for key in keys.filter(|k| !k.starts_with(&format!("{}-", source.name))) {
                out.push(problem(LintKind::ForeignPrefix, &place, key));
            }
        }
    }
    out
}

/// The literal keys of `{{t "…"}}` and `(t "…")`.
fn keys_in(template: &str) -> Vec<String> {
    let mut keys = Vec::new();
    for opening in ["{{t \"", "(t \"", "{{{t \""] {
        for part in template.split(opening).skip(1) {
            if let Some((key, _)) = part.split_once('"') {
                keys.push(key.to_owned());
            }
        }
    }
    keys
}

/// Words that stand in a template outside of expressions, tags and comments, or in attributes that people read.
fn hard_wired(name: &str, template: &str) -> Vec<String> {
    let markup = strip(template, "{{!--", "--}}", "");
    let markup = strip(&strip(&markup, "{{{", "}}}", "\u{1}"), "{{", "}}", "\u{1}");
    let mut found = Vec::new();
    if !source::is_plain(name) {
        for attribute in [" title=\"", " alt=\"", " aria-label=\"", " placeholder=\""] {
            let values = markup.split(attribute).skip(1).filter_map(|p| p.split_once('"'));
            found.extend(values.map(|(value, _)| value.to_owned()).filter(|v| has_word(v)));
        }
    }
    if !markup.contains('<') && markup.contains("=\"") {
        // A partial of attributes, put inside a tag by others.
        return found;
    }
    let text = strip(&strip(&markup, "<style", "</style>", ""), "<script", "</script>", "");
    let text = strip(&text, "<", ">", "\n");
    found.extend(text.lines().map(str::trim).filter(|l| has_word(l)).map(str::to_owned));
    found
}

fn has_word(text: &str) -> bool {
    let plain = text.replace("&nbsp;", "").replace("&middot;", "").replace("&times;", "");
    plain.split(|c: char| !c.is_alphabetic()).any(|word| word.chars().count() > 1)
}

fn strip(text: &str, open: &str, close: &str, instead: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once(open) {
        out.push_str(before);
        out.push_str(instead);
        rest = after.split_once(close).map_or("", |(_, r)| r);
    }
    out.push_str(rest);
    out
}
