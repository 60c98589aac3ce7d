//! What answers carry, and who is refused.

use cache::Rate;

use super::*;

#[tokio::test]
async fn a_panic_is_a_500_with_the_request_id_and_the_connection_lives_on() {
    let server = start(options()).await;
    let mut stream = server.connect().await;
    stream
        .write_all(b"GET /panics HTTP/1.1\r\nhost: coach.example\r\nx-request-id: caller-0001\r\n\r\n")
        .await
        .unwrap();
    let answer = read_until(&mut stream, "caller-0001\"").await;
    assert_eq!(status(&answer), StatusCode::INTERNAL_SERVER_ERROR);
    assert_eq!(header(&answer, "content-type"), Some("application/problem+json"));
    assert!(answer.contains(r#""code":"internal""#) && !answer.contains("secret"));
    stream.write_all(b"GET / HTTP/1.1\r\nhost: coach.example\r\n\r\n").await.unwrap();
    read_until(&mut stream, "hello").await;
}

#[tokio::test]
async fn every_answer_has_an_id_and_the_security_headers() {
    let server = start(EdgeOptions { https: true, ..options() }).await;
    for path in ["/", "/nowhere", "/panics"] {
        let answer = server.get(path).await;
        assert!(header(&answer, "x-request-id").unwrap().len() >= 20);
        assert_eq!(header(&answer, "x-content-type-options"), Some("nosniff"));
        assert_eq!(header(&answer, "strict-transport-security"), Some("max-age=31536000"));
        assert!(header(&answer, "content-security-policy").unwrap().contains("default-src 'self'"));
        for name in [
            "referrer-policy",
            "permissions-policy",
            "cross-origin-opener-policy",
            "cross-origin-resource-policy",
        ] {
            assert!(header(&answer, name).is_some(), "{path} {name}");
        }
    }
}

#[tokio::test]
async fn handlers_are_told_id_nonce_and_address() {
    let server =
        start(EdgeOptions { trusted_proxies: vec!["127.0.0.1".parse().unwrap()], ..options() }).await;
    let answer = server
        .ask("GET /told HTTP/1.1\nhost: coach.example\nconnection: close\nx-request-id: caller-0001\nx-forwarded-for: 203.0.113.9\n\n")
        .await;
    let words: Vec<_> = body(&answer).split(' ').collect();
    assert_eq!((words[0], words[2]), ("caller-0001", "203.0.113.9"));
    assert!(header(&answer, "content-security-policy").unwrap().contains(&format!("'nonce-{}'", words[1])));
    let again = server.get("/told").await;
    assert_ne!(body(&again).split(' ').nth(1), Some(words[1]), "a nonce is used once");
    let forged = server
        .ask("GET /told HTTP/1.1\nhost: coach.example\nconnection: close\nx-request-id: <script>alert(1)\n\n")
        .await;
    assert!(!forged.contains("script>"));
}

#[tokio::test]
async fn posts_of_other_sites_are_403() {
    let server = start(options()).await;
    let post = async |headers: &str| {
        status(&server.ask(&format!("POST /echo HTTP/1.1\nhost: coach.example\nconnection: close\ncontent-length: 0\n{headers}\n")).await)
    };
    assert_eq!(post("sec-fetch-site: cross-site\n").await, StatusCode::FORBIDDEN);
    assert_eq!(post("origin: https://evil.test\n").await, StatusCode::FORBIDDEN);
    assert_eq!(post("sec-fetch-site: same-origin\norigin: https://coach.example\n").await, StatusCode::OK);
    assert_eq!(post("origin: http://coach.example\n").await, StatusCode::OK);
    assert_eq!(post("").await, StatusCode::OK);
}

#[tokio::test]
async fn a_request_names_one_host() {
    let server = start(options()).await;
    assert_eq!(status(&server.ask("GET / HTTP/1.1\nconnection: close\n\n").await), StatusCode::BAD_REQUEST);
    let two = server.ask("GET / HTTP/1.1\nhost: a.example\nhost: b.example\nconnection: close\n\n").await;
    assert_eq!(status(&two), StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn too_many_requests_of_one_address_are_429_with_the_time_to_wait() {
    let proxies = vec!["127.0.0.1".parse().unwrap()];
    let options =
        EdgeOptions { address_rate: Some(Rate::new(0.1, 5)), trusted_proxies: proxies, ..options() };
    let clock = options.clock.clone();
    let server = start(options).await;
    let ask = async |address: &str| {
        server
            .ask(&format!(
                "GET / HTTP/1.1\nhost: coach.example\nx-forwarded-for: {address}\nconnection: close\n\n"
            ))
            .await
    };
    for _ in 0..5 {
        assert_eq!(status(&ask("203.0.113.9").await), StatusCode::OK);
    }
    let refused = ask("203.0.113.9").await;
    assert_eq!(status(&refused), StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(header(&refused, "retry-after"), Some("10"));
    assert!(body(&refused).contains("rate_limited"));
    assert_eq!(status(&ask("203.0.113.10").await), StatusCode::OK, "another address");
    clock.advance(10);
    assert_eq!(status(&ask("203.0.113.9").await), StatusCode::OK);
    assert_eq!(status(&server.get("/healthz").await), StatusCode::OK, "probes are not limited");
}

#[tokio::test]
async fn tenants_have_limits_of_their_own() {
    let cache = Cache::in_process();
    let now = "2026-11-21T09:00:00Z".parse().unwrap();
    let tenant = |n| events::TenantId::from_uuid(uuid::Uuid::from_u128(n));
    let rate = Rate::new(1.0, 2);
    for _ in 0..2 {
        limit_tenant(&cache, tenant(1), rate, now).await.unwrap();
    }
    let problem = limit_tenant(&cache, tenant(1), rate, now).await.unwrap_err();
    assert_eq!(
        (problem.status, problem.extra["retry_after"].as_u64()),
        (StatusCode::TOO_MANY_REQUESTS, Some(1))
    );
    limit_tenant(&cache, tenant(2), rate, now).await.unwrap();
}

#[tokio::test]
async fn requests_of_one_connection_are_answered_in_order() {
    let server = start(options()).await;
    let answer = server
        .ask("GET /slow HTTP/1.1\nhost: coach.example\n\nGET / HTTP/1.1\nhost: coach.example\nconnection: close\n\n")
        .await;
    assert!(answer.find("slow but there").unwrap() < answer.find("hello").unwrap());
}

#[tokio::test]
async fn figures_are_served_by_route() {
    let figures = install_metrics().unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let stop = CancellationToken::new();
    let task = tokio::spawn(run(listener, operations(figures), options(), stop.clone().cancelled_owned()));
    let operations = Server { address, stop, task };
    assert_eq!(status(&operations.get("/metrics").await), StatusCode::OK);
    let figures = operations.get("/metrics").await;
    assert!(
        figures.contains(r#"http_requests_total{method="GET",route="/metrics",status="200"} 1"#),
        "{figures}"
    );
    assert!(figures.contains("http_request_duration_seconds_bucket"));
    assert_eq!(status(&operations.get("/readyz").await), StatusCode::OK);
}
