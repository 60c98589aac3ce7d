use std::collections::BTreeMap;

use db::Brand;
use events::Currency;
use serde::{Deserialize, Serialize};

/// A tenant as a file (`tenants/*.toml`, Helm values): the whole of what provisioning makes.
///
/// What it does not know is taken for a module's section, and refused when there is no such module.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct TenantFile {
    /// Name in the URL.
    pub slug: String,
    /// Name for people.
    pub name: String,
    /// IANA zone.
    pub zone: String,
    /// ISO 4217.
    pub currency: String,
    /// BCP 47 language.
    #[serde(default = "english")]
    pub locale: String,
    /// Where mails for the business go.
    pub contact_email: String,
    /// Looks.
    #[serde(default)]
    pub brand: Brand,
    /// What it may switch on; absent: everything.
    #[serde(default)]
    pub entitlements: Option<Vec<String>>,
    /// Its switches.
    #[serde(default)]
    pub features: BTreeMap<String, bool>,
    /// Its staff; the first owner is invited.
    #[serde(default)]
    pub staff: Vec<StaffEntry>,
    /// One section a feature module, read by that module.
    #[serde(flatten)]
    pub modules: BTreeMap<String, toml::Value>,
}

/// A person of staff in a tenant file.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct StaffEntry {
    /// `owner`, `admin` or `coach`.
    pub role: String,
    /// Their name.
    pub name: String,
    /// Their e-mail.
    pub email: String,
    /// A line about them.
    #[serde(default)]
    pub bio: String,
}

/// Why a tenant file was refused: nothing of it was applied.
#[derive(Debug, thiserror::Error)]
#[error("{file}{}: {reason}", line.map(|n| format!(":{n}")).unwrap_or_default())]
pub struct FileError {
    /// Which file.
    pub file: String,
    /// Line, from 1.
    pub line: Option<usize>,
    /// What is wrong.
    pub reason: String,
}

fn english() -> String {
    "en".into()
}

impl TenantFile {
    /// Reads and checks a file. `sections` names the module sections that may stand in it.
    ///
    /// # Errors
    /// With file, line and reason; nothing is half read.
    pub fn parse(file: &str, text: &str, sections: &[&str]) -> Result<Self, FileError> {
        let parsed: Self = toml::from_str(text).map_err(|error| FileError {
            file: file.into(),
            line: error.span().map(|span| line_of(text, span.start)),
            reason: error.message().into(),
        })?;
        parsed.check(sections).map_err(|(key, reason)| FileError {
            file: file.into(),
            line: text.lines().position(|line| starts_entry(line, &key)).map(|index| index + 1),
            reason: format!("{key}: {reason}"),
        })?;
        Ok(parsed)
    }

    fn check(&self, sections: &[&str]) -> Result<(), (String, String)> {
        let wrong = |key: &str, reason: &str| Err((key.to_owned(), reason.to_owned()));
        if let Err(error) = crate::check_slug(&self.slug) {
            return wrong("slug", &error.to_string());
        }
        if self.name.trim().is_empty() || self.name.chars().count() > 120 {
            return wrong("name", "1 to 120 characters");
        }
        if jiff::tz::TimeZone::get(&self.zone).is_err() {
            return wrong("zone", "unknown time zone");
        }
        if self.currency.parse::<Currency>().is_err() {
            return wrong("currency", "unknown currency");
        }
        let mut check = kernel::Check::new();
        check.email("contact_email", &self.contact_email);
        if check.finish().is_err() {
            return wrong("contact_email", "not an e-mail address");
        }
        for (key, color) in
            [("primary_color", &self.brand.primary_color), ("accent_color", &self.brand.accent_color)]
        {
            if !color.is_empty() && !is_color(color) {
                return wrong(key, "a colour is #rrggbb");
            }
        }
        if let Some(name) = self.modules.keys().find(|name| !sections.contains(&name.as_str())) {
            return wrong(name, "unknown key or section");
        }
        self.check_staff()
    }

    fn check_staff(&self) -> Result<(), (String, String)> {
        for person in &self.staff {
            let mut check = kernel::Check::new();
            check.email("email", &person.email);
            check.line("name", &person.name, 1, 120);
            if check.finish().is_err() {
                return Err(("staff".into(), format!("name or e-mail of {:?} is not right", person.name)));
            }
            if !["owner", "admin", "coach"].contains(&person.role.as_str()) {
                return Err((
                    "staff".into(),
                    format!("role {:?} is none of owner, admin, coach", person.role),
                ));
            }
        }
        Ok(())
    }
}

fn is_color(text: &str) -> bool {
    text.len() == 7 && text.starts_with('#') && text.bytes().skip(1).all(|b| b.is_ascii_hexdigit())
}

fn line_of(text: &str, offset: usize) -> usize {
    text.bytes().take(offset).filter(|b| *b == b'\n').count() + 1
}

fn starts_entry(line: &str, key: &str) -> bool {
    let line = line.trim_start().trim_start_matches('[').trim_start();
    line.strip_prefix(key).is_some_and(|rest| rest.trim_start().starts_with(['=', ']', '.']))
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = "slug = \"ada\"\nname = \"Ada\"\nzone = \"Europe/London\"\ncurrency = \"GBP\"\ncontact_email = \"a@b.co\"\n";

    #[test]
    fn a_bad_file_is_refused_with_its_line() {
        assert!(TenantFile::parse("t", GOOD, &[]).is_ok());
        let line = |text: &str| TenantFile::parse("t", text, &["packages"]).unwrap_err().line;
        assert_eq!(line(&GOOD.replace("Europe/London", "Mars/Base")), Some(3));
        assert_eq!(line(&GOOD.replace("GBP", "XXX")), Some(4));
        assert_eq!(line(&format!("{GOOD}colour = 3\n")), Some(6));
        assert_eq!(line(&format!("{GOOD}[nonsense]\nx = 1\n")), Some(6));
        assert_eq!(line(&format!("{GOOD}name = \"twice\"\n")), Some(6));
        assert_eq!(line(&format!("{GOOD}[brand]\nprimary_color = \"red\"\n")), Some(7));
        assert!(TenantFile::parse("t", &format!("{GOOD}[packages]\nx = 1\n"), &["packages"]).is_ok());
    }
}
