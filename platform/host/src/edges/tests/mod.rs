//! The edges met by real sockets.

mod answers;
mod drain;
mod large;
mod slow;

use std::{net::SocketAddr, time::Duration};

use cache::Cache;
use kernel::{Clock, Entropy};
use poem::{
    Body, Endpoint, IntoEndpoint, Request, Response, Route, endpoint::make, get, handler, http::StatusCode,
    post,
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    task::JoinHandle,
};
use tokio_util::sync::CancellationToken;

use super::*;

struct Server {
    address: SocketAddr,
    stop: CancellationToken,
    task: JoinHandle<std::io::Result<()>>,
}

fn options() -> EdgeOptions {
    let readiness = Readiness::new(|| Box::pin(async { true }));
    EdgeOptions {
        header_deadline: Duration::from_millis(400),
        request_deadline: Duration::from_millis(1500),
        idle_deadline: Duration::from_millis(800),
        write_deadline: Duration::from_millis(800),
        address_rate: None,
        drain_delay: Duration::ZERO,
        grace: Duration::from_secs(3),
        ..EdgeOptions::new(
            Clock::manual("2026-11-21T09:00:00Z".parse().unwrap()),
            Entropy::System,
            Cache::in_process(),
            readiness,
        )
    }
}

#[handler]
async fn panics() -> String {
    panic!("with the secret of ada@example.com")
}

#[handler]
async fn tarry() -> &'static str {
    tokio::time::sleep(Duration::from_millis(700)).await;
    "slow but there"
}

#[handler]
async fn endless() -> &'static str {
    std::future::pending().await
}

/// Answers with the length of the body, as handlers do: the whole body in memory.
async fn echo(mut request: Request) -> poem::Result<Response> {
    let bytes = request.take_body().into_bytes().await?;
    Ok(bytes.len().to_string().into())
}

/// Answers without looking at the body.
async fn blind(_: Request) -> poem::Result<Response> {
    Ok("seen nothing".into())
}

async fn told(request: Request) -> poem::Result<Response> {
    let id = request.data::<RequestId>().unwrap().0.clone();
    let nonce = request.data::<Nonce>().unwrap().0.clone();
    let client = request.data::<ClientAddress>().unwrap().0;
    Ok(format!("{id} {nonce} {client}").into())
}

/// More than sockets hold.
async fn flood(_: Request) -> poem::Result<Response> {
    let chunks =
        futures::stream::repeat_with(|| Ok::<_, std::io::Error>(bytes::Bytes::from_static(&[b'x'; 65536])));
    Ok(Response::builder().body(Body::from_bytes_stream(chunks)))
}

fn routes() -> impl IntoEndpoint<Endpoint: Endpoint + 'static> {
    Route::new()
        .at("/", get(make(|_| async { Ok::<_, poem::Error>("hello") })))
        .at("/panics", get(panics))
        .at("/slow", get(tarry))
        .at("/endless", get(endless))
        .at("/echo", post(make(echo)))
        .at("/upload", post(make(echo)))
        .at("/blind", post(make(blind)))
        .at("/told", get(make(told)))
        .at("/flood", get(make(flood)))
}

async fn start(options: EdgeOptions) -> Server {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let stop = CancellationToken::new();
    let task = tokio::spawn(run(listener, routes(), options, stop.clone().cancelled_owned()));
    Server { address, stop, task }
}

impl Server {
    async fn connect(&self) -> TcpStream {
        TcpStream::connect(self.address).await.unwrap()
    }
    /// Sends a request on a connection of its own and reads until the server closes.
    async fn ask(&self, request: &str) -> String {
        let mut stream = self.connect().await;
        stream.write_all(request.replace('\n', "\r\n").as_bytes()).await.unwrap();
        read_all(&mut stream).await
    }
    async fn get(&self, path: &str) -> String {
        self.ask(&format!("GET {path} HTTP/1.1\nhost: coach.example\nconnection: close\n\n")).await
    }
}

async fn read_all(stream: &mut TcpStream) -> String {
    let mut bytes = Vec::new();
    let reading = stream.read_to_end(&mut bytes);
    let _ = tokio::time::timeout(Duration::from_secs(10), reading)
        .await
        .expect("the server closes the connection");
    String::from_utf8_lossy(&bytes).into_owned()
}

/// Reads until `text` has come.
async fn read_until(stream: &mut TcpStream, text: &str) -> String {
    let mut bytes = Vec::new();
    while !String::from_utf8_lossy(&bytes).contains(text) {
        let mut buffer = [0; 4096];
        let read = tokio::time::timeout(Duration::from_secs(5), stream.read(&mut buffer))
            .await
            .expect(text)
            .unwrap();
        assert!(read > 0, "closed before {text:?}: {}", String::from_utf8_lossy(&bytes));
        bytes.extend_from_slice(&buffer[..read]);
    }
    String::from_utf8(bytes).unwrap()
}

fn header<'a>(response: &'a str, name: &str) -> Option<&'a str> {
    let head = response.split("\r\n\r\n").next()?;
    head.lines().skip(1).find_map(|line| {
        let (own, value) = line.split_once(':')?;
        own.eq_ignore_ascii_case(name).then_some(value.trim())
    })
}

fn status(response: &str) -> StatusCode {
    let code = response.split(' ').nth(1).unwrap_or_else(|| panic!("no answer: {response:?}"));
    code.parse().unwrap()
}

fn body(response: &str) -> &str {
    response.split_once("\r\n\r\n").unwrap().1
}
