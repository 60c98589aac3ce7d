//! The staff calendar: what it shows to whom, and the forms it leads to.

use serde_json::json;
use testkit::{Answer, Persona, TestApp, TestTenant, tomorrow_at};

const TUESDAY: &str = "/studio/calendar?view=day&date=2026-11-24";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_coach_sees_their_own_day_and_managers_everybodys() {
    let app = TestApp::start().await;
    let tenant = TestTenant::new(&app).await;
    let owner = tenant.owner().await;
    tenant.bookable(&owner, "intro").await;
    let owner_member = tenant.member(Persona::Owner).await;
    tenant.open_hours_of(&owner, &owner_member).await;
    let body = json!({
        "slug": "boss", "name": "With the boss", "minutes": 60, "place_kind": "phone", "coaches": [owner_member],
    });
    let _ = owner.api("POST", "/appointment-types", Some(&body)).await.expect(200);
    let visitor = tenant.visitor();
    let first = tenant.book(&visitor, "intro", &tomorrow_at(10, 0), "sam@example.com").await;
    let second = tenant.book(&visitor, "boss", &tomorrow_at(11, 0), "kim@example.com").await;
    let coach = tenant.coach().await;
    let own = coach.get(TUESDAY).await.expect(200);
    assert!(own.has(&first.id) && !own.has(&second.id), "a coach begins with their own time");
    let all = coach.get(&format!("{TUESDAY}&coach=all")).await.expect(200);
    assert!(all.has(&first.id) && !all.has(&second.id), "and has no other");
    let other = format!("{TUESDAY}&coach={owner_member}");
    let _ = coach.get(&other).await.expect(404);
    for view in ["day", "week", "month"] {
        let page = owner.get(&format!("/studio/calendar?view={view}&date=2026-11-24")).await.expect(200);
        assert!(page.has(&first.id) && page.has(&second.id) && page.has("Europe/London"), "{view}");
        let next = owner.get(&format!("/studio/calendar?view={view}&date=2027-03-24")).await.expect(200);
        assert!(!next.has(&first.id), "{view}: another time");
    }
    let _ = visitor.get("/studio/calendar").await.expect(303);
    let unknown = format!("{TUESDAY}&coach=mem_00000000000000000000000000000001");
    let _ = owner.get(&unknown).await.expect(404);
    tenant.run_jobs().await;
    tenant.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_no_longer_takes_time_is_gone_and_what_is_moved_stands_elsewhere() {
    let app = TestApp::start().await;
    let tenant = TestTenant::new(&app).await;
    let owner = tenant.owner().await;
    tenant.bookable(&owner, "intro").await;
    let visitor = tenant.visitor();
    let gone = tenant.book(&visitor, "intro", &tomorrow_at(9, 0), "sam@example.com").await;
    let kept = tenant.book(&visitor, "intro", &tomorrow_at(10, 0), "kim@example.com").await;
    let path = format!("/studio/bookings/{}", gone.id);
    let refused = owner.post_form(&format!("{path}/cancel"), &[("reason", "")]).await.expect(422);
    assert!(refused.has("data-error-summary"), "staff give a reason: {}", refused.body);
    let _ = owner.post_form(&format!("{path}/cancel"), &[("reason", "Ill")]).await.expect(303);
    // From ten to a time that is not on offer, as the calendar's script asks for it.
    let start = "2026-11-25T19:00:00Z";
    let moving = format!("/studio/bookings/{}/move", kept.id);
    let fields =
        [("start", start), ("coach", ""), ("reason", "A train"), ("anyway", "on"), ("back", TUESDAY)];
    let moved = owner.post_form(&moving, &fields).await.expect(303).location();
    assert_eq!(moved, format!("/{}{TUESDAY}", tenant.slug), "back to where one came from");
    let day = owner.get(TUESDAY).await.expect(200);
    assert!(!day.has(&gone.id) && !day.has(&kept.id), "{}", day.body);
    let next = owner.get("/studio/calendar?view=day&date=2026-11-25").await.expect(200);
    assert!(next.has(&kept.id));
    let page = owner.get(&format!("/studio/bookings/{}", kept.id)).await.expect(200);
    assert!(page.has("A train"), "the history says why: {}", page.body);
    // Onto taken time: refused in words, nothing changes.
    let other = tenant.book(&visitor, "intro", &tomorrow_at(14, 0), "lee@example.com").await;
    let onto = [("start", other.start.as_str()), ("coach", ""), ("reason", "Closer"), ("anyway", "on")];
    let refused = owner.post_form(&moving, &onto).await.expect(409);
    assert!(refused.has("data-error-summary"), "{}", refused.body);
    assert_eq!(tenant.count("bookings", &format!("starts_at = '{start}'")).await, 1);
    let away = [("start", "2026-11-26T10:00:00Z"), ("reason", "x"), ("back", "https://evil.example/")];
    let answer = owner.post_form(&moving, &away).await.expect(303).location();
    assert_eq!(answer, format!("/{}/studio/bookings/{}", tenant.slug, kept.id), "never to another site");
    tenant.run_jobs().await;
    tenant.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn blocked_time_is_shown_and_not_on_offer() {
    let app = TestApp::start().await;
    let tenant = TestTenant::new(&app).await;
    let owner = tenant.owner().await;
    tenant.bookable(&owner, "intro").await;
    let coach = tenant.coach().await;
    let form = coach.get("/studio/calendar/block?start=2026-11-24T10:00:00Z").await.expect(200);
    assert_eq!(form.field("from").as_deref(), Some("2026-11-24T10:00"));
    assert_eq!(form.field("to").as_deref(), Some("2026-11-24T11:00"));
    let member = tenant.member(Persona::Coach).await;
    let fields = |from, to| [("coach", member.as_str()), ("from", from), ("to", to), ("reason", "Dentist")];
    let refused =
        coach.post_form("/studio/calendar/block", &fields("2026-11-24T11:00", "2026-11-24T10:00")).await;
    assert!(refused.status == 422 && refused.has("Dentist"), "{} {}", refused.status, refused.body);
    let _ = coach.post_form("/studio/calendar/block", &fields("", "soon")).await.expect(422);
    let _ = coach
        .post_form("/studio/calendar/block", &fields("2026-11-24T10:00", "2026-11-24T11:00"))
        .await
        .expect(303);
    let day = coach.get(TUESDAY).await.expect(200);
    assert!(day.has("Dentist"), "{}", day.body);
    let slots = "/availability/slots?type=intro&from=2026-11-24&to=2026-11-25";
    let slots = tenant.visitor().api("GET", slots, None).await.expect(200);
    let offered = |hour, minute| slots.has(&format!("\"start\":\"{}\"", tomorrow_at(hour, minute)));
    assert!(offered(9, 30) && !offered(10, 0) && !offered(10, 30) && offered(11, 0), "{}", slots.body);
    // A coach closes nobody else's time, nor the whole business.
    let boss = tenant.member(Persona::Owner).await;
    for whose in [boss.as_str(), "all"] {
        let fields = [("coach", whose), ("from", "2026-11-25T10:00"), ("to", "2026-11-25T11:00")];
        let _ = coach.post_form("/studio/calendar/block", &fields).await.expect(403);
    }
    assert_eq!(tenant.count("blackouts", "true").await, 1);
    tenant.run_jobs().await;
    tenant.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn days_of_a_clock_change_are_right() {
    let app = TestApp::start().await;
    let tenant = TestTenant::new(&app).await;
    let owner = tenant.owner().await;
    // Europe/London: on 28 March 2027 there is no 01:30, on 31 October 2027 there are two.
    let spring = owner.get("/studio/calendar?view=week&date=2027-03-28&hours=all").await.expect(200);
    let leads =
        |page: &Answer, start: &str| page.links().iter().any(|link| link.contains(&format!("start={start}")));
    assert!(leads(&spring, "2027-03-28T00:00:00Z") && leads(&spring, "2027-03-28T01:00:00Z"));
    assert!(spring.has("cg-missing") && spring.body.matches("class=\"cg-hour ").count() == 24);
    let autumn = owner.get("/studio/calendar?view=day&date=2027-10-31&hours=all").await.expect(200);
    assert_eq!(autumn.body.matches("class=\"cg-hour ").count(), 25);
    for hour in ["2027-10-31T00:00:00Z", "2027-10-31T01:00:00Z", "2027-10-31T02:00:00Z"] {
        assert!(leads(&autumn, hour), "{hour}");
    }
    tenant.finish().await;
}
