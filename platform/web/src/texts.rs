//! The catalogues: Fluent texts of every source and locale.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};
use serde_json::Value;
use unic_langid::LanguageIdentifier;

use crate::{Source, WebError};

/// The language that always has every text.
pub(crate) const FALLBACK: &str = "en";

/// All texts by locale. Texts without arguments are formatted once, at start.
pub struct Texts {
    locales: BTreeMap<String, Locale>,
}

struct Locale {
    bundle: FluentBundle<FluentResource>,
    fixed: HashMap<String, String>,
    keys: BTreeSet<String>,
}

impl Texts {
    pub(crate) fn new(sources: &[Source]) -> Result<Self, WebError> {
        let mut locales = BTreeMap::new();
        for source in sources {
            for (name, text) in &source.texts {
                let locale = locales.entry(name.clone()).or_insert_with(|| Locale::new(name));
                locale.add(source.name, name, text)?;
            }
        }
        for locale in locales.values_mut() {
            locale.fix();
        }
        Ok(Self { locales })
    }

    /// A text. `args` is an object of strings and numbers, or null.
    ///
    /// # Errors
    /// No locale of the chain (`de-AT`, `de`, `en`) has the key, or an argument is missing.
    pub fn get(&self, locale: &str, key: &str, args: &Value) -> Result<String, WebError> {
        let language = locale.split('-').next().unwrap_or(locale);
        [locale, language, FALLBACK]
            .iter()
            .find_map(|name| self.locales.get(*name).and_then(|l| l.text(key, args)))
            .unwrap_or_else(|| Err(WebError::MissingText { key: key.to_owned(), locale: locale.to_owned() }))
            .map_err(|error| match error {
                WebError::BadText { key, reason, .. } => {
                    WebError::BadText { key, reason, locale: locale.to_owned() }
                }
                other => other,
            })
    }

    pub(crate) fn locales(&self) -> Vec<&str> {
        self.locales.keys().map(String::as_str).collect()
    }

    /// The keys of one locale.
    pub(crate) fn keys(&self, locale: &str) -> Option<&BTreeSet<String>> {
        self.locales.get(locale).map(|l| &l.keys)
    }

    pub(crate) fn negotiate(&self, accept: &str) -> &str {
        let mut wanted: Vec<(u32, &str)> = accept.split(',').take(20).filter_map(preference).collect();
        wanted.sort_by_key(|(weight, _)| std::cmp::Reverse(*weight));
        wanted.iter().find_map(|(_, tag)| self.closest(tag)).unwrap_or(FALLBACK)
    }

    fn closest(&self, tag: &str) -> Option<&str> {
        let language = tag.split('-').next().unwrap_or(tag);
        let exact = self.locales.keys().find(|have| have.eq_ignore_ascii_case(tag));
        exact
            .or_else(|| self.locales.keys().find(|have| have.eq_ignore_ascii_case(language)))
            .map(String::as_str)
    }
}

/// `de-AT;q=0.8` as weight in thousandths and tag.
fn preference(part: &str) -> Option<(u32, &str)> {
    let (tag, rest) = part.trim().split_once(';').unwrap_or((part.trim(), ""));
    let weight = match rest.trim().strip_prefix("q=") {
        None => 1000,
        Some("1" | "1.0" | "1.00" | "1.000") => 1000,
        Some(q) => format!("{:0<3}", q.strip_prefix("0.").unwrap_or("0")).get(..3)?.parse().ok()?,
    };
    (weight > 0 && !tag.is_empty()).then_some((weight, tag.trim()))
}

impl Locale {
    fn new(name: &str) -> Self {
        let language: LanguageIdentifier = name.parse().unwrap_or_default();
        let mut bundle = FluentBundle::new_concurrent(vec![language]);
        // Isolation marks would show up in subjects and attributes; right-to-left is set on the page.
        bundle.set_use_isolating(false);
        Self { bundle, fixed: HashMap::new(), keys: BTreeSet::new() }
    }

    fn add(&mut self, source: &'static str, locale: &str, text: &str) -> Result<(), WebError> {
        let resource = FluentResource::try_new(text.to_owned()).map_err(|(_, errors)| {
            let first = errors.first();
            let before = first.and_then(|e| text.get(..e.pos.start)).unwrap_or_default();
            WebError::Texts {
                source_name: source,
                locale: locale.to_owned(),
                line: before.matches('\n').count() + 1,
                reason: first.map(|e| e.kind.to_string()).unwrap_or_default(),
            }
        })?;
        for key in message_keys(&resource) {
            if !self.keys.insert(key.clone()) {
                return Err(WebError::Duplicate { name: format!("text {key} in {locale}") });
            }
        }
        let _ = self.bundle.add_resource(resource);
        Ok(())
    }

    /// Formats what needs no arguments, so that most lookups are one map access.
    fn fix(&mut self) {
        for key in &self.keys {
            if let Some(Ok(text)) = self.format(key, &FluentArgs::new()) {
                self.fixed.insert(key.clone(), text);
            }
        }
    }

    fn text(&self, key: &str, args: &Value) -> Option<Result<String, WebError>> {
        if let Some(text) = self.fixed.get(key) {
            return Some(Ok(text.clone()));
        }
        let mut fluent = FluentArgs::new();
        for (name, value) in args.as_object().into_iter().flatten() {
            if let Some(value) = fluent_value(value) {
                fluent.set(name.clone(), value);
            }
        }
        self.format(key, &fluent)
    }

    fn format(&self, key: &str, args: &FluentArgs<'_>) -> Option<Result<String, WebError>> {
        let pattern = self.bundle.get_message(key)?.value()?;
        let mut errors = Vec::new();
        let text = self.bundle.format_pattern(pattern, Some(args), &mut errors).into_owned();
        Some(match errors.first() {
            None => Ok(text),
            Some(error) => Err(WebError::BadText {
                key: key.to_owned(),
                locale: String::new(),
                reason: error.to_string(),
            }),
        })
    }
}

fn fluent_value(value: &Value) -> Option<FluentValue<'_>> {
    match value {
        Value::String(text) => Some(FluentValue::from(text.as_str())),
        Value::Number(number) => match number.as_i64() {
            Some(whole) => Some(FluentValue::from(whole)),
            None => number.as_f64().map(FluentValue::from),
        },
        Value::Bool(flag) => Some(FluentValue::from(if *flag { "true" } else { "false" })),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

fn message_keys(resource: &FluentResource) -> Vec<String> {
    resource
        .entries()
        .filter_map(|entry| match entry {
            fluent_syntax::ast::Entry::Message(message) => Some(message.id.name.to_owned()),
            _ => None,
        })
        .collect()
}
