//! A client's way: length, questions, paying, moving, cancelling with a share, rating.

use serde_json::{Value, json};
use testkit::{Client, Persona, TestApp, TestTenant, tomorrow_at};

/// A type with two lengths that cost, a question, and half of the price back within the last day.
async fn paid_type(tenant: &TestTenant<'_>, owner: &Client, more: &Value) -> String {
    tenant.open_hours(owner).await;
    let coach = tenant.member(Persona::Coach).await;
    let mut body = json!({
        "slug": "deep", "name": "Deep talk", "minutes": 30, "price": { "amount": 4_500, "currency": "GBP" }, "place_kind": "in_person",
        "place": "12 Mill Lane", "coaches": [coach], "other_durations": [{ "minutes": 60, "price": { "amount": 8_000, "currency": "GBP" } }],
        "cancel_free_minutes": 2_880, "late_refund_percent": 50,
        "questions": [
            { "key": "goal", "label": "Your goal", "kind": "text", "required": true },
            { "key": "agree", "label": "I agree to the rules", "kind": "consent", "required": true },
        ],
    });
    for (name, value) in more.as_object().into_iter().flatten() {
        body[name] = value.clone();
    }
    let made = owner.api("POST", "/appointment-types", Some(&body)).await.expect(200).json();
    made["id"].as_str().unwrap().to_owned()
}

fn typed<'a>(start: &'a str, key: &'a str, minutes: &'a str) -> Vec<(&'a str, &'a str)> {
    vec![
        ("start", start),
        ("minutes", minutes),
        ("name", "Sam Reed"),
        ("email", "sam@example.com"),
        ("zone", "Europe/London"),
        ("key", key),
        ("answer_goal", "A second offer"),
        ("answer_agree", "on"),
    ]
}

