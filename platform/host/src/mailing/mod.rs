//! Mails: from a row to a person.
//!
//! **Purpose.** A change writes a row of the table `mails` and a job `mail.send` (`kernel::mail::queue`). The job renders
//! the row in the tenant's look and hands it to the configured [`Transport`]; what was written is kept with the row.
//! In development nothing leaves: mails are read at `/dev/outbox`.
//!
//! **Invariants.**
//! - A row that is sent is not sent again. A crash between the mail server's answer and our commit can repeat a mail; it
//!   then carries the same `Message-ID`, by which readers' programs know it.
//! - No text of a row can begin a header line or name a further recipient.
//! - A mail server that is away or says "later" is tried again; what it refuses for good is not. When the tries have run
//!   out, the row says `failed`, and why.
//! - Texts of jobs and logs hold no address: what the mail server said is kept with the row, in the tenant.

mod account;
mod compose;
mod given_up;
mod host;
mod outbox;
mod rows;
mod send;
#[cfg(test)]
mod tests;
mod transport;

use kernel::Permission;

pub use account::send_for_account;
pub use given_up::gave_up;
pub use host::{check, jobs, outbox_routes};
pub use send::{Mailer, Sender, brand};
pub use transport::{BadTransport, Transport};

/// Send mails of a tenant, and read them in development; the platform's own jobs only.
pub const SEND: Permission = Permission("platform:mail:send");

/// The kind of the job, as `kernel::mail::queue` enqueues it.
pub const JOB: &str = "mail.send";
