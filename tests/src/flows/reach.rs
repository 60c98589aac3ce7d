//! Coaches work with their own appointments; owners and admins with everybody's.

use serde_json::json;
use testkit::{Booked, Client, Persona, TestApp, TestTenant, tomorrow_at};

use super::booking_kit::text;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_coach_sees_and_changes_no_appointment_of_a_colleague() {
    let app = TestApp::start().await;
    let tenant = TestTenant::new(&app).await;
    let (owner, coach) = (tenant.owner().await, tenant.coach().await);
    let (mine, theirs) = (tenant.member(Persona::Coach).await, tenant.member(Persona::Owner).await);
    for (slug, member) in [("mine", &mine), ("theirs", &theirs)] {
        tenant.open_hours_of(&owner, member).await;
        let body = json!({ "slug": slug, "name": format!("Talk {slug}"), "minutes": 30, "place_kind": "in_person",
            "place": "12 Mill Lane", "coaches": [member] });
        let _ = owner.api("POST", "/appointment-types", Some(&body)).await.expect(200);
    }
    let at = tomorrow_at(10, 0);
    let own = tenant.book(&tenant.visitor(), "mine", &at, "kim@example.com").await;
    let foreign = tenant.book(&tenant.visitor(), "theirs", &at, "lee@example.com").await;

    is_not_shown(&owner, &coach, &own, &foreign, &theirs).await;
    nothing_is_done(&owner, &coach, &foreign, &at).await;
    let later = tomorrow_at(15, 0);
    // Coaches plan their own time, and nobody else's.
    let book = |kind: &str, coach: &str| json!({ "type": kind, "start": later, "coach": coach, "name": "Kim", "email": "kim@example.com" });
    let _ = coach.api("POST", "/bookings/for-client", Some(&book("theirs", &theirs))).await.expect(422);
    let _ = coach.api("POST", "/bookings/for-client", Some(&book("theirs", ""))).await.expect(422);
    let _ = coach.api("POST", "/bookings/for-client", Some(&book("mine", ""))).await.expect(200);
    let away = json!({ "start": tomorrow_at(16, 0), "coach": theirs, "anyway": true });
    let _ = coach.api("POST", &format!("/bookings/{}/reschedule", own.id), Some(&away)).await.expect(422);
    tenant.run_jobs().await;
    tenant.finish().await;
}

/// Neither by its identifier nor in lists, searches, the calendar or the dashboard.
async fn is_not_shown(owner: &Client, coach: &Client, own: &Booked, foreign: &Booked, theirs: &str) {
    for (id, wanted) in [(&own.id, 200), (&foreign.id, 404)] {
        for place in ["", "/history", "/notes"] {
            let _ = coach.api("GET", &format!("/bookings/{id}{place}"), None).await.expect(wanted);
            let _ = owner.api("GET", &format!("/bookings/{id}{place}"), None).await.expect(200);
        }
        for page in ["", "/move", "/cancel"] {
            let _ = coach.get(&format!("/studio/bookings/{id}{page}")).await.expect(wanted);
        }
    }
    for list in ["/bookings", "/bookings?search=lee", &format!("/bookings?coach={theirs}")] {
        let listed = coach.api("GET", list, None).await.expect(200);
        assert!(!listed.has("lee@example.com"), "{list}: {}", listed.body);
    }
    assert!(owner.api("GET", "/bookings?search=lee", None).await.expect(200).has("lee@example.com"));
    let day = "/studio/calendar?view=day&date=2026-11-24&coach=all";
    for page in ["/studio", "/studio/bookings", day] {
        let seen = coach.get(page).await.expect(200);
        assert!(!seen.has(&foreign.id) && !seen.has("lee@example.com"), "{page}");
    }
    assert!(owner.get(day).await.expect(200).has(&foreign.id));
}

/// Whatever one tries with the appointment of a colleague, it is not there.
async fn nothing_is_done(owner: &Client, coach: &Client, foreign: &Booked, at: &str) {
    let later = tomorrow_at(15, 0);
    for (deed, body) in [
        ("cancel", json!({ "reason": "Away" })),
        ("reschedule", json!({ "start": later, "anyway": true })),
        ("approve", json!({})),
        ("decline", json!({})),
        ("complete", json!({})),
        ("no-show", json!({})),
        ("notes", json!({ "body": "Hm" })),
    ] {
        let _ = coach.api("POST", &format!("/bookings/{}/{deed}", foreign.id), Some(&body)).await.expect(404);
    }
    assert_eq!(text(&owner.api("GET", &format!("/bookings/{}", foreign.id), None).await.json(), "start"), at);
}
