//! Bodies beyond the limit.

use super::*;

/// Resident memory of this process, in bytes.
fn resident() -> usize {
    let statm = std::fs::read_to_string("/proc/self/statm").unwrap();
    statm.split(' ').nth(1).unwrap().parse::<usize>().unwrap() * 4096
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn five_hundred_megabytes_in_chunks_are_refused_without_being_kept() {
    let server = start(EdgeOptions { request_deadline: Duration::from_secs(10), ..options() }).await;
    for path in ["/echo", "/blind"] {
        let mut stream = server.connect().await;
        let head =
            format!("POST {path} HTTP/1.1\r\nhost: coach.example\r\ntransfer-encoding: chunked\r\n\r\n");
        stream.write_all(head.as_bytes()).await.unwrap();
        let before = resident();
        let mut most = before;
        let mut chunk = b"100000\r\n".to_vec();
        chunk.extend(vec![b'x'; 1 << 20]);
        chunk.extend(b"\r\n");
        let (mut reader, mut writer) = stream.split();
        let send = async {
            for _ in 0..500 {
                if writer.write_all(&chunk).await.is_err() {
                    break;
                }
                most = most.max(resident());
            }
            let _ = writer.write_all(b"0\r\n\r\n").await;
        };
        let mut answer = vec![0; 4096];
        let ((), read) = tokio::join!(send, reader.read(&mut answer));
        let answer = String::from_utf8_lossy(&answer[..read.unwrap()]).into_owned();
        let expected = if path == "/echo" { StatusCode::PAYLOAD_TOO_LARGE } else { StatusCode::OK };
        assert_eq!(status(&answer), expected, "{answer}");
        let grown = most.saturating_sub(before);
        println!("{path}: grew by {} KiB", grown / 1024);
        assert!(grown < 16 << 20, "grew by {grown} bytes");
    }
}

#[tokio::test]
async fn what_is_announced_too_large_is_refused_at_once() {
    let server = start(options()).await;
    let answer = server
        .ask("POST /echo HTTP/1.1\nhost: coach.example\ncontent-length: 524288000\nexpect: 100-continue\n\n")
        .await;
    assert_eq!(status(&answer), StatusCode::PAYLOAD_TOO_LARGE);
    assert!(!answer.contains("100 Continue"));
    assert_eq!(header(&answer, "connection"), Some("close"));
    assert!(body(&answer).contains(r#""code":"too_large""#) && body(&answer).contains("262144"));
}

#[tokio::test]
async fn the_limit_is_exact_and_each_route_has_its_own() {
    let options = options().uploads(1000, 5000, |path| path == "/upload");
    let server = start(options).await;
    let post = async |path: &str, length: usize, chunked: bool| {
        let content = "x".repeat(length);
        let (kind, content) = if chunked {
            ("transfer-encoding: chunked".to_owned(), format!("{length:x}\n{content}\n0\n\n"))
        } else {
            (format!("content-length: {length}"), content)
        };
        status(
            &server
                .ask(&format!(
                    "POST {path} HTTP/1.1\nhost: coach.example\nconnection: close\n{kind}\n\n{content}"
                ))
                .await,
        )
    };
    for chunked in [false, true] {
        assert_eq!(post("/echo", 1000, chunked).await, StatusCode::OK);
        assert_eq!(post("/echo", 1001, chunked).await, StatusCode::PAYLOAD_TOO_LARGE);
        assert_eq!(post("/upload", 5000, chunked).await, StatusCode::OK);
        assert_eq!(post("/upload", 5001, chunked).await, StatusCode::PAYLOAD_TOO_LARGE);
    }
}

#[tokio::test]
async fn headers_are_bounded_too() {
    let server = start(options()).await;
    let many: String = (0..200).map(|n| format!("x-{n}: 1\n")).collect();
    assert_eq!(
        status(&server.ask(&format!("GET / HTTP/1.1\nhost: coach.example\n{many}\n")).await).as_u16(),
        431
    );
    let long = "a".repeat(100_000);
    let answer = server.ask(&format!("GET / HTTP/1.1\nhost: coach.example\nx-long: {long}\n\n")).await;
    assert!(answer.is_empty() || status(&answer).as_u16() == 431, "{answer}");
}
