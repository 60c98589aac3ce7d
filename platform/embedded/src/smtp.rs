//! A mail server for tests: takes every message and keeps it in memory, or refuses as it is told.

use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// Longest message that is taken, in bytes; the limit is announced to the sender.
const LARGEST: usize = 10 * 1024 * 1024;
/// Longest command line, in bytes (RFC 5321 asks for 512 at least).
const LONGEST_LINE: u64 = 4096;

/// A message as it arrived.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mail {
    /// The envelope's sender; empty for a bounce.
    pub from: String,
    /// The envelope's recipients.
    pub to: Vec<String>,
    /// Header and body, with the dots that SMTP doubles put back.
    pub raw: Vec<u8>,
}

impl Mail {
    /// The whole message as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.raw).into_owned()
    }

    /// The first header of that name, unfolded, without decoding of encoded words.
    pub fn header(&self, name: &str) -> Option<String> {
        let text = self.text();
        let (head, _) = text.split_once("\r\n\r\n")?;
        let unfolded = head.replace("\r\n ", " ").replace("\r\n\t", " ");
        let mut fields = unfolded.split("\r\n").filter_map(|line| line.split_once(':'));
        fields.find(|(field, _)| field.eq_ignore_ascii_case(name)).map(|(_, value)| value.trim().to_owned())
    }
}

/// What the server does with the mails that come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Answer {
    /// Takes them (250).
    #[default]
    Accept,
    /// Asks to try again later, after the whole message (451), as greylisting does.
    Later,
    /// Refuses the recipient for good (550).
    Refuse,
    /// Closes the connection in the middle of the message.
    HangUp,
}

#[derive(Debug, Default)]
struct State {
    mails: Vec<Mail>,
    answer: Answer,
    /// Messages that were not taken, whatever the reason.
    refused: usize,
}

#[derive(Debug, Clone)]
struct Shared {
    state: Arc<Mutex<State>>,
    changed: watch::Sender<usize>,
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn refuse(&self) {
        self.lock().refused += 1;
    }

    fn keep(&self, mail: Mail) {
        let mut state = self.lock();
        state.mails.push(mail);
        self.changed.send_replace(state.mails.len());
    }
}

/// A running mail sink on a free port of 127.0.0.1. Dropping it closes the port.
#[derive(Debug)]
pub struct Smtp {
    address: SocketAddr,
    shared: Shared,
    listening: JoinHandle<()>,
}

impl Smtp {
    /// Starts listening. Must be called inside a tokio runtime.
    ///
    /// # Errors
    /// The operating system's, when no port can be had.
    pub async fn start() -> io::Result<Smtp> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let address = listener.local_addr()?;
        let shared = Shared { state: Arc::default(), changed: watch::Sender::new(0) };
        let listening = tokio::spawn(listen(listener, shared.clone()));
        Ok(Smtp { address, shared, listening })
    }

    /// The address, as `smtp://127.0.0.1:port`.
    pub fn url(&self) -> String {
        format!("smtp://{}", self.address)
    }

    /// Host and port.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The mails taken so far, in the order of arrival.
    pub fn mails(&self) -> Vec<Mail> {
        self.shared.lock().mails.clone()
    }

    /// The mails taken so far for one recipient.
    pub fn mails_to(&self, recipient: &str) -> Vec<Mail> {
        let mut mails = self.mails();
        mails.retain(|mail| mail.to.iter().any(|to| to.eq_ignore_ascii_case(recipient)));
        mails
    }

    /// How many messages were not taken because of [`Smtp::answer`].
    pub fn refused(&self) -> usize {
        self.shared.lock().refused
    }

    /// Sets what happens to the mails that come from now on.
    pub fn answer(&self, answer: Answer) {
        self.shared.lock().answer = answer;
    }

    /// Forgets the mails taken so far.
    pub fn clear(&self) {
        self.shared.lock().mails.clear();
    }

    /// Waits until at least `count` mails were taken since the start or the last [`Smtp::clear`], and gives them back;
    /// after `limit` it gives what there is.
    pub async fn wait_for(&self, count: usize, limit: Duration) -> Vec<Mail> {
        let mut changes = self.shared.changed.subscribe();
        let enough = async { while self.mails().len() < count && changes.changed().await.is_ok() {} };
        // Time out or not, the caller looks at what came.
        tokio::time::timeout(limit, enough).await.ok();
        self.mails()
    }
}

