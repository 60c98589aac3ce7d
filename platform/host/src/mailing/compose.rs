//! A message from a rendered mail.

use std::time::SystemTime;

use events::Instant;
use kernel::mail::Attachment;
use lettre::{
    Address, Message,
    message::{
        Attachment as File, Mailbox, MultiPart, SinglePart,
        header::{ContentType, HeaderName, HeaderValue},
    },
};

/// Everything a message is made of.
pub(super) struct Draft<'a> {
    pub(super) message_id: String,
    pub(super) from: Address,
    pub(super) from_name: &'a str,
    pub(super) reply_to: &'a str,
    pub(super) to_email: &'a str,
    pub(super) to_name: &'a str,
    pub(super) mail: &'a web::Mail,
    pub(super) attachments: &'a [Attachment],
    pub(super) at: Instant,
}

/// Why no message could be made. Never holds an address.
#[derive(Debug, thiserror::Error)]
pub(super) enum Flaw {
    #[error("the reader's address is none")]
    Address,
    #[error("the message can't be put together: {0}")]
    Message(#[from] lettre::error::Error),
}

pub(super) fn compose(draft: &Draft<'_>) -> Result<Message, Flaw> {
    let to: Address = draft.to_email.parse().map_err(|_| Flaw::Address)?;
    let mut builder = Message::builder()
        .message_id(Some(draft.message_id.clone()))
        .date(SystemTime::from(draft.at.timestamp()))
        .from(Mailbox::new(named(draft.from_name), draft.from.clone()))
        .to(Mailbox::new(named(draft.to_name), to))
        .subject(one_line(&draft.mail.subject))
        // Holiday notices and the like leave such mails alone (RFC 3834).
        .raw_header(HeaderValue::new(
            HeaderName::new_from_ascii_str("Auto-Submitted"),
            "auto-generated".into(),
        ));
    if let Ok(address) = draft.reply_to.parse::<Address>() {
        builder = builder.reply_to(Mailbox::new(named(draft.from_name), address));
    }
    let body = body(draft);
    let message = if draft.attachments.is_empty() {
        builder.multipart(body)
    } else {
        let files = draft
            .attachments
            .iter()
            .fold(MultiPart::mixed().multipart(body), |mixed, file| mixed.singlepart(attached(file)));
        builder.multipart(files)
    };
    Ok(message?)
}

/// Plain text, HTML, and an invitation if there is one: calendars look for it among the alternatives, others for the file.
fn body(draft: &Draft<'_>) -> MultiPart {
    let body = MultiPart::alternative()
        .singlepart(SinglePart::plain(draft.mail.text.clone()))
        .singlepart(SinglePart::html(draft.mail.html.clone()));
    let invitation = draft.attachments.iter().find(|file| is_invitation(&file.content_type));
    match invitation {
        Some(file) => body.singlepart(SinglePart::builder().header(kind(file)).body(file.text.clone())),
        None => body,
    }
}

fn is_invitation(content_type: &str) -> bool {
    let lower = content_type.to_ascii_lowercase();
    lower.starts_with("text/calendar") && lower.contains("method=")
}

fn attached(file: &Attachment) -> SinglePart {
    File::new(file_name(&file.name)).body(file.text.clone(), kind(file))
}

fn kind(file: &Attachment) -> ContentType {
    let bytes = || ContentType::parse("application/octet-stream").unwrap_or(ContentType::TEXT_PLAIN);
    ContentType::parse(&one_line(&file.content_type)).unwrap_or_else(|_| bytes())
}

/// A name that means the same to every program: letters, digits, `. - _`.
pub(super) fn file_name(name: &str) -> String {
    let safe = |c: char| if c.is_alphanumeric() || ".-_".contains(c) { c } else { '_' };
    let name: String = name.chars().map(safe).take(80).collect();
    let name = name.trim_start_matches('.');
    if name.is_empty() { "file".into() } else { name.into() }
}

fn named(name: &str) -> Option<String> {
    Some(one_line(name)).filter(|name| !name.is_empty())
}

/// Invariant: nothing that could end a header line is left.
fn one_line(text: &str) -> String {
    let words = text.split(|c: char| c.is_whitespace() || c.is_control());
    words.filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}
