//! What an automation may do. Each request is checked at once and takes effect when the run has ended well; see
//! [`Error`] for the ways in which it can be refused.

use crate::{
    bindings::coach::automation::actions::{self as host, Mail},
    ClientId, Error,
};

/// Adds a note to a client's page, seen by staff only; 1 to 4,000 characters. Needs `client.note`.
///
/// # Errors
/// The platform refused the request.
pub fn add_note(client: &ClientId, text: &str) -> Result<(), Error> {
    Ok(host::add_note(client.as_str(), text)?)
}

/// Puts a tag of 1 to 40 characters on a client; one that is there already stays. Needs `client.tag`.
///
/// # Errors
/// The platform refused the request.
pub fn tag_client(client: &ClientId, tag: &str) -> Result<(), Error> {
    Ok(host::tag_client(client.as_str(), tag)?)
}

/// Sends a plain-text mail to a client's own address. Needs `mail.client`.
///
/// # Errors
/// The platform refused the request.
pub fn mail_client(client: &ClientId, subject: &str, text: &str) -> Result<(), Error> {
    Ok(host::mail_client(client.as_str(), &mail(subject, text))?)
}

/// Sends a plain-text mail to the staff of the business. Needs `mail.staff`.
///
/// # Errors
/// The platform refused the request.
pub fn mail_staff(subject: &str, text: &str) -> Result<(), Error> {
    Ok(host::mail_staff(&mail(subject, text))?)
}

fn mail(subject: &str, text: &str) -> Mail {
    Mail { subject: subject.to_owned(), text: text.to_owned() }
}