impl Drop for Smtp {
    fn drop(&mut self) {
        self.listening.abort();
    }
}

async fn listen(listener: TcpListener, shared: Shared) {
    while let Ok((stream, _)) = listener.accept().await {
        let shared = shared.clone();
        tokio::spawn(async move {
            if let Err(error) = (Conversation { stream: BufReader::new(stream), shared }).run().await {
                tracing::debug!(%error, "a mail conversation broke off");
            }
        });
    }
}

struct Conversation {
    stream: BufReader<TcpStream>,
    shared: Shared,
}

impl Conversation {
    async fn run(mut self) -> io::Result<()> {
        self.say("220 sink ready").await?;
        let mut envelope = Envelope::default();
        while let Some(line) = self.line().await? {
            let (verb, rest) = line.split_once(' ').unwrap_or((&line, ""));
            match verb.to_ascii_uppercase().as_str() {
                "EHLO" => {
                    self.say(&format!("250-sink\r\n250-8BITMIME\r\n250-SMTPUTF8\r\n250 SIZE {LARGEST}"))
                        .await?
                }
                "HELO" | "NOOP" => self.say("250 fine").await?,
                "MAIL" => self.mail_from(&mut envelope, rest).await?,
                "RCPT" => self.rcpt_to(&mut envelope, rest).await?,
                "DATA" if envelope.to.is_empty() => self.say("503 no recipient yet").await?,
                "DATA" if !self.data(std::mem::take(&mut envelope)).await? => return Ok(()),
                "DATA" => {}
                "RSET" => {
                    envelope = Envelope::default();
                    self.say("250 forgotten").await?;
                }
                "QUIT" => return self.say("221 bye").await,
                _ => self.say("502 not known").await?,
            }
        }
        Ok(())
    }

    async fn mail_from(&mut self, envelope: &mut Envelope, rest: &str) -> io::Result<()> {
        match path(rest, "FROM:") {
            Some(from) => {
                *envelope = Envelope { from: Some(from), to: Vec::new() };
                self.say("250 sender fine").await
            }
            None => self.say("501 MAIL FROM:<address>").await,
        }
    }

    async fn rcpt_to(&mut self, envelope: &mut Envelope, rest: &str) -> io::Result<()> {
        let answer = self.shared.lock().answer;
        match path(rest, "TO:") {
            None => self.say("501 RCPT TO:<address>").await,
            Some(_) if envelope.from.is_none() => self.say("503 MAIL first").await,
            Some(_) if answer == Answer::Refuse => {
                self.shared.refuse();
                self.say("550 5.1.1 no such mailbox").await
            }
            Some(to) => {
                envelope.to.push(to);
                self.say("250 recipient fine").await
            }
        }
    }

    /// Takes one message. False when the connection is to be closed.
    async fn data(&mut self, envelope: Envelope) -> io::Result<bool> {
        self.say("354 go on, end with a dot").await?;
        let answer = self.shared.lock().answer;
        if answer == Answer::HangUp {
            self.line().await?;
            self.shared.refuse();
            return Ok(false);
        }
        let raw = self.body().await?;
        match answer {
            _ if raw.len() > LARGEST => {
                self.shared.refuse();
                self.say("552 too large").await?;
            }
            Answer::Later => {
                self.shared.refuse();
                self.say("451 4.7.1 try again later").await?;
            }
            _ => {
                self.shared.keep(Mail { from: envelope.from.unwrap_or_default(), to: envelope.to, raw });
                self.say("250 taken").await?;
            }
        }
        Ok(true)
    }

    /// Reads up to the lone dot. Past the limit it reads on but keeps no more.
    async fn body(&mut self) -> io::Result<Vec<u8>> {
        let mut raw = Vec::new();
        loop {
            let mut line = Vec::new();
            if self.stream.read_until(b'\n', &mut line).await? == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            if line == b".\r\n" {
                return Ok(raw);
            }
            if raw.len() <= LARGEST {
                raw.extend_from_slice(line.strip_prefix(b".").unwrap_or(&line));
            }
        }
    }

