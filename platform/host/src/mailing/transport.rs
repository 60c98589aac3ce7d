//! How mails leave.

use std::time::Duration;

use lettre::{
    AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor,
    transport::smtp::{Error, response::Code},
};

/// For each step of the conversation.
const PATIENCE: Duration = Duration::from_secs(20);

/// How mails leave.
#[derive(Clone)]
pub enum Transport {
    /// To a mail server.
    Smtp(AsyncSmtpTransport<Tokio1Executor>),
    /// Nowhere: they are kept, to be read at `/dev/outbox`.
    Outbox,
}

/// The address of the mail server can't be read.
#[derive(Debug, thiserror::Error)]
#[error("mail.smtp_url can't be read: {0}")]
pub struct BadTransport(String);

/// Why a mail server did not take a mail.
#[derive(Debug)]
pub(super) enum Refusal {
    /// It may take it later.
    Later(String),
    /// It never will.
    Never(String),
}

impl Transport {
    /// A mail server by URL: `smtp://host:port` (no encryption), `smtp://user:password@host:587?tls=required`, `smtps://…`.
    ///
    /// # Errors
    /// When the URL can't be read. Its text is not repeated: it may hold a password.
    pub fn smtp(url: &str) -> Result<Self, BadTransport> {
        let builder = AsyncSmtpTransport::<Tokio1Executor>::from_url(url)
            .map_err(|error| BadTransport(error.to_string()))?;
        Ok(Self::Smtp(builder.timeout(Some(PATIENCE)).build()))
    }

    /// Whether the mail server answers and takes our name and password.
    ///
    /// # Errors
    /// What it, or the network, said.
    pub async fn check(&self) -> Result<(), String> {
        let Self::Smtp(transport) = self else { return Ok(()) };
        match transport.test_connection().await {
            Ok(true) => Ok(()),
            Ok(false) => Err("the mail server does not answer".into()),
            Err(error) => Err(error.to_string()),
        }
    }
}

pub(super) async fn hand_over(
    transport: &AsyncSmtpTransport<Tokio1Executor>,
    message: Message,
) -> Result<(), Refusal> {
    transport.send(message).await.map(drop).map_err(|error| {
        let said = error.to_string();
        if is_final(&error) { Refusal::Never(said) } else { Refusal::Later(said) }
    })
}

/// A 5xx about this mail is final. One about us (name, password, encryption) is a setting that somebody will mend.
fn is_final(error: &Error) -> bool {
    error.is_permanent() && error.status().is_none_or(|code| !is_about_us(code))
}

fn is_about_us(code: Code) -> bool {
    matches!(code.to_string().as_str(), "530" | "534" | "535" | "538")
}
