//! Calendar files of real bookings: in many zones, at moments when clocks change, with texts that try to break out.
//!
//! What is left in the folder that `CALENDAR_FILES` names is read by two independent readers (`tests/calendar/check.py`).

use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use testkit::{Persona, TestApp, TestTenant};

/// Zones, and moments of days on which their clocks change or their dates are far from Greenwich's.
const MOMENTS: [(&str, &str); 30] = [
    ("Europe/London", "2027-03-28T00:45:00Z"),
    ("Europe/London", "2027-03-28T01:00:00Z"),
    ("Europe/London", "2027-10-31T00:30:00Z"),
    ("Europe/London", "2027-10-31T01:30:00Z"),
    ("America/New_York", "2027-03-14T06:45:00Z"),
    ("America/New_York", "2027-03-14T07:00:00Z"),
    ("America/New_York", "2027-11-07T05:30:00Z"),
    ("America/New_York", "2027-11-07T06:30:00Z"),
    ("Australia/Lord_Howe", "2027-10-02T15:15:00Z"),
    ("Australia/Lord_Howe", "2027-04-03T14:45:00Z"),
    ("Pacific/Chatham", "2027-09-25T13:45:00Z"),
    ("America/St_Johns", "2027-03-14T05:15:00Z"),
    ("Africa/Casablanca", "2027-02-07T02:30:00Z"),
    ("Asia/Kathmandu", "2026-12-31T18:15:00Z"),
    ("Asia/Kolkata", "2026-12-31T18:30:00Z"),
    ("Pacific/Kiritimati", "2026-12-31T10:00:00Z"),
    ("Pacific/Apia", "2027-01-01T09:45:00Z"),
    ("Africa/Cairo", "2027-04-29T22:15:00Z"),
    ("Asia/Beirut", "2027-03-27T22:15:00Z"),
    ("America/Havana", "2027-03-14T05:00:00Z"),
    ("Antarctica/Troll", "2027-03-28T01:15:00Z"),
    ("Europe/Dublin", "2027-10-31T00:45:00Z"),
    ("America/Santiago", "2027-04-04T03:30:00Z"),
    ("Pacific/Easter", "2027-09-05T04:15:00Z"),
    ("Asia/Tehran", "2027-03-20T20:30:00Z"),
    ("America/Sao_Paulo", "2027-02-28T03:00:00Z"),
    ("Pacific/Marquesas", "2028-02-29T09:30:00Z"),
    ("America/Los_Angeles", "2027-03-14T09:45:00Z"),
    ("Asia/Tokyo", "2027-12-31T15:00:00Z"),
    ("UTC", "2028-02-29T00:00:00Z"),
];

const TYPE: &str = "Gespräch: Ziele, Werte; Wünsche \\ 目標 🙂 ";
const PLACE: &str = "Straße 1, Hinterhaus; 3. Stock \\ 日本語の長い住所 🙂";

fn long(text: &str, most: usize) -> String {
    text.chars().cycle().take(most).collect::<String>().trim().to_owned()
}

/// The files of a run, with what was booked.
struct Files {
    folder: Option<PathBuf>,
    expected: Vec<Value>,
}

impl Files {
    fn keep(&mut self, text: &str, expected: Value) {
        if let Some(folder) = &self.folder {
            std::fs::write(folder.join(expected["file"].as_str().unwrap()), text).unwrap();
        }
        self.expected.push(expected);
    }
    fn close(self) {
        if let Some(folder) = self.folder {
            std::fs::write(folder.join("expected.json"), json!(self.expected).to_string()).unwrap();
        }
    }
}

async fn tenant(app: &TestApp) -> TestTenant<'_> {
    let tenant = TestTenant::new(app).await;
    let owner = tenant.owner().await;
    let coach = tenant.member(Persona::Coach).await;
    let all_day = |weekday: i64| json!({ "weekday": weekday, "opens": "00:00", "closes": "24:00" });
    let windows: Vec<Value> = (1..=7).map(all_day).collect();
    let hours = json!({ "coach": coach, "windows": windows });
    let _ = owner.api("PUT", "/availability/windows", Some(&hours)).await.expect(200);
    let kind = json!({
        "slug": "talk", "name": long(TYPE, 120), "minutes": 15, "place_kind": "in_person", "horizon_days": 730,
        "place": long(PLACE, 400), "coaches": [coach],
    });
    let _ = owner.api("POST", "/appointment-types", Some(&kind)).await.expect(200);
    tenant
}

