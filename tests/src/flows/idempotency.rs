//! One key, one effect.

use serde_json::json;
use testkit::{TestApp, TestTenant, tomorrow_at};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn twenty_calls_with_one_key_book_once() {
    let app = TestApp::start().await;
    let tenant = TestTenant::new(&app).await;
    tenant.bookable(&tenant.owner().await, "intro").await;
    let visitor = tenant.visitor();
    let body = json!({ "type": "intro", "start": tomorrow_at(10, 0), "name": "Sam Reed", "email": "sam@example.com" });
    let headers = [("idempotency-key", "booking-1")];
    let calls = (0..20).map(|_| visitor.api_with("POST", "/bookings", Some(&body), &headers));
    let answers = futures::future::join_all(calls).await;
    let (done, running): (Vec<_>, Vec<_>) = answers.into_iter().partition(|answer| answer.status == 200);
    assert!(!done.is_empty());
    assert!(done.windows(2).all(|two| two[0].body == two[1].body), "answers differ");
    for answer in running {
        assert_eq!(
            (answer.status, answer.code().as_str()),
            (409, "idempotency_in_progress"),
            "{}",
            answer.body
        );
    }
    assert_eq!(tenant.count("bookings", "true").await, 1);
    assert_eq!(tenant.count("events", "true").await, 1);
    let again = visitor.api_with("POST", "/bookings", Some(&body), &headers).await.expect(200);
    assert_eq!(
        (again.body.as_str(), again.header("idempotency-replayed")),
        (done[0].body.as_str(), Some("true"))
    );
    let other = json!({ "type": "intro", "start": tomorrow_at(11, 0), "name": "Sam Reed", "email": "sam@example.com" });
    let reused = visitor.api_with("POST", "/bookings", Some(&other), &headers).await.expect(422).json();
    assert_eq!(reused["errors"][0]["code"], "idempotency_key_reused");
    // The key belongs to the caller and the operation: somebody else may use the same word.
    let client = tenant.client().await;
    let _ = client.api_with("POST", "/bookings", Some(&other), &headers).await.expect(200);
    assert_eq!(tenant.count("bookings", "true").await, 2);
    tenant.run_jobs().await;
    tenant.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_refused_call_leaves_its_key_free() {
    let app = TestApp::start().await;
    let tenant = TestTenant::new(&app).await;
    tenant.bookable(&tenant.owner().await, "intro").await;
    let visitor = tenant.visitor();
    let headers = [("idempotency-key", "booking-2")];
    let wrong =
        json!({ "type": "intro", "start": tomorrow_at(10, 0), "name": "", "email": "sam@example.com" });
    let _ = visitor.api_with("POST", "/bookings", Some(&wrong), &headers).await.expect(422);
    let right =
        json!({ "type": "intro", "start": tomorrow_at(10, 0), "name": "Sam", "email": "sam@example.com" });
    let _ = visitor.api_with("POST", "/bookings", Some(&right), &headers).await.expect(200);
    for bad in ["", &"k".repeat(201)] {
        let _ = visitor
            .api_with("POST", "/bookings", Some(&right), &[("idempotency-key", bad)])
            .await
            .expect(422);
    }
    assert_eq!(tenant.count("bookings", "true").await, 1);
    tenant.run_jobs().await;
    tenant.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_call_that_died_before_its_answer_is_not_carried_out_twice() {
    let app = TestApp::start().await;
    let tenant = TestTenant::new(&app).await;
    let owner = tenant.owner().await;
    tenant.bookable(&owner, "intro").await;
    tenant.product(&owner, "ten", 9_000, 10).await;
    let visitor = tenant.visitor();
    let headers = [("idempotency-key", "crash-1")];
    let body = json!({ "type": "intro", "start": tomorrow_at(10, 0), "name": "Sam Reed", "email": "sam@example.com" });
    let buy = json!({ "offer": "ten", "name": "Sam Reed", "email": "sam@example.com" });
    let calls = [("/bookings", &body, "id"), ("/checkout", &buy, "order")];
    let mut first = Vec::new();
    for (path, body, id) in calls {
        first.push(visitor.api_with("POST", path, Some(body), &headers).await.expect(200).json()[id].clone());
    }
    // As if the process had died between the change and the answer, and the caller asks again later.
    let died = "UPDATE idempotency_keys SET status = NULL, body = NULL, created_at = created_at - interval '3 minutes'";
    app.sql.run(&format!("{died} WHERE {}", tenant.rows())).await;
    for ((path, body, id), first) in calls.into_iter().zip(&first) {
        let again = visitor.api_with("POST", path, Some(body), &headers).await.expect(200);
        assert_eq!((again.json()[id].clone(), again.header("idempotency-replayed")), (first.clone(), None));
    }
    assert_eq!((tenant.count("bookings", "true").await, tenant.count("orders", "true").await), (1, 1));
    // A day later the answers are forgotten.
    let old = "UPDATE idempotency_keys SET created_at = created_at - interval '2 days'";
    app.sql.run(&format!("{old} WHERE {}", tenant.rows())).await;
    let other = json!({ "type": "intro", "start": tomorrow_at(11, 0), "name": "Sam Reed", "email": "sam@example.com" });
    let _ = visitor.api_with("POST", "/bookings", Some(&other), &headers).await.expect(200);
    assert_eq!(tenant.count("idempotency_keys", "true").await, 1);
    tenant.run_jobs().await;
    tenant.finish().await;
}
