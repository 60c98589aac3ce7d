use serde::{Deserialize, Serialize};

/// An effect that a run asked for. It has been checked against grants, form and quotas, and is applied by the
/// caller in one transaction with the record of the run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Action {
    /// Add a note to a client's page.
    AddNote {
        /// Identifier of the client (`cli_…`).
        client: String,
        /// 1–4,000 characters.
        text: String,
    },
    /// Put a tag on a client.
    TagClient {
        /// Identifier of the client.
        client: String,
        /// 1–40 characters, one line.
        tag: String,
    },
    /// Send a mail to a client's own address.
    MailClient {
        /// Identifier of the client.
        client: String,
        /// One line of 1–200 characters.
        subject: String,
        /// 1–20,000 characters.
        text: String,
    },
    /// Send a mail to the staff of the business.
    MailStaff {
        /// One line of 1–200 characters.
        subject: String,
        /// 1–20,000 characters.
        text: String,
    },
}

impl Action {
    /// The name in records, for example `add_note`.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::AddNote { .. } => "add_note",
            Self::TagClient { .. } => "tag_client",
            Self::MailClient { .. } => "mail_client",
            Self::MailStaff { .. } => "mail_staff",
        }
    }

    /// Checks lengths and characters; the text says what is wrong, for the author.
    pub(crate) fn check_form(&self) -> Result<(), String> {
        match self {
            Self::AddNote { client, text } => {
                check_id(client)?;
                check_text("the note", text, 4_000)
            }
            Self::TagClient { client, tag } => {
                check_id(client)?;
                check_line("the tag", tag, 40)
            }
            Self::MailClient { client, subject, text } => {
                check_id(client)?;
                check_mail(subject, text)
            }
            Self::MailStaff { subject, text } => check_mail(subject, text),
        }
    }

    /// The client whom the action is about.
    #[must_use]
    pub fn client(&self) -> Option<&str> {
        match self {
            Self::AddNote { client, .. }
            | Self::TagClient { client, .. }
            | Self::MailClient { client, .. } => Some(client),
            Self::MailStaff { .. } => None,
        }
    }
}

fn check_mail(subject: &str, text: &str) -> Result<(), String> {
    check_line("the subject", subject, 200)?;
    check_text("the text", text, 20_000)
}

fn check_id(id: &str) -> Result<(), String> {
    let fits = (1..=64).contains(&id.len())
        && id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-');
    if fits { Ok(()) } else { Err("the client must be an identifier as events carry it".to_owned()) }
}

fn check_line(what: &str, text: &str, most: usize) -> Result<(), String> {
    check_text(what, text, most)?;
    let fits = text.trim() == text && !text.chars().any(char::is_control);
    if fits { Ok(()) } else { Err(format!("{what} must be one line without spaces around it")) }
}

/// NUL can't be stored, and other control characters have no place in what people read.
fn check_text(what: &str, text: &str, most: usize) -> Result<(), String> {
    if text.trim().is_empty() || text.chars().count() > most {
        return Err(format!("{what} must have 1 to {most} characters"));
    }
    let is_stray = |c: char| c.is_control() && !matches!(c, '\n' | '\r' | '\t');
    if text.chars().any(is_stray) { Err(format!("{what} must not have control characters")) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mail(subject: &str, text: &str) -> Action {
        Action::MailStaff { subject: subject.into(), text: text.into() }
    }

    #[test]
    fn forms_are_checked() {
        let note = |client: &str, text: &str| Action::AddNote { client: client.into(), text: text.into() };
        let tag = |tag: &str| Action::TagClient { client: "cli_1".into(), tag: tag.into() };
        for good in [note("cli_1", "two\nlines"), tag("trial client"), mail("Hello", "x")] {
            good.check_form().unwrap();
        }
        for bad in [
            note("", "x"),
            note("cli_1' or 1=1", "x"),
            note("cli_1", "  "),
            note("cli_1", "nul\0"),
            note("cli_1", &"x".repeat(4_001)),
            tag(""),
            tag(" padded"),
            tag("two\nlines"),
            tag(&"x".repeat(41)),
            mail("Hello\r\nBcc: all@example.com", "x"),
            mail("", "x"),
            mail("Hello", ""),
        ] {
            assert!(bad.check_form().is_err(), "{bad:?}");
        }
        note("cli_1", &"é".repeat(4_000)).check_form().unwrap();
    }
}
