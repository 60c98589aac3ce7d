use std::{collections::BTreeSet, ops::Range};

use serde::Deserialize;
use wasmparser::{Parser, Payload};

use crate::Capability;

/// Name of the section of a component that carries its manifest; the builder writes it.
pub const SECTION: &str = "coach:automation/manifest";

/// The version of the world that this platform runs.
pub const WORLD: &str = "0.1";

/// What an automation says about itself: the file `automation.toml`, carried inside the component.
///
/// Invariant: a value of this type has passed validation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Manifest {
    /// Name of 3–40 of `a-z 0-9 -`; an upload of the same name is a new version of the same automation.
    pub name: String,
    /// Three numbers joined by dots.
    pub version: String,
    /// Title shown to staff, 1–80 characters.
    pub title: String,
    /// What it does, up to 500 characters.
    pub description: String,
    /// Names of the events it runs on, at least one.
    pub triggers: BTreeSet<String>,
    /// What it asks for.
    pub capabilities: BTreeSet<Capability>,
}

/// The manifest can't be used; the text is for the author of the automation.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ManifestError {
    /// Not TOML, or a field is missing, unknown or of the wrong kind.
    #[error("automation.toml can't be read: {0}")]
    Syntax(String),
    /// A field's value is not acceptable.
    #[error("automation.toml: `{field}` must be {expected}")]
    Field {
        /// The field.
        field: &'static str,
        /// What it must be.
        expected: &'static str,
    },
    /// A capability this platform does not have.
    #[error("automation.toml: there is no capability `{0}`")]
    Capability(String),
    /// A trigger this platform does not publish.
    #[error("automation.toml: there is no event `{0}`")]
    Trigger(String),
    /// The component carries no manifest.
    #[error("the component carries no manifest; build it with plugins-sdk/build.sh")]
    Missing,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Raw {
    name: String,
    version: String,
    title: String,
    #[serde(default)]
    description: String,
    world: String,
    #[serde(default)]
    capabilities: Vec<String>,
    triggers: Vec<RawTrigger>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawTrigger {
    event: String,
}

impl Manifest {
    /// Reads and validates the text of an `automation.toml`.
    ///
    /// # Errors
    /// See [`ManifestError`].
    pub fn parse(text: &str) -> Result<Self, ManifestError> {
        let raw: Raw =
            toml::from_str(text).map_err(|error| ManifestError::Syntax(one_line(error.message())))?;
        check(
            is_name(&raw.name),
            "name",
            "3 to 40 of a-z, 0-9 and -, beginning with a letter and not ending with -",
        )?;
        check(is_version(&raw.version), "version", "three numbers such as 1.0.0")?;
        check(is_line(&raw.title, 1..81), "title", "one line of 1 to 80 characters")?;
        check(is_line(&raw.description, 0..501), "description", "one line of up to 500 characters")?;
        check(raw.world == WORLD, "world", "\"0.1\"")?;
        Ok(Self {
            triggers: triggers(&raw.triggers)?,
            capabilities: capabilities(&raw.capabilities)?,
            name: raw.name,
            version: raw.version,
            title: raw.title,
            description: raw.description,
        })
    }

    /// The manifest that a component carries.
    ///
    /// # Errors
    /// There is none, or it can't be used.
    pub fn of_component(component: &[u8]) -> Result<Self, ManifestError> {
        let text = section(component).ok_or(ManifestError::Missing)?;
        Self::parse(std::str::from_utf8(text).map_err(|error| ManifestError::Syntax(error.to_string()))?)
    }

    /// Checks that each trigger is an event that the platform publishes.
    ///
    /// # Errors
    /// Names the first one that is not.
    pub fn check_triggers(&self, is_published: impl Fn(&str) -> bool) -> Result<(), ManifestError> {
        match self.triggers.iter().find(|name| !is_published(name)) {
            Some(unknown) => Err(ManifestError::Trigger(unknown.clone())),
            None => Ok(()),
        }
    }
}

/// The component with a manifest section at its end.
pub(crate) fn attach(mut component: Vec<u8>, manifest: &str) -> Vec<u8> {
    let mut body = Vec::with_capacity(SECTION.len() + manifest.len() + 2);
    leb128(&mut body, SECTION.len());
    body.extend_from_slice(SECTION.as_bytes());
    body.extend_from_slice(manifest.as_bytes());
    component.push(0);
    leb128(&mut component, body.len());
    component.extend(body);
    component
}

fn section(component: &[u8]) -> Option<&[u8]> {
    let mut depth = 0_u32;
    for payload in Parser::new(0).parse_all(component) {
        match payload.ok()? {
            Payload::Version { .. } => depth += 1,
            Payload::End(_) => depth = depth.saturating_sub(1),
            Payload::CustomSection(found) if depth == 1 && found.name() == SECTION => {
                return Some(found.data());
            }
            _ => {}
        }
    }
    None
}

fn leb128(out: &mut Vec<u8>, mut value: usize) {
    loop {
        let low = u8::try_from(value & 0x7f).unwrap_or(0);
        value >>= 7;
        if value == 0 {
            return out.push(low);
        }
        out.push(low | 0x80);
    }
}

fn check(holds: bool, field: &'static str, expected: &'static str) -> Result<(), ManifestError> {
    if holds { Ok(()) } else { Err(ManifestError::Field { field, expected }) }
}

fn triggers(raw: &[RawTrigger]) -> Result<BTreeSet<String>, ManifestError> {
    check(!raw.is_empty() && raw.len() <= 16, "triggers", "1 to 16 events")?;
    check(raw.iter().all(|it| is_event(&it.event)), "triggers", "names of events such as booking.confirmed")?;
    let unique: BTreeSet<String> = raw.iter().map(|it| it.event.clone()).collect();
    check(unique.len() == raw.len(), "triggers", "events that are named once each")?;
    Ok(unique)
}

fn capabilities(raw: &[String]) -> Result<BTreeSet<Capability>, ManifestError> {
    raw.iter()
        .map(|name| name.parse().map_err(|_| ManifestError::Capability(name.chars().take(60).collect())))
        .collect()
}

fn is_name(text: &str) -> bool {
    (3..=40).contains(&text.len())
        && text.starts_with(|c: char| c.is_ascii_lowercase())
        && !text.ends_with('-')
        && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
}

fn is_version(text: &str) -> bool {
    let numbers: Vec<&str> = text.split('.').collect();
    let is_number = |it: &&str| {
        !it.is_empty()
            && it.len() <= 6
            && it.bytes().all(|b| b.is_ascii_digit())
            && (it.len() == 1 || !it.starts_with('0'))
    };
    numbers.len() == 3 && numbers.iter().all(is_number)
}

fn is_event(text: &str) -> bool {
    let is_word = |word: &str| !word.is_empty() && word.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
    text.len() <= 80 && text.contains('.') && text.split('.').all(is_word)
}

fn is_line(text: &str, length: Range<usize>) -> bool {
    length.contains(&text.chars().count()) && text.trim() == text && !text.chars().any(char::is_control)
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(300).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const WELCOME: &str = include_str!("../../../plugins-sdk/examples/welcome-note/automation.toml");

    #[test]
    fn the_example_is_valid() {
        let manifest = Manifest::parse(WELCOME).unwrap();
        assert_eq!(manifest.name, "welcome-note");
        assert_eq!(manifest.triggers, BTreeSet::from(["booking.confirmed".to_owned()]));
        assert_eq!(manifest.capabilities, BTreeSet::from([Capability::ClientNote, Capability::ClientTag]));
        manifest.check_triggers(|name| name == "booking.confirmed").unwrap();
        assert!(matches!(manifest.check_triggers(|_| false), Err(ManifestError::Trigger(_))));
    }

    #[test]
    fn each_wrong_field_is_named() {
        for (from, to, expected) in [
            ("name = \"welcome-note\"", "name = \"Welcome\"", "`name`"),
            ("name = \"welcome-note\"", "name = \"ends-\"", "`name`"),
            ("1.0.0", "1.0", "`version`"),
            ("1.0.0", "01.0.0", "`version`"),
            ("\"Welcome note\"", "\"\"", "`title`"),
            ("\"Welcome note\"", "\"a\\u0000b\"", "`title`"),
            ("\"0.1\"", "\"0.2\"", "`world`"),
            ("booking.confirmed", "Booking", "`triggers`"),
            ("client.tag", "client.delete", "no capability `client.delete`"),
            ("title =", "colour =", "unknown field"),
        ] {
            let error = Manifest::parse(&WELCOME.replace(from, to)).unwrap_err().to_string();
            assert!(error.contains(expected), "{to}: {error}");
        }
        let twice = format!("{WELCOME}\n[[triggers]]\nevent = \"booking.confirmed\"\n");
        assert!(Manifest::parse(&twice).unwrap_err().to_string().contains("once each"));
    }

    #[test]
    fn a_component_carries_its_manifest() {
        let empty = b"\0asm\x0d\0\x01\0".to_vec();
        assert_eq!(Manifest::of_component(&empty), Err(ManifestError::Missing));
        let long = format!("{WELCOME}# {}\n", "x".repeat(300));
        assert_eq!(Manifest::of_component(&attach(empty, &long)).unwrap().name, "welcome-note");
    }
}