/// The invitation of a mail.
fn file_of(mail: &testkit::TestMail, method: &str) -> String {
    let file = &mail.attachments[0];
    let kind = file["content_type"].as_str().unwrap();
    assert!(kind.starts_with(&format!("text/calendar; method={method};")), "{kind}");
    file["text"].as_str().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn files_say_what_was_booked_in_every_zone() {
    let app = TestApp::start().await;
    let tenant = tenant(&app).await;
    let folder = std::env::var_os("CALENDAR_FILES").map(PathBuf::from);
    let mut files =
        Files { folder: folder.filter(|folder| Path::new(folder).is_dir()), expected: Vec::new() };
    let coach = format!("coach@{}.example", tenant.slug);
    for (number, (zone, start)) in MOMENTS.iter().enumerate() {
        let one = One {
            number,
            zone,
            email: format!("client{number}@example.com"),
            name: long(&format!("Zoë \"Z\" Ångström; née 'O’Hara' {number}, "), 20 + number * 3),
        };
        let body = json!({
            "type": "talk", "start": start, "name": one.name, "email": one.email, "zone": zone,
            "note": format!("Line one, with; all\\of it\r\nBEGIN:VEVENT\nUID:evil\u{2028}{}", long("é漢🙂,;", 300)),
        });
        let booked = tenant.visitor().api("POST", "/bookings", Some(&body)).await.expect(200).json();
        tenant.run_jobs().await;
        let token = booked["token"].as_str().unwrap();
        let page = format!("/booking/{token}");
        let download = tenant.visitor().get(&format!("{page}/calendar.ics")).await.expect(200).body;
        files.keep(&download, one.expected(&tenant, &booked, "PUBLISH", &[], &page));
        let to_client = tenant.mails_to(&one.email).await.remove(0);
        files.keep(&file_of(&to_client, "REQUEST"), one.expected(&tenant, &booked, "REQUEST", &[], &page));
        let to_coach = tenant.mails_to(&coach).await.pop().unwrap();
        files.keep(
            &file_of(&to_coach, "REQUEST"),
            one.expected(&tenant, &booked, "REQUEST", &[&coach], &page),
        );
        if number % 5 == 0 {
            let cancel = json!({ "token": token });
            let path = format!("/bookings/{}/cancel", booked["id"].as_str().unwrap());
            let _ = tenant.visitor().api("POST", &path, Some(&cancel)).await.expect(200);
            tenant.run_jobs().await;
            let off = tenant.mails_to(&one.email).await.pop().unwrap();
            files.keep(&file_of(&off, "CANCEL"), one.expected(&tenant, &booked, "CANCEL", &[], &page));
        }
    }
    files.close();
    tenant.finish().await;
}

/// One booking.
struct One<'a> {
    number: usize,
    zone: &'a str,
    email: String,
    name: String,
}

impl One<'_> {
    /// What a reader should see, made of what the API told and of what was typed.
    fn expected(
        &self,
        tenant: &TestTenant<'_>,
        booked: &Value,
        method: &str,
        coaches: &[&str],
        page: &str,
    ) -> Value {
        let (off, to_coach) = (method == "CANCEL", !coaches.is_empty());
        let note = format!("Line one, with; all\\of it\nBEGIN:VEVENT\nUID:evil\n{}", long("é漢🙂,;", 300));
        let with = if to_coach { self.name.clone() } else { format!("coach of {}", tenant.slug) };
        let home = format!("{}/{}", tenant.app.origin, tenant.slug);
        let id = booked["id"].as_str().unwrap();
        let description = if to_coach {
            format!("{} <{}>\n{note}\n{home}/studio/bookings/{id}", self.name, self.email)
        } else {
            format!("{home}{page}")
        };
        let reader = if to_coach { "coach" } else { "client" };
        // Nobody goes to what does not take place.
        let location = if off { String::new() } else { long(PLACE, 400) };
        json!({
            "file": format!("{:02}-{}-{reader}.ics", self.number, method.to_lowercase()), "booking": id,
            "method": method, "sequence": i32::from(off), "status": if off { "CANCELLED" } else { "CONFIRMED" },
            "start": booked["start"], "end": booked["end"], "zone": self.zone, "name": self.name,
            "organizer": format!("desk@{}.example", tenant.slug),
            "attendees": ([vec![self.email.as_str()], coaches.to_vec()].concat()),
            "summary": format!("{} · {with}", long(TYPE, 120)), "location": location,
            "description": description,
        })
    }
}
