//! Forms of the studio say what they did, and what they did not; nothing that was typed is dropped.

use serde_json::json;
use testkit::{Persona, TestApp, TestTenant, tomorrow_at};

use super::booking_kit::bookable;

const DATES: &str = "/studio/availability/overrides";
const HOURS: &str = "/studio/availability";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_move_says_whether_anything_was_moved_and_what_stands_in_its_way() {
    let app = TestApp::start().await;
    let tenant = TestTenant::new(&app).await;
    tenant.bookable(&tenant.owner().await, "intro").await;
    let visitor = tenant.visitor();
    let booked = tenant.book(&visitor, "intro", &tomorrow_at(10, 0), "sam@example.com").await;
    tenant.book(&visitor, "intro", &tomorrow_at(14, 0), "kim@example.com").await;
    let coach = tenant.coach().await;
    let path = format!("/studio/bookings/{}/move", booked.id);
    let start = tomorrow_at(10, 0);
    let typed = |at| [("start", start.as_str()), ("at", at), ("reason", "A train")];
    let emptied = coach.post_form(&path, &typed("")).await.expect(422);
    assert!(emptied.has("This is needed") && emptied.has("id=\"f-at-error\""), "{}", emptied.body);
    let same = coach.post_form(&path, &typed("2026-11-24T10:00")).await.expect(303).location();
    assert!(coach.open(&same).await.expect(200).has("Nothing was changed."));
    let taken = coach.post_form(&path, &typed("2026-11-24T14:15")).await.expect(409);
    assert!(taken.has("id=\"f-at-error\"") && taken.has("14:00 to 14:30"), "{}", taken.body);
    assert!(taken.has("name=\"pick\" value=\"2026-11-24T14:30:00Z\""), "{}", taken.body);
    // One of the free times is chosen: what was typed stays, nothing is moved yet.
    let pick = [typed("2026-11-24T14:15").as_slice(), &[("pick", "2026-11-24T14:30:00Z")]].concat();
    let again = coach.post_form(&path, &pick).await.expect(200);
    assert_eq!(again.field("at").as_deref(), Some("2026-11-24T14:30"));
    assert!(again.has("A train"));
    assert_eq!(tenant.count("booking_steps", "kind = 'moved'").await, 0);
    let moved = coach.post_form(&path, &typed("2026-11-24T14:30")).await.expect(303).location();
    assert!(coach.open(&moved).await.expect(200).has("The appointment is moved."));
    tenant.run_jobs().await;
    tenant.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn staff_who_ask_for_payment_are_told_that_it_waits_for_it() {
    let app = TestApp::start().await;
    let tenant = TestTenant::new(&app).await;
    let kind = bookable(
        &tenant,
        &tenant.owner().await,
        "deep",
        json!({ "price": { "amount": 4_500, "currency": "GBP" } }),
    )
    .await;
    let coach = tenant.coach().await;
    let book = async |at: &str, payment: &str| {
        let fields = [
            ("type", kind.as_str()),
            ("at", at),
            ("name", "Sam Reed"),
            ("email", "sam@example.com"),
            ("payment", payment),
        ];
        let to = coach.post_form("/studio/bookings/new", &fields).await.expect(303).location();
        coach.open(&to).await.expect(200)
    };
    let held = book("2026-11-24T10:00", "ask").await;
    assert!(held.has("waits for payment") && !held.has("The appointment is booked."), "{}", held.body);
    assert!(book("2026-11-24T11:00", "none").await.has("The appointment is booked."));
    tenant.run_jobs().await;
    tenant.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn hours_typed_on_a_date_are_saved_or_refused_but_never_dropped() {
    let app = TestApp::start().await;
    let tenant = TestTenant::new(&app).await;
    let owner = tenant.owner().await;
    tenant.bookable(&owner, "intro").await;
    let coach = tenant.member(Persona::Coach).await;
    let fields = |state| {
        [
            ("coach", coach.as_str()),
            ("date", "2026-11-30"),
            ("state", state),
            ("opens-0", "10:00"),
            ("closes-0", "11:00"),
        ]
    };
    let refused = owner.post_form(DATES, &fields("closed")).await.expect(422);
    assert!(refused.has("id=\"f-state-error\""), "{}", refused.body);
    assert_eq!(refused.field("opens-0").as_deref(), Some("10:00"));
    assert_eq!(tenant.count("schedule_overrides", "true").await, 0);
    let to = owner.post_form(DATES, &fields("usual")).await.expect(303).location();
    let page = owner.open(&to).await.expect(200);
    assert!(page.has("The hours of Monday 30 November are saved."), "{}", page.body);
    assert_eq!(tenant.count("schedule_overrides", "opens = 600 AND closes = 660").await, 1);
    // Now they are what the form shows: the usual hours mean the usual hours.
    let _ = owner.post_form(DATES, &fields("usual")).await.expect(303);
    assert_eq!(tenant.count("schedule_overrides", "true").await, 0);
    tenant.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn weekly_hours_say_what_was_copied_and_which_day_is_wrong() {
    let app = TestApp::start().await;
    let tenant = TestTenant::new(&app).await;
    let owner = tenant.owner().await;
    let coach = tenant.member(Persona::Coach).await;
    let of_tuesday = [("coach", coach.as_str()), ("opens-2-0", "09:00"), ("closes-2-0", "12:00")];
    let copy = [of_tuesday.as_slice(), &[("do", "copy"), ("copy-from", "2"), ("copy-to", "4")]].concat();
    let page = owner.post_form(HOURS, &copy).await.expect(200);
    assert!(page.has("Copied, not saved yet."), "{}", page.body);
    assert_eq!(page.field("opens-4-0").as_deref(), Some("09:00"));
    assert!(page.has("name=\"copy-to\" value=\"4\" checked") && page.has("value=\"2\" selected"));
    assert_eq!(tenant.count("schedule_windows", "true").await, 0);
    let bare = [of_tuesday.as_slice(), &[("do", "copy"), ("copy-from", "2")]].concat();
    assert!(owner.post_form(HOURS, &bare).await.expect(200).has("tick the days to copy to"));
    let wrong = [of_tuesday.as_slice(), &[("opens-6-0", "09:00"), ("closes-6-0", "09:00")]].concat();
    let refused = owner.post_form(HOURS, &wrong).await.expect(422);
    assert!(refused.has("Saturday, To (1): The start and the end are the same."), "{}", refused.body);
    tenant.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_types_form_tells_all_that_is_wrong_at_once() {
    let app = TestApp::start().await;
    let tenant = TestTenant::new(&app).await;
    let owner = tenant.owner().await;
    let fields = [
        ("name", ""),
        ("slug", "deep-dive"),
        ("minutes", "99999999999999999999"),
        ("price", "a lot"),
        ("questions/0/kind", "choice"),
        ("questions/0/label", "Which?"),
        ("questions/0/choices", "One"),
        ("open", "limits"),
    ];
    const NEW: &str = "/studio/appointment-types/new";
    let refused = owner.post_form(NEW, &fields).await.expect(422);
    for said in [
        "Name: This is needed.",
        "Length in minutes: Choose a value from 5 to 1440.",
        "Price: Write a price",
        "Question 1, Choices: Give at least two choices",
    ] {
        assert!(refused.has(said), "{said} in {}", refused.body);
    }
    // A section that stood open stays so when a question is added.
    let more = [fields.as_slice(), &[("do", "add-question")]].concat();
    let page = owner.post_form(NEW, &more).await.expect(200);
    for (section, is_open) in [("s-limits", true), ("s-questions", true), ("s-payment", false)] {
        let open = format!("id=\"{section}\" open");
        assert_eq!(page.has(&open), is_open, "{section}");
    }
    tenant.finish().await;
}
