//! A light HTTP/1.1 client over plain sockets, and a generator of load.

use std::{
    collections::BTreeMap,
    net::SocketAddr,
    sync::Arc,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

/// A request as it goes over the wire.
pub(crate) type Wire = Arc<[u8]>;

const HOST: &str = "127.0.0.1";

/// GET without cookies.
pub(crate) fn get(path: &str) -> Wire {
    format!("GET {path} HTTP/1.1\r\nhost: {HOST}\r\n\r\n").into_bytes().into()
}

/// GET by somebody signed in.
pub(crate) fn get_as(path: &str, cookie: &str) -> Wire {
    format!("GET {path} HTTP/1.1\r\nhost: {HOST}\r\ncookie: {cookie}\r\n\r\n").into_bytes().into()
}

/// A call of the API with a JSON body, as a page of the same origin would make it.
pub(crate) fn call(method: &str, path: &str, body: &Value, headers: &[(&str, &str)]) -> Wire {
    let body = body.to_string();
    let more: String = headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
    let head = format!(
        "{method} {path} HTTP/1.1\r\nhost: {HOST}\r\nsec-fetch-site: same-origin\r\ncontent-type: application/json\r\n\
         content-length: {}\r\n{more}\r\n",
        body.len()
    );
    [head, body].concat().into_bytes().into()
}

/// An answer, in the connection's own buffer.
pub(crate) struct Reply<'a> {
    pub status: u16,
    pub head: &'a str,
    pub body: &'a [u8],
}

impl Reply<'_> {
    pub(crate) fn json(&self) -> Result<Value> {
        serde_json::from_slice(self.body).with_context(|| format!("{} {}", self.status, self.text()))
    }
    /// Whether the answer holds these words.
    pub(crate) fn has(&self, words: &str) -> bool {
        String::from_utf8_lossy(self.body).contains(words)
    }
    /// How the answer begins, for a message.
    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(self.body).chars().take(500).collect()
    }
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let mut fields = self.head.lines().skip(1).filter_map(|line| line.split_once(':'));
        fields.find(|(field, _)| field.eq_ignore_ascii_case(name)).map(|(_, value)| value.trim())
    }
}

/// A connection that is kept alive.
pub(crate) struct Conn {
    pub stream: TcpStream,
    buffer: Vec<u8>,
}

impl Conn {
    pub(crate) async fn open(address: SocketAddr) -> Result<Self> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, buffer: Vec::with_capacity(64 * 1024) })
    }
    pub(crate) async fn send(&mut self, request: &[u8]) -> Result<Reply<'_>> {
        self.stream.write_all(request).await?;
        self.read().await
    }
    /// Reads one answer.
    pub(crate) async fn read(&mut self) -> Result<Reply<'_>> {
        self.buffer.clear();
        let mut searched = 0;
        let head = loop {
            ensure!(self.stream.read_buf(&mut self.buffer).await? > 0, "the connection was closed");
            let from = usize::saturating_sub(searched, 3);
            if let Some(at) = self.buffer[from..].windows(4).position(|four| four == b"\r\n\r\n") {
                break from + at + 4;
            }
            searched = self.buffer.len();
        };
        let (status, length) = parse(&self.buffer[..head])?;
        while self.buffer.len() < head + length {
            ensure!(
                self.stream.read_buf(&mut self.buffer).await? > 0,
                "the connection was closed in an answer"
            );
        }
        let (head, body) = self.buffer.split_at(head);
        Ok(Reply { status, head: std::str::from_utf8(head)?, body: &body[..length] })
    }
}

/// Status and length of the body.
fn parse(head: &[u8]) -> Result<(u16, usize)> {
    let text = std::str::from_utf8(head)?;
    let status: u16 = text.get(9..12).and_then(|code| code.parse().ok()).context("no status")?;
    let lengths = text.lines().skip(1).filter_map(|line| line.split_once(':'));
    let length = lengths.into_iter().find(|(name, _)| name.eq_ignore_ascii_case("content-length"));
    match length {
        Some((_, value)) => Ok((status, value.trim().parse()?)),
        None if matches!(status, 100..200 | 204 | 304) => Ok((status, 0)),
        None => bail!("an answer without a length: {text}"),
    }
}

