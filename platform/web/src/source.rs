//! Where templates and texts come from: each crate embeds its own.

use std::borrow::Cow;

use rust_embed::RustEmbed;

/// The templates and texts of one crate.
#[derive(Clone, Debug)]
pub struct Source {
    /// The crate's name; templates and text keys start with it.
    pub name: &'static str,
    /// Template name (`appointments/book`) and its text.
    pub templates: Vec<(String, Cow<'static, str>)>,
    /// Locale (`en`) and Fluent text; a locale may come in several files.
    pub texts: Vec<(String, Cow<'static, str>)>,
}

impl Source {
    /// Sorts the files of a crate: `templates/**.hbs` become templates named after the crate and path,
    /// `locales/{locale}/*.ftl` become texts. Other files are left out.
    pub fn from_files(
        name: &'static str,
        files: impl IntoIterator<Item = (String, Cow<'static, str>)>,
    ) -> Self {
        let mut source = Self { name, templates: Vec::new(), texts: Vec::new() };
        for (path, text) in files {
            source.add(&path, text);
        }
        source
    }

    fn add(&mut self, path: &str, text: Cow<'static, str>) {
        if let Some(rest) = path.strip_prefix("templates/").and_then(|p| p.strip_suffix(".hbs")) {
            self.templates.push((format!("{}/{rest}", self.name), text));
        } else if let Some((locale, _)) = path
            .strip_prefix("locales/")
            .filter(|p| p.ends_with(".ftl"))
            .and_then(|p| p.split_once('/').or_else(|| p.split_once('.')))
        {
            self.texts.push((locale.to_owned(), text));
        }
    }
}

#[derive(RustEmbed)]
#[folder = "templates"]
struct OwnTemplates;

#[derive(RustEmbed)]
#[folder = "locales"]
struct OwnTexts;

/// The templates and texts of this crate.
#[must_use]
pub fn own_source() -> Source {
    let mut files = embedded::<OwnTemplates>("templates");
    files.extend(embedded::<OwnTexts>("locales"));
    Source::from_files("web", files)
}

fn embedded<E: RustEmbed>(folder: &str) -> Vec<(String, Cow<'static, str>)> {
    let read = |path: Cow<'static, str>| {
        let text = String::from_utf8(E::get(&path)?.data.into_owned()).ok()?;
        Some((format!("{folder}/{path}"), Cow::Owned(text)))
    };
    E::iter().filter_map(read).collect()
}

/// Subjects and text alternatives are not HTML and are rendered without escaping.
pub(crate) fn is_plain(template: &str) -> bool {
    template.ends_with(".subject") || template.ends_with(".text")
}
