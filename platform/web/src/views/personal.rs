//! Sign in, register, and a client's own area.

use serde::Serialize;
use serde_json::{Value, json};

use super::{Block, FormState, View};
use crate::Layout;

/// `web/login`. Fields: `email`, `password`, `next`.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Login {
    /// What was typed and refused.
    pub form: FormState,
    /// Path to go to afterwards; checked by the host.
    pub next: Option<String>,
    /// Slug of the business they come from.
    pub from: Option<String>,
    /// Where to register.
    pub register_href: String,
}

impl View for Login {
    const TEMPLATE: &'static str = "web/login";
    const LAYOUT: Layout = Layout::Account;

    fn title(&self) -> (&'static str, Value) {
        ("web-login-title", Value::Null)
    }

    fn samples() -> Vec<Self> {
        let plain = Self { register_href: "/register".into(), ..Self::default() };
        let form = FormState::default().typed("email", "maya@example.com");
        let refused = form.refused_all("web-login-refused", &Value::Null);
        vec![plain.clone(), Self { form: refused, next: Some("/northlight/studio".into()), ..plain }]
    }
}

/// `web/register`. Fields: `name`, `email`, `password`, `next`.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Register {
    /// What was typed and refused.
    pub form: FormState,
    /// Path to go to afterwards; checked by the host.
    pub next: Option<String>,
    /// Slug of the business they come from.
    pub from: Option<String>,
    /// Where to sign in.
    pub login_href: String,
}

impl View for Register {
    const TEMPLATE: &'static str = "web/register";
    const LAYOUT: Layout = Layout::Account;

    fn title(&self) -> (&'static str, Value) {
        ("web-register-title", Value::Null)
    }

    fn samples() -> Vec<Self> {
        let plain = Self { login_href: "/login".into(), ..Self::default() };
        let form = FormState::default()
            .typed("name", "Maya Lind")
            .typed("email", "maya@example")
            .refused("email", "web-error-email", &Value::Null)
            .refused("password", "web-error-too-short", &json!({ "min": 10 }));
        vec![plain.clone(), Self { form, ..plain }]
    }
}

/// Something a client has planned.
#[derive(Clone, Debug, Serialize)]
pub struct Upcoming {
    /// What.
    pub title: String,
    /// Start, RFC 3339.
    pub starts_at: String,
    /// End, RFC 3339.
    pub ends_at: String,
    /// Where.
    pub place: Option<String>,
    /// Its page.
    pub href: String,
    /// What kind of thing, one word.
    pub kind: String,
    /// Icon name of the kind.
    pub icon: String,
}

/// `web/client_home`.
#[derive(Clone, Debug, Default, Serialize)]
pub struct ClientHome {
    /// The client's name.
    pub name: String,
    /// What comes next, soonest first.
    pub upcoming: Vec<Upcoming>,
    /// Cards of modules.
    pub cards: Vec<Block>,
    /// Where to book; none when nothing can be booked.
    pub book_href: Option<String>,
    /// Where to buy; none when nothing is for sale.
    pub buy_href: Option<String>,
}

impl View for ClientHome {
    const TEMPLATE: &'static str = "web/client_home";
    const LAYOUT: Layout = Layout::Client;

    fn title(&self) -> (&'static str, Value) {
        ("web-client-title", Value::Null)
    }

    fn samples() -> Vec<Self> {
        let at = |title: &str, day: &str, kind: &str, icon: &str, place: Option<&str>| Upcoming {
            title: title.into(),
            starts_at: format!("{day}T14:30:00Z"),
            ends_at: format!("{day}T15:30:00Z"),
            place: place.map(str::to_owned),
            href: "/northlight/booking/abc".into(),
            kind: kind.into(),
            icon: icon.into(),
        };
        let empty = Self { name: "Maya".into(), ..Self::default() };
        let full = Self {
            upcoming: vec![
                at(
                    "Coaching session with Ana Frost",
                    "2026-11-23",
                    "Appointment",
                    "calendar",
                    Some("Video call"),
                ),
                at("Check-in", "2026-12-02", "Appointment", "calendar", None),
            ],
            book_href: Some("/northlight/book".into()),
            buy_href: Some("/northlight/buy".into()),
            ..empty.clone()
        };
        vec![full, empty]
    }
}
