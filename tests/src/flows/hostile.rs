//! Input that means no good.

use reqwest::Method;
use testkit::{TestApp, TestTenant, tomorrow_at};

use crate::world::rows_of;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn hostile_slugs_lead_nowhere() {
    let app = TestApp::start().await;
    let visitor = app.visitor();
    let long = "a".repeat(3_000);
    let slugs = [
        "%2e%2e%2f%2e%2e%2fetc%2fpasswd",
        "..%00",
        "%00",
        "<script>alert(1)</script>",
        "'%20OR%201=1--",
        "%F0%9F%92%A9",
        "%ff%fe",
        "-abc",
        "abc-",
        "ABC",
        "a_b",
        ".env",
        "%0d%0aSet-Cookie:%20a=b",
        long.as_str(),
        "{slug}",
        ":slug",
        "*",
        "a%2Fb",
    ];
    for slug in slugs {
        for place in [
            format!("/{slug}"),
            format!("/{slug}/book"),
            format!("/{slug}/studio"),
            format!("/api/v1/{slug}/products"),
            format!("/book/{slug}"),
        ] {
            let answer = visitor.open(&place).await;
            assert!([303, 400, 404, 414, 422, 431].contains(&answer.status), "{place}: {}", answer.status);
            assert!(answer.status != 303, "{place} leads to {}", answer.location());
            assert!(!answer.has("<script>alert(1)"), "{place}");
            assert!(answer.header("set-cookie").is_none(), "{place}");
        }
    }
    for reserved in tenants::RESERVED {
        assert!(tenants::check_slug(reserved).is_err());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_form_of_ten_megabytes_is_refused_early() {
    let app = TestApp::start().await;
    let tenant = TestTenant::new(&app).await;
    tenant.bookable(&tenant.owner().await, "intro").await;
    let before = rows_of(&app.sql, &tenant).await;
    let visitor = tenant.visitor();
    let body = format!("note={}", "a".repeat(10 << 20));
    let places = [
        format!("/{}/book/intro/details", tenant.slug),
        "/login".into(),
        "/register".into(),
        format!("/api/v1/{}/bookings", tenant.slug),
    ];
    for place in places {
        let kind =
            if place.starts_with("/api") { "application/json" } else { "application/x-www-form-urlencoded" };
        let request = visitor
            .request(Method::POST, &place)
            .header("content-type", kind)
            .body(body.clone())
            .build()
            .unwrap();
        let response = reqwest::Client::builder().no_proxy().build().unwrap().execute(request).await;
        // Either the answer arrives, or the connection was closed on the sender while it still sent.
        if let Ok(response) = response {
            assert_eq!(response.status(), 413, "{place}");
        }
    }
    let chunks = futures::stream::iter((0..160).map(|_| Ok::<_, std::io::Error>(vec![b'a'; 64 << 10])));
    let request = visitor.request(Method::POST, &format!("/{}/book/intro/details", tenant.slug));
    let request = request
        .header("content-type", "application/x-www-form-urlencoded")
        .body(reqwest::Body::wrap_stream(chunks));
    if let Ok(response) = request.send().await {
        assert_eq!(response.status(), 413, "without a length");
    }
    assert_eq!(rows_of(&app.sql, &tenant).await, before);
    let small = "note=x".to_owned();
    let sent = visitor
        .request(Method::POST, &format!("/{}/book/intro/details", tenant.slug))
        .header("content-type", "application/x-www-form-urlencoded");
    assert_ne!(visitor.send(sent.body(small)).await.status, 413);
    tenant.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn forms_of_other_sites_are_refused() {
    let app = TestApp::start().await;
    let tenant = TestTenant::new(&app).await;
    let owner = tenant.owner().await;
    tenant.bookable(&owner, "intro").await;
    let before = rows_of(&app.sql, &tenant).await;
    let place = format!("/{}/studio/settings/modules", tenant.slug);
    let cases: [&[(&str, &str)]; 5] = [
        &[("sec-fetch-site", "cross-site")],
        &[("sec-fetch-site", "same-site")],
        &[("origin", "https://evil.example")],
        &[("origin", "null")],
        &[("sec-fetch-site", "cross-site"), ("origin", app.origin.as_str())],
    ];
    for headers in cases {
        let mut request = owner
            .bare(Method::POST, &place)
            .header("content-type", "application/x-www-form-urlencoded")
            .body("");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let answer = owner.send(request).await;
        assert_eq!(answer.status, 403, "{headers:?}: {}", answer.body);
        let call = owner
            .bare(Method::PUT, &format!("/api/v1/{}/features/packages", tenant.slug))
            .header("content-type", "application/json");
        let call = call.body("{\"enabled\":false}").header("sec-fetch-site", "cross-site");
        let answer = owner.send(call).await.expect(403);
        assert_eq!(answer.code(), "cross_site");
    }
    assert_eq!(rows_of(&app.sql, &tenant).await, before);
    tenant.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_people_type_runs_nowhere() {
    let app = TestApp::start().await;
    let tenant = TestTenant::new(&app).await;
    let owner = tenant.owner().await;
    tenant.bookable(&owner, "intro").await;
    let evil = "<img src=x onerror=alert(1)>";
    let body = serde_json::json!({ "type": "intro", "start": tomorrow_at(10, 0), "name": evil, "email": "sam@example.com", "note": format!("\"'>{evil}") });
    let booked = tenant.visitor().api("POST", "/bookings", Some(&body)).await.expect(200).json();
    tenant.run_jobs().await;
    let token = booked["token"].as_str().unwrap();
    let id = booked["id"].as_str().unwrap();
    let pages = [
        "/studio".into(),
        "/studio/bookings".into(),
        format!("/studio/bookings/{id}"),
        "/studio/clients".into(),
        format!("/booking/{token}"),
    ];
    for page in pages {
        let answer = owner.get(&page).await.expect(200);
        assert!(!answer.has("<img src=x"), "{page}");
        let policy = answer.header("content-security-policy").unwrap_or_default().to_owned();
        assert!(policy.contains("'nonce-") && !policy.contains("unsafe-inline"), "{page}: {policy}");
        assert_eq!(answer.header("x-content-type-options"), Some("nosniff"), "{page}");
    }
    for mail in app.mails(&tenant).await {
        assert!(!mail.subject.contains(['\r', '\n']), "{mail:?}");
    }
    let injected = serde_json::json!({ "type": "intro", "start": tomorrow_at(11, 0), "name": "Sam\r\nBcc: x@y.zz", "email": "sam@example.com" });
    let _ = tenant.visitor().api("POST", "/bookings", Some(&injected)).await.expect(422);
    tenant.finish().await;
}