/// One request on a connection of its own, with the answer's status and body.
pub(crate) async fn once(address: SocketAddr, request: &[u8]) -> Result<(u16, Value)> {
    let mut conn = Conn::open(address).await?;
    let reply = conn.send(request).await?;
    Ok((reply.status, reply.json().unwrap_or(Value::Null)))
}

/// The same, and the answer must have status 200 or 201.
pub(crate) async fn done(address: SocketAddr, request: &[u8]) -> Result<Value> {
    let (status, body) = once(address, request).await?;
    ensure!(matches!(status, 200 | 201), "{status} {body}: {}", String::from_utf8_lossy(request));
    Ok(body)
}

/// What came of a load.
#[derive(Clone, Debug, Default)]
pub(crate) struct Load {
    pub times: Vec<Duration>,
    pub statuses: BTreeMap<u16, u64>,
    pub elapsed: Duration,
    /// Connections that broke.
    pub broken: u64,
}

impl Load {
    pub(crate) fn per_second(&self) -> f64 {
        self.times.len() as f64 / self.elapsed.as_secs_f64().max(1e-9)
    }
    pub(crate) fn status(&self, status: u16) -> u64 {
        self.statuses.get(&status).copied().unwrap_or(0)
    }
    pub(crate) fn server_errors(&self) -> u64 {
        self.statuses.range(500..).map(|(_, count)| count).sum()
    }
    pub(crate) fn percentile(&mut self, share: f64) -> Duration {
        crate::figures::percentile(&mut self.times, share)
    }
    /// Every answer had this status.
    pub(crate) fn only(&self, status: u16) -> Result<()> {
        ensure!(
            self.broken == 0 && self.statuses.keys().eq([&status]),
            "not all {status}: {:?}",
            self.statuses
        );
        Ok(())
    }
    fn merge(&mut self, other: Self) {
        self.times.extend(other.times);
        self.broken += other.broken;
        for (status, count) in other.statuses {
            *self.statuses.entry(status).or_default() += count;
        }
    }
}

/// Clients that ask one thing after the other, each on its own connection, from one thread of their own: until `limit`
/// has passed, or `next` (client, number of its request) has nothing more for them.
pub(crate) async fn drive<F>(address: SocketAddr, clients: usize, limit: Duration, next: F) -> Result<Load>
where
    F: Fn(usize, usize) -> Option<Wire> + Send + Sync + 'static,
{
    let (told, outcome) = tokio::sync::oneshot::channel();
    std::thread::spawn(move || {
        let load =
            tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(anyhow::Error::from);
        let load = load.and_then(|runtime| runtime.block_on(all(address, clients, limit, &next)));
        drop(told.send(load));
    });
    outcome.await.context("the generator ended")?
}

async fn all<F>(address: SocketAddr, clients: usize, limit: Duration, next: &F) -> Result<Load>
where
    F: Fn(usize, usize) -> Option<Wire>,
{
    let conns = futures::future::try_join_all((0..clients).map(|_| Conn::open(address))).await?;
    let began = Instant::now();
    let until = began + limit;
    let work = conns.into_iter().enumerate().map(|(client, conn)| one(address, client, conn, until, next));
    let mut load = Load::default();
    for part in futures::future::join_all(work).await {
        load.merge(part);
    }
    load.elapsed = began.elapsed();
    Ok(load)
}

async fn one<F>(address: SocketAddr, client: usize, mut conn: Conn, until: Instant, next: &F) -> Load
where
    F: Fn(usize, usize) -> Option<Wire>,
{
    let mut load = Load::default();
    for number in 0.. {
        let Some(request) = next(client, number).filter(|_| Instant::now() < until) else { break };
        let began = Instant::now();
        match conn.send(&request).await.map(|reply| reply.status) {
            Ok(status) => {
                load.times.push(began.elapsed());
                *load.statuses.entry(status).or_default() += 1;
            }
            Err(_) => {
                load.broken += 1;
                match Conn::open(address).await {
                    Ok(fresh) => conn = fresh,
                    Err(_) => break,
                }
            }
        }
    }
    load
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn heads_are_read() {
        assert_eq!(parse(b"HTTP/1.1 409 Conflict\r\nContent-Length: 12\r\n\r\n").unwrap(), (409, 12));
        assert_eq!(parse(b"HTTP/1.1 204 No Content\r\n\r\n").unwrap(), (204, 0));
        assert!(parse(b"HTTP/1.1 200 OK\r\n\r\n").is_err());
    }
}
