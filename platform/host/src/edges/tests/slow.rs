//! Callers that are slow on purpose, or by fate.

use std::time::Instant;

use super::*;

/// How long until the server closes, in milliseconds.
async fn closed_after(stream: &mut TcpStream) -> u128 {
    let began = Instant::now();
    let _ = read_all(stream).await;
    began.elapsed().as_millis()
}

#[tokio::test]
async fn a_connection_that_says_nothing_is_closed() {
    let server = start(options()).await;
    let took = closed_after(&mut server.connect().await).await;
    assert!((300..900).contains(&took), "{took} ms");
}

#[tokio::test]
async fn a_header_that_drips_is_closed_within_the_deadline() {
    let server = start(options()).await;
    let mut stream = server.connect().await;
    let began = Instant::now();
    let (mut reader, mut writer) = stream.split();
    let drip = async {
        for byte in
            b"GET / HTTP/1.1\r\nhost: coach.example\r\nx-long: ".iter().chain(std::iter::repeat(&b'a'))
        {
            if writer.write_all(&[*byte]).await.is_err() {
                break;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    let closed = async {
        let mut nothing = Vec::new();
        let _ = reader.read_to_end(&mut nothing).await;
    };
    tokio::select! { () = drip => {}, () = closed => {} }
    let took = began.elapsed();
    assert!((Duration::from_millis(300)..Duration::from_millis(900)).contains(&took), "{took:?}");
}

#[tokio::test]
async fn an_idle_connection_outlives_the_header_deadline_and_then_goes() {
    let server = start(options()).await;
    let mut stream = server.connect().await;
    stream.write_all(b"GET / HTTP/1.1\r\nhost: coach.example\r\n\r\n").await.unwrap();
    read_until(&mut stream, "hello").await;
    tokio::time::sleep(Duration::from_millis(550)).await;
    stream.write_all(b"GET / HTTP/1.1\r\nhost: coach.example\r\n\r\n").await.unwrap();
    read_until(&mut stream, "hello").await;
    let took = closed_after(&mut stream).await;
    assert!((600..1400).contains(&took), "idle for {took} ms");
    // The second header of a connection has its deadline too.
    let mut stream = server.connect().await;
    stream.write_all(b"GET / HTTP/1.1\r\nhost: coach.example\r\n\r\n").await.unwrap();
    read_until(&mut stream, "hello").await;
    stream.write_all(b"GET / HTTP").await.unwrap();
    let took = closed_after(&mut stream).await;
    assert!((300..750).contains(&took), "half a header for {took} ms");
}

#[tokio::test]
async fn a_body_that_does_not_come_is_408() {
    let server = start(options()).await;
    let answer =
        server.ask("POST /echo HTTP/1.1\nhost: coach.example\ncontent-length: 100\n\nonly this").await;
    assert_eq!(status(&answer), StatusCode::REQUEST_TIMEOUT, "{answer}");
    assert!(answer.contains("deadline"));
}

#[tokio::test]
async fn a_handler_that_does_not_end_is_503() {
    let server = start(options()).await;
    let began = Instant::now();
    let answer = server.get("/endless").await;
    assert_eq!(status(&answer), StatusCode::SERVICE_UNAVAILABLE);
    assert!(began.elapsed() < Duration::from_millis(2500));
}

#[tokio::test]
async fn a_reader_that_does_not_read_is_cut_off() {
    let server = start(options()).await;
    let mut stream = server.connect().await;
    stream.write_all(b"GET /flood HTTP/1.1\r\nhost: coach.example\r\n\r\n").await.unwrap();
    tokio::time::sleep(Duration::from_millis(2500)).await;
    // What the sockets held by then comes, and after it the end.
    let mut bytes = 0;
    let mut buffer = vec![0; 1 << 20];
    loop {
        match tokio::time::timeout(Duration::from_secs(2), stream.read(&mut buffer)).await.expect("cut off") {
            Ok(0) | Err(_) => break,
            Ok(read) => bytes += read,
        }
        assert!(bytes < 256 << 20, "the server goes on");
    }
}

#[tokio::test]
async fn connections_are_bounded_in_all_and_for_each_address() {
    let server =
        start(EdgeOptions { max_connections: 3, header_deadline: Duration::from_secs(2), ..options() }).await;
    let held: Vec<_> = futures::future::join_all((0..3).map(|_| server.connect())).await;
    let mut fourth = server.connect().await;
    fourth.write_all(b"GET / HTTP/1.1\r\nhost: coach.example\r\n\r\n").await.unwrap();
    let early = tokio::time::timeout(Duration::from_millis(300), fourth.read(&mut [0; 16])).await;
    assert!(early.is_err(), "it waits");
    drop(held);
    read_until(&mut fourth, "hello").await;

    let server = start(EdgeOptions {
        connections_per_address: 2,
        header_deadline: Duration::from_secs(2),
        ..options()
    })
    .await;
    let _held: Vec<_> = futures::future::join_all((0..2).map(|_| server.connect())).await;
    tokio::time::sleep(Duration::from_millis(50)).await;
    let took = closed_after(&mut server.connect().await).await;
    assert!(took < 300, "one too many is closed at once, not after {took} ms");
}
