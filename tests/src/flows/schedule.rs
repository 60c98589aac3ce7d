//! The business sets up what can be booked, and when.

use serde_json::{Value, json};
use testkit::{Client, Persona, TestApp, TestTenant, tomorrow_at};

const DAY: &str = "/availability/slots?type=intro&from=2026-11-24&to=2026-11-25";

async fn starts(visitor: &Client) -> Vec<String> {
    let found = visitor.api("GET", DAY, None).await.expect(200).json();
    let slots = found["slots"].as_array().unwrap().iter();
    slots.map(|slot| slot["start"].as_str().unwrap().to_owned()).collect()
}

async fn explained(staff: &Client, start: &str) -> Value {
    let path = format!("/availability/explain?type=intro&start={start}");
    staff.api("GET", &path, None).await.expect(200).json()
}

fn rules(answer: &Value) -> Vec<String> {
    let coach = answer["coaches"][0]["closed_by"].as_array().unwrap().iter();
    coach.map(|rule| rule["rule"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn other_hours_of_a_date_take_the_place_of_its_weekly_windows() {
    let app = TestApp::start().await;
    let tenant = TestTenant::new(&app).await;
    let owner = tenant.owner().await;
    tenant.bookable(&owner, "intro").await;
    let (visitor, coach) = (tenant.visitor(), tenant.member(Persona::Coach).await);
    assert_eq!(starts(&visitor).await.len(), 20);
    let put = |hours: Value| json!({ "coach": coach, "date": "2026-11-24", "hours": hours });
    let two = json!([{ "opens": "10:00", "closes": "11:00" }, { "opens": "22:30", "closes": "23:00" }]);
    let _ = owner.api("PUT", "/availability/overrides", Some(&put(two))).await.expect(200);
    assert_eq!(starts(&visitor).await, [tomorrow_at(10, 0), tomorrow_at(10, 30), tomorrow_at(22, 30)]);
    let overlap = json!([{ "opens": "10:00", "closes": "12:00" }, { "opens": "11:00", "closes": "13:00" }]);
    let refused = owner.api("PUT", "/availability/overrides", Some(&put(overlap))).await.expect(422).json();
    assert_eq!(refused["errors"][0]["pointer"], "#/hours/1/opens", "{refused}");
    assert_eq!(rules(&explained(&owner, &tomorrow_at(9, 0)).await), ["date_hours"]);
    let _ = owner.api("PUT", "/availability/overrides", Some(&put(json!([])))).await.expect(200);
    assert!(starts(&visitor).await.is_empty());
    assert_eq!(rules(&explained(&owner, &tomorrow_at(10, 0)).await), ["date_closed"]);
    let page = owner.get(&format!("/studio/availability/overrides?coach={coach}&date=2026-11-24")).await;
    assert!(page.expect(200).has("24 November 2026"));
    let fields = [("coach", coach.as_str()), ("date", "2026-11-24"), ("state", "usual")];
    let _ = owner.post_form("/studio/availability/overrides", &fields).await.expect(303);
    assert_eq!(starts(&visitor).await.len(), 20);
    let other = tenant.coach().await;
    let theirs = json!({ "coach": tenant.member(Persona::Owner).await, "date": "2026-11-24", "hours": [] });
    let _ = other.api("PUT", "/availability/overrides", Some(&theirs)).await.expect(403);
    assert_eq!(tenant.count("schedule_overrides", "true").await, 0);
    tenant.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_closed_time_offers_nothing_and_leaves_bookings_alone() {
    let app = TestApp::start().await;
    let tenant = TestTenant::new(&app).await;
    let owner = tenant.owner().await;
    tenant.bookable(&owner, "intro").await;
    let visitor = tenant.visitor();
    let booked = tenant.book(&visitor, "intro", &tomorrow_at(10, 0), "sam@example.com").await;
    let closed = json!({ "start": tomorrow_at(8, 0), "end": tomorrow_at(17, 0), "reason": "Holiday" });
    let made = owner.api("POST", "/availability/blackouts", Some(&closed)).await.expect(200).json();
    assert_eq!((&made["bookings"], made["coach"].is_null()), (&json!(1), true), "{made}");
    assert_eq!(starts(&visitor).await, [tomorrow_at(17, 0), tomorrow_at(17, 30)]);
    assert_eq!(rules(&explained(&owner, &tomorrow_at(9, 0)).await), ["blackout"]);
    let both = explained(&owner, &tomorrow_at(10, 0)).await;
    let found = both["coaches"][0]["closed_by"].as_array().unwrap().clone();
    assert!(found.iter().any(|rule| rule["booking"] == json!(booked.id)), "{both}");
    let page = owner.get("/studio/availability/blackouts").await.expect(200);
    assert!(page.has("Holiday") && page.has("One appointment stays"), "{}", page.body);
    let backwards = json!({ "start": tomorrow_at(9, 0), "end": tomorrow_at(8, 0) });
    let refused = owner.api("POST", "/availability/blackouts", Some(&backwards)).await.expect(422).json();
    assert_eq!(refused["errors"][0]["pointer"], "#/end");
    let coach = tenant.coach().await;
    let _ = coach.api("POST", "/availability/blackouts", Some(&closed)).await.expect(403);
    let _ = coach
        .api("DELETE", &format!("/availability/blackouts/{}", made["id"].as_str().unwrap()), None)
        .await
        .expect(403);
    let away = format!("/studio/availability/blackouts/{}/delete", made["id"].as_str().unwrap());
    let _ = owner.post_form(&away, &[]).await.expect(303);
    assert_eq!(starts(&visitor).await.len(), 19);
    assert_eq!(tenant.count("bookings", "state = 'confirmed'").await, 1);
    tenant.run_jobs().await;
    tenant.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_explanation_agrees_with_the_slots() {
    let app = TestApp::start().await;
    let tenant = TestTenant::new(&app).await;
    let owner = tenant.owner().await;
    tenant.bookable(&owner, "intro").await;
    let visitor = tenant.visitor();
    tenant.book(&visitor, "intro", &tomorrow_at(12, 0), "sam@example.com").await;
    let open = starts(&visitor).await;
    for quarter in 0..48 {
        let start = tomorrow_at(7 + quarter / 4, quarter % 4 * 15);
        let answer = explained(&owner, &start).await;
        assert_eq!(answer["open"], json!(open.contains(&start)), "{start}: {answer}");
        assert_eq!(answer["open"] == json!(true), rules(&answer).is_empty(), "{start}: {answer}");
    }
    let page = owner.get("/studio/availability/explain?type=intro&at=2026-11-24T12:00").await.expect(200);
    assert!(page.has("Another appointment takes this time"), "{}", page.body);
    let _ = visitor
        .api("GET", "/availability/explain?type=intro&start=2026-11-24T12:00:00Z", None)
        .await
        .expect(401);
    tenant.run_jobs().await;
    tenant.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_types_form_keeps_what_was_typed_and_changes_lists_without_a_script() {
    let app = TestApp::start().await;
    let tenant = TestTenant::new(&app).await;
    let owner = tenant.owner().await;
    tenant.open_hours(&owner).await;
    let coach = tenant.member(Persona::Coach).await;
    let mut fields = vec![
        ("name", "Deep dive"),
        ("slug", "deep-dive"),
        ("minutes", "60"),
        ("price", "45.50"),
        ("place_kind", "moon"),
        ("coach_mode", "any"),
        ("coaches", coach.as_str()),
        ("questions/0/kind", "text"),
        ("questions/0/label", "Your goal?"),
        ("reminder_minutes/0", "2"),
        ("reminder_minutes/0_unit", "days"),
        ("active", "on"),
    ];
    const NEW: &str = "/studio/appointment-types/new";
    let refused = owner.post_form(NEW, &fields).await.expect(422);
    assert!(
        refused.has("Choose one of these")
            && refused.field("questions/0/label").as_deref() == Some("Your goal?")
    );
    assert_eq!(refused.field("price").as_deref(), Some("45.50"));
    fields[4].1 = "room";
    fields.push(("do", "add-length"));
    let longer = owner.post_form(NEW, &fields).await.expect(200);
    assert!(longer.field("other_durations/0/minutes").is_some(), "{}", longer.body);
    assert_eq!(tenant.count("appointment_types", "true").await, 0);
    fields.pop();
    fields.extend([("other_durations/0/minutes", "90"), ("other_durations/0/price", "60")]);
    let _ = owner.post_form(NEW, &fields).await.expect(303);
    let list = owner.api("GET", "/appointment-types", None).await.expect(200).json();
    let made = &list["items"][0];
    assert_eq!(made["price"], json!({ "amount": 4_550, "currency": "GBP" }), "{made}");
    assert_eq!(
        made["other_durations"],
        json!([{ "minutes": 90, "price": { "amount": 6_000, "currency": "GBP" } }])
    );
    assert_eq!(
        (&made["questions"][0]["key"], &made["reminder_minutes"]),
        (&json!("your_goal"), &json!([2_880]))
    );
    let id = made["id"].as_str().unwrap();
    let change = json!({ "seats": 3, "coach_mode": "all" });
    let wrong =
        owner.api("PATCH", &format!("/appointment-types/{id}"), Some(&change)).await.expect(422).json();
    assert_eq!(
        (&wrong["errors"][0]["pointer"], &wrong["errors"][0]["code"]),
        (&json!("#/seats"), &json!("seats_not_with_all"))
    );
    let nul = owner.post_form(NEW, &[("name", "a\0b")]).await;
    assert_eq!(nul.status, 400, "{}", nul.body);
    tenant.finish().await;
}
