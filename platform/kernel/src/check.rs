use crate::{FieldError, Problem};

/// Collects what is wrong with an input, so that all errors are told at once.
///
/// ```
/// let mut check = kernel::Check::new();
/// let name = check.line("name", " Ada ", 1, 120);
/// let email = check.email("email", "Ada@Example.com");
/// check.finish()?;
/// assert_eq!((name.as_str(), email.as_str()), ("Ada", "ada@example.com"));
/// # Ok::<(), kernel::Problem>(())
/// ```
#[derive(Debug, Default)]
pub struct Check {
    errors: Vec<FieldError>,
}

impl Check {
    /// Nothing wrong so far.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }
    /// Something is wrong with a field.
    pub fn wrong(&mut self, error: FieldError) {
        self.errors.push(error);
    }
    /// Holds `condition` against a field.
    pub fn require(&mut self, condition: bool, field: &str, code: &'static str) {
        if !condition {
            self.wrong(FieldError::new(field, code));
        }
    }
    /// One line of text, trimmed, `min..=max` characters, no control characters.
    pub fn line(&mut self, field: &str, value: &str, min: usize, max: usize) -> String {
        let value = self.length(field, value, min, max);
        self.require(!value.chars().any(char::is_control), field, "control_characters");
        value
    }
    /// Text of several lines, trimmed, `min..=max` characters; line ends become `\n`, other control characters are refused.
    pub fn text(&mut self, field: &str, value: &str, min: usize, max: usize) -> String {
        let value = self.length(field, value, min, max).replace("\r\n", "\n");
        self.require(
            !value.chars().any(|c| c.is_control() && c != '\n' && c != '\t'),
            field,
            "control_characters",
        );
        value
    }
    /// An e-mail address, normalised to lower case. Accepts what the HTML standard accepts, at most 254 characters
    /// (RFC 5321).
    pub fn email(&mut self, field: &str, value: &str) -> String {
        let value = value.trim().to_lowercase();
        if value.is_empty() {
            self.wrong(FieldError::new(field, "required"));
        } else if !is_email(&value) {
            self.wrong(FieldError::new(field, "email"));
        }
        value
    }
    /// A whole number in `min..=max`.
    pub fn number(&mut self, field: &str, value: i64, min: i64, max: i64) -> i64 {
        if value < min || value > max {
            self.wrong(FieldError::new(field, "out_of_range").arg("min", min).arg("max", max));
        }
        value
    }
    /// An IANA time zone.
    pub fn zone(&mut self, field: &str, value: &str) -> String {
        let known = value.len() <= 64 && jiff::tz::TimeZone::get(value).is_ok();
        self.require(known, field, "unknown_zone");
        value.to_owned()
    }
    /// A name for URLs: `a-z 0-9 -`, 1 to 60 characters, no hyphen at the ends.
    pub fn slug(&mut self, field: &str, value: &str) -> String {
        let fits = (1..=60).contains(&value.len())
            && value.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
            && !value.starts_with('-')
            && !value.ends_with('-');
        self.require(fits, field, "slug");
        value.to_owned()
    }
    /// Ends the check.
    ///
    /// # Errors
    /// 422 with every field at fault.
    pub fn finish(self) -> Result<(), Problem> {
        if self.errors.is_empty() { Ok(()) } else { Err(Problem::invalid(self.errors)) }
    }

    fn length(&mut self, field: &str, value: &str, min: usize, max: usize) -> String {
        let value = value.trim();
        let count = value.chars().count();
        if count == 0 && min > 0 {
            self.wrong(FieldError::new(field, "required"));
        } else if count < min {
            self.wrong(FieldError::new(field, "too_short").arg("min", min));
        } else if count > max {
            self.wrong(FieldError::new(field, "too_long").arg("max", max));
            return String::new();
        }
        value.to_owned()
    }
}

/// The HTML standard's rule for `<input type=email>`, with a dot in the domain.
fn is_email(value: &str) -> bool {
    let Some((local, domain)) = value.rsplit_once('@') else { return false };
    let local_fits = (1..=64).contains(&local.len())
        && local.bytes().all(|b| b.is_ascii_alphanumeric() || b".!#$%&'*+/=?^_`{|}~-".contains(&b));
    let label = |label: &str| {
        (1..=63).contains(&label.len())
            && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    value.len() <= 254 && local_fits && domain.contains('.') && domain.split('.').all(label)
}

#[cfg(test)]
mod tests {
    use super::is_email;

    #[test]
    fn addresses() {
        for good in ["a@b.co", "first.last+tag@sub.example.com", "o'neil@example.ie"] {
            assert!(is_email(good), "{good}");
        }
        for bad in [
            "",
            "a",
            "a@b",
            "a@b..c",
            "a b@c.de",
            "a@b.c\n",
            "a@-b.co",
            "@b.co",
            "a@b.co\r\nBcc: x@y.zz",
            "a@b@c.de d",
        ] {
            assert!(!is_email(bad), "{bad:?}");
        }
    }
}