/// Books an hour and pays it. Gives the path of the booking's page.
async fn book_and_pay(tenant: &TestTenant<'_>, visitor: &Client, start: &str) -> String {
    let form = visitor.get(&format!("/book/deep/details?minutes=60&start={start}")).await.expect(200);
    let key = form.field("key").unwrap();
    let next =
        visitor.post_form("/book/deep/details", &typed(start, &key, "60")).await.expect(303).location();
    assert!(next.contains("/pay/sandbox/"), "{next}");
    let back = visitor.post_form_to(&next, &[("outcome", "pay")]).await.expect(303).location();
    let page = visitor.open(&back).await.expect(200);
    assert!(page.has("Payment received") && page.header("refresh").is_some(), "{}", page.body);
    tenant.run_jobs().await;
    assert!(visitor.open(&back).await.expect(200).has("You are booked"));
    back
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_length_is_chosen_questions_are_answered_and_the_price_is_paid() {
    let app = TestApp::start().await;
    let tenant = TestTenant::new(&app).await;
    let owner = tenant.owner().await;
    paid_type(&tenant, &owner, &json!({})).await;
    let visitor = tenant.visitor();
    let start = tomorrow_at(10, 0);
    let pick = visitor.get("/book/deep?day=2026-11-24").await.expect(200);
    assert!(pick.has("£45") && pick.has("£80") && pick.has("50 % of the price"), "{}", pick.body);
    let longer = pick.links().into_iter().find(|link| link.contains("minutes=60")).expect("the other length");
    assert!(longer.contains("day=2026-11-24"), "the day stays: {longer}");
    let day = visitor.open(&longer).await.expect(200);
    let link = day.links().into_iter().find(|link| link.contains(&format!("start={start}"))).unwrap();
    let form = visitor.open(&link).await.expect(200);
    assert_eq!(form.field("minutes").as_deref(), Some("60"));
    assert!(form.has("Your goal") && form.has("Book and pay £80.00"), "{}", form.body);
    let key = form.field("key").unwrap();
    let mut bare = typed(&start, &key, "60");
    bare.retain(|(name, _)| !name.starts_with("answer_"));
    let refused = visitor.post_form("/book/deep/details", &bare).await.expect(422);
    assert!(refused.has("f-answer_goal-error") && refused.has("f-answer_agree-error"), "{}", refused.body);
    let page = book_and_pay(&tenant, &visitor, &start).await;
    let page = visitor.open(&page).await.expect(200);
    assert!(page.has("A second offer") && page.has("£80.00") && page.has("See the receipt"), "{}", page.body);
    let taken =
        visitor.post_form("/book/deep/details", &typed(&start, "another-key", "60")).await.expect(409);
    assert!(taken.has("Just taken") && taken.has("A second offer"), "what was typed is kept: {}", taken.body);
    assert_eq!(taken.field("minutes").as_deref(), Some("60"));
    tenant.run_jobs().await;
    tenant.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn moved_and_called_off_by_the_link() {
    let app = TestApp::start().await;
    let tenant = TestTenant::new(&app).await;
    let owner = tenant.owner().await;
    paid_type(&tenant, &owner, &json!({ "move_free_minutes": 60 })).await;
    let visitor = tenant.visitor();
    let page = book_and_pay(&tenant, &visitor, &tomorrow_at(10, 0)).await;
    let new = tomorrow_at(14, 0);
    let times = visitor.open(&format!("{page}/move?day=2026-11-24")).await.expect(200);
    let link =
        times.links().into_iter().find(|link| link.contains(&format!("start={new}"))).expect("a new time");
    let asked = visitor.open(&link).await.expect(200);
    assert!(asked.has("Move the appointment?") && asked.field("start").as_deref() == Some(new.as_str()));
    assert!(asked.has("does not make it free again"), "{}", asked.body);
    let moved =
        visitor.post_form_to(&format!("{page}/move"), &[("start", &new)]).await.expect(303).location();
    assert_eq!(moved, page, "the link stays");
    assert_eq!(tenant.count("bookings", &format!("state = 'confirmed' AND starts_at = '{new}'")).await, 1);
    // Within the last two days half of it comes back, and that is said before.
    let asked = visitor.open(&format!("{page}/cancel")).await.expect(200);
    assert!(asked.has("£40.00") && asked.has("50 %"), "{}", asked.body);
    let _ = visitor.post_form_to(&format!("{page}/cancel"), &[("reason", "Ill")]).await.expect(303);
    tenant.run_jobs().await;
    assert_eq!(tenant.count("refunds", "amount = 4000").await, 1);
    let page = visitor.open(&page).await.expect(200);
    assert!(page.has("£40.00 goes back to you"), "{}", page.body);
    tenant.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_too_late_says_since_when() {
    let app = TestApp::start().await;
    let tenant = TestTenant::new(&app).await;
    let owner = tenant.owner().await;
    let strict = json!({ "price": { "amount": 0, "currency": "GBP" }, "other_durations": [], "questions": [], "late_refund_percent": null, "move_free_minutes": 2_880 });
    paid_type(&tenant, &owner, &strict).await;
    let visitor = tenant.visitor();
    let booked = tenant.book(&visitor, "deep", &tomorrow_at(10, 0), "sam@example.com").await;
    let page = format!("/{}/booking/{}", tenant.slug, booked.token);
    let cancel = visitor.open(&format!("{page}/cancel")).await.expect(200);
    assert!(cancel.has("too late to cancel") && cancel.has("22 November 2026"), "{}", cancel.body);
    let _ = visitor.post_form_to(&format!("{page}/cancel"), &[("reason", "")]).await.expect(409);
    let moving = visitor.open(&format!("{page}/move")).await.expect(200);
    assert!(moving.has("too late to move") && moving.has("22 November 2026"), "{}", moving.body);
    assert_eq!(tenant.count("bookings", "state = 'confirmed'").await, 1);
    tenant.run_jobs().await;
    tenant.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_completed_booking_is_rated_once_until_somebody_decided() {
    let app = TestApp::start().await;
    let tenant = TestTenant::new(&app).await;
    let owner = tenant.owner().await;
    tenant.bookable(&owner, "intro").await;
    let visitor = tenant.visitor();
    let booked = tenant.book(&visitor, "intro", &tomorrow_at(10, 0), "sam@example.com").await;
    let page = format!("/{}/booking/{}", tenant.slug, booked.token);
    let rating = format!("{page}/rating");
    let _ = visitor.post_form_to(&rating, &[("stars", "5")]).await.expect(409);
    app.clock.advance(2 * 86_400);
    let _ =
        owner.api("POST", &format!("/bookings/{}/complete", booked.id), Some(&json!({}))).await.expect(200);
    let refused = visitor.post_form_to(&rating, &[("words", "Calm")]).await.expect(422);
    assert!(refused.has("Calm"), "what was typed is kept");
    for stars in ["4", "5", "5"] {
        let _ = visitor.post_form_to(&rating, &[("stars", stars), ("words", "Calm")]).await.expect(303);
    }
    assert_eq!(tenant.count("booking_ratings", "stars = 5 AND words = 'Calm' AND state = 'new'").await, 1);
    assert_eq!(tenant.count("events", "name = 'booking.rated'").await, 1, "told once");
    app.sql.run(&format!("UPDATE booking_ratings SET state = 'approved' WHERE {}", tenant.rows())).await;
    let _ = visitor.post_form_to(&rating, &[("stars", "1")]).await.expect(409);
    assert!(visitor.open(&page).await.expect(200).has("5 of 5 stars"));
    tenant.run_jobs().await;
    tenant.finish().await;
}