    async fn line(&mut self) -> io::Result<Option<String>> {
        let mut line = String::new();
        let read = (&mut self.stream).take(LONGEST_LINE).read_line(&mut line).await?;
        Ok((read > 0).then(|| line.trim_end().to_owned()))
    }

    async fn say(&mut self, text: &str) -> io::Result<()> {
        self.stream.get_mut().write_all(format!("{text}\r\n").as_bytes()).await
    }
}

#[derive(Debug, Default)]
struct Envelope {
    from: Option<String>,
    to: Vec<String>,
}

/// The address in `FROM:<address> SIZE=…`.
fn path(rest: &str, keyword: &str) -> Option<String> {
    let (start, after) = (rest.get(..keyword.len())?, rest.get(keyword.len()..)?);
    let address = after.trim_start().strip_prefix('<')?.split_once('>')?.0;
    start.eq_ignore_ascii_case(keyword).then(|| address.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn talk(smtp: &Smtp, lines: &[&str]) -> String {
        let mut stream = TcpStream::connect(smtp.address()).await.unwrap();
        stream.write_all((lines.join("\r\n") + "\r\n").as_bytes()).await.unwrap();
        let mut answers = String::new();
        stream.read_to_string(&mut answers).await.unwrap();
        answers.lines().filter_map(|line| line.get(..3)).collect::<Vec<_>>().join(" ")
    }

    const MESSAGE: [&str; 11] = [
        "EHLO me",
        "MAIL FROM:<a@example.org> SIZE=100",
        "RCPT TO:<B@example.org>",
        "DATA",
        "Subject: a long",
        " one",
        "",
        "..a dot",
        "end",
        ".",
        "QUIT",
    ];

    #[tokio::test]
    async fn a_message_is_kept_as_it_was_meant() {
        let smtp = Smtp::start().await.unwrap();
        assert_eq!(talk(&smtp, &MESSAGE).await, "220 250 250 250 250 250 250 354 250 221");
        let mails = smtp.wait_for(1, Duration::from_secs(5)).await;
        assert_eq!(mails, smtp.mails_to("b@example.org"));
        let mail = mails.first().unwrap();
        assert_eq!(mail.from, "a@example.org");
        assert_eq!(mail.header("subject").as_deref(), Some("a long one"));
        assert!(mail.text().ends_with("\r\n\r\n.a dot\r\nend\r\n"), "{:?}", mail.text());
    }

    #[tokio::test]
    async fn it_refuses_as_told_and_keeps_nothing_then() {
        let smtp = Smtp::start().await.unwrap();
        smtp.answer(Answer::Later);
        assert_eq!(talk(&smtp, &MESSAGE).await, "220 250 250 250 250 250 250 354 451 221");
        smtp.answer(Answer::Refuse);
        let answers = talk(&smtp, &MESSAGE).await;
        assert!(answers.contains("550 503"), "{answers}");
        smtp.answer(Answer::HangUp);
        assert!(talk(&smtp, &MESSAGE).await.ends_with("354"));
        assert_eq!((smtp.mails().len(), smtp.refused()), (0, 3));
        smtp.answer(Answer::Accept);
        talk(&smtp, &MESSAGE).await;
        assert_eq!(smtp.mails().len(), 1);
    }

    #[tokio::test]
    async fn what_is_too_large_or_out_of_order_is_said_so() {
        let smtp = Smtp::start().await.unwrap();
        let long = "x".repeat(LARGEST + 1);
        let lines = ["MAIL FROM:<>", "RCPT TO:<b@example.org>", "DATA", &long, ".", "QUIT"];
        assert_eq!(talk(&smtp, &lines).await, "220 250 250 354 552 221");
        let lines = ["RCPT TO:<b@example.org>", "DATA", "MAIL FROM: nobody", "VRFY x", "QUIT"];
        assert_eq!(talk(&smtp, &lines).await, "220 503 503 501 502 221");
    }
}
