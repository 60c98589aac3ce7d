//! Pages that anyone may see: error pages, the start page, a business's public page, the style page.

use serde::Serialize;
use serde_json::{Value, json};

use super::{Block, FormState, Money, Tile, View};
use crate::{Layout, icons};

/// `web/error`: any refusal, in the tenant's brand where there is one.
#[derive(Clone, Debug, Serialize)]
pub struct ErrorPage {
    /// HTTP status.
    pub status: u16,
    icon: &'static str,
    title_key: String,
    text_key: String,
    /// A text of its own, in the viewer's language; else the status has one.
    pub detail: Option<String>,
    /// Seconds to wait (429, 503).
    pub retry_after: Option<u32>,
    /// Offers to sign in (403 of a visitor).
    pub sign_in: bool,
}

impl ErrorPage {
    /// The page for a status; one without texts of its own gets those of 500 (5xx) or 422 (4xx).
    #[must_use]
    pub fn new(status: u16) -> Self {
        let told = match status {
            403 | 404 | 409 | 410 | 422 | 429 | 500 | 503 => status,
            401 => 403,
            405 | 406 => 404,
            400..=499 => 422,
            502 | 504 => 503,
            _ => 500,
        };
        let icon = match told {
            403 => "lock",
            404 => "search",
            410 | 429 | 503 => "clock",
            _ => "alert",
        };
        Self {
            status,
            icon,
            title_key: format!("web-error-{told}-heading"),
            text_key: format!("web-error-{told}-text"),
            detail: None,
            retry_after: None,
            sign_in: false,
        }
    }
}

impl View for ErrorPage {
    const TEMPLATE: &'static str = "web/error";
    const LAYOUT: Layout = Layout::Public;

    fn title(&self) -> (&'static str, Value) {
        // A word: arguments of titles are texts, and a text never equals a number in Fluent.
        ("web-error-title", json!({ "status": format!("s{}", self.status) }))
    }

    fn samples() -> Vec<Self> {
        let mut all: Vec<Self> =
            [404, 403, 409, 410, 422, 429, 500, 503, 418].into_iter().map(Self::new).collect();
        all.push(Self { retry_after: Some(30), ..Self::new(429) });
        all.push(Self {
            sign_in: true,
            detail: Some("Only staff may open the studio.".into()),
            ..Self::new(403)
        });
        all
    }
}

/// `web/suspended`: what visitors see of a suspended business.
#[derive(Clone, Debug, Serialize)]
pub struct Suspended {
    /// The business's name.
    pub name: String,
}

impl View for Suspended {
    const TEMPLATE: &'static str = "web/suspended";
    const LAYOUT: Layout = Layout::Bare;

    fn title(&self) -> (&'static str, Value) {
        ("web-suspended-title", json!({ "name": self.name }))
    }

    fn samples() -> Vec<Self> {
        vec![Self { name: "Northlight Coaching".into() }]
    }
}

/// A business on the start page.
#[derive(Clone, Debug, Serialize)]
pub struct DemoTenant {
    /// `/{slug}`.
    pub href: String,
    /// Its name.
    pub name: String,
    /// Its tagline.
    pub tagline: String,
    /// Its logo.
    pub logo_url: Option<String>,
    /// What it offers, one word each.
    pub offers: Vec<String>,
}

/// A demo account; development only.
#[derive(Clone, Debug, Serialize)]
pub struct DemoLogin {
    /// Role and business.
    pub who: String,
    /// Address.
    pub email: String,
    /// Password.
    pub password: String,
    /// Where it leads.
    pub href: String,
    /// What is there, as link text.
    pub area: String,
}

/// A link with a word of explanation.
#[derive(Clone, Debug, Serialize)]
pub struct HomeLink {
    /// Target.
    pub href: String,
    /// Link text.
    pub label: String,
    /// Explanation.
    pub text: String,
    /// Icon name.
    pub icon: String,
}

/// `web/home`: the installation's own start page.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Home {
    /// Businesses to look at.
    pub demos: Vec<DemoTenant>,
    /// Demo accounts; empty outside of development.
    pub logins: Vec<DemoLogin>,
    /// API documentation, outbox, and the like.
    pub links: Vec<HomeLink>,
}

impl View for Home {
    const TEMPLATE: &'static str = "web/home";
    const LAYOUT: Layout = Layout::Public;

    fn title(&self) -> (&'static str, Value) {
        ("web-home-title", Value::Null)
    }

    fn samples() -> Vec<Self> {
        let demo = |slug: &str, name: &str, tagline: &str, offers: &[&str]| DemoTenant {
            href: format!("/{slug}"),
            name: name.into(),
            tagline: tagline.into(),
            logo_url: None,
            offers: offers.iter().map(|o| (*o).to_owned()).collect(),
        };
        vec![
            Self {
                demos: vec![
                    demo(
                        "northlight",
                        "Northlight Coaching",
                        "Leadership coaching for new managers",
                        &["1:1"],
                    ),
                    demo("tide-studio", "Tide Studio", "Strength and mobility in small groups", &["Classes"]),
                    demo("plain-words", "Plain Words", "Writing courses for busy people", &["Courses"]),
                ],
                logins: vec![DemoLogin {
                    who: "Owner, Northlight Coaching".into(),
                    email: "ana@northlight.example".into(),
                    password: "demo-password".into(),
                    href: "/northlight/studio".into(),
                    area: "Studio".into(),
                }],
                links: vec![HomeLink {
                    href: "/dev/outbox".into(),
                    label: "Outbox".into(),
                    text: "Mails written so far".into(),
                    icon: "mail".into(),
                }],
            },
            Self::default(),
        ]
    }
}

/// Book or Buy: where the shortest way leads.
#[derive(Clone, Debug, Serialize)]
pub struct Call {
    /// Target, with the tenant's prefix.
    pub href: String,
}

/// `web/public`: a business's public page.
#[derive(Clone, Debug, Serialize)]
pub struct PublicPage {
    /// The business's name.
    pub name: String,
    /// One line under it.
    pub tagline: Option<String>,
    /// Cover picture; without one the brand's colours make it.
    pub cover_url: Option<String>,
    /// Portrait or logo.
    pub avatar_url: Option<String>,
    /// Shown when something can be booked.
    pub book: Option<Call>,
    /// Shown when something is for sale.
    pub buy: Option<Call>,
    /// The blocks, in order: `web/block/about {title, text}`, `web/block/faq {title, items: [{question, answer}]}`,
    /// `web/block/links {title, links: [{href, label}]}`, `web/block/testimonials {title, items: [{quote, name,
    /// detail}]}`, and those of modules. A title may be null.
    pub blocks: Vec<Block>,
    /// schema.org data.
    pub json_ld: Option<Value>,
}

impl View for PublicPage {
    const TEMPLATE: &'static str = "web/public";
    const LAYOUT: Layout = Layout::Public;

    fn title(&self) -> (&'static str, Value) {
        ("web-public-title", json!({ "name": self.name }))
    }

    fn samples() -> Vec<Self> {
        let empty = Self {
            name: "Northlight Coaching".into(),
            tagline: None,
            cover_url: None,
            avatar_url: None,
            book: None,
            buy: None,
            blocks: Vec::new(),
            json_ld: None,
        };
        let full = Self {
            tagline: Some("Leadership coaching for people who were promoted last month".into()),
            book: Some(Call { href: "/northlight/book".into() }),
            buy: Some(Call { href: "/northlight/buy".into() }),
            blocks: sample_blocks(),
            json_ld: Some(json!({ "@type": "LocalBusiness", "name": "</script><b>Northlight" })),
            ..empty.clone()
        };
        vec![full, empty]
    }
}

fn sample_blocks() -> Vec<Block> {
    let about = "I have led teams for **fifteen years** and coached new managers for eight.\n\nWe work on what is in \
                 front of you this week:\n\n- the conversation you keep putting off\n- handing over work and keeping \
                 it handed over\n- a calendar that has room to think";
    let quote =
        |quote: &str, name: &str, detail: &str| json!({ "quote": quote, "name": name, "detail": detail });
    vec![
        Block::new("web/block/about", json!({ "title": null, "text": about })),
        Block::new(
            "web/block/testimonials",
            json!({ "title": null, "items": [
                quote("Three sessions, and I stopped doing my old job on top of the new one.", "Priya Nair", "Head of Support"),
                quote("Calm, direct, practical. My team noticed before I did.", "Tom Becker", "Engineering manager"),
                quote("I came with one question and left with a plan.", "Lucía Ortega", "Founder"),
            ]}),
        ),
        Block::new(
            "web/block/faq",
            json!({ "title": null, "items": [
                { "question": "Where do we meet?", "answer": "On a video call, or at the office in Leeds." },
                { "question": "Can I move an appointment?", "answer": "Yes, up to **24 hours** before it starts." },
            ]}),
        ),
        Block::new(
            "web/block/links",
            json!({ "title": null, "links": [{ "href": "https://example.com/newsletter", "label": "Newsletter" }] }),
        ),
    ]
}

/// `web/style`: every component in the colours of a business.
#[derive(Clone, Debug, Serialize)]
pub struct Style {
    form: FormState,
    icons: Vec<&'static str>,
    swatches: Value,
    messages: Value,
    tiles: Vec<Tile>,
    booking: Value,
    offers: Value,
    choices: Value,
}

impl Default for Style {
    fn default() -> Self {
        let form = FormState::default()
            .typed("email", "maya@example")
            .typed("name", "Maya Lind")
            .typed("on", "on")
            .typed("choice", "online")
            .refused("email", "web-error-email", &Value::Null);
        let message = |kind: &str, text: &str| json!({ "kind": kind, "text": text });
        let offer = |name: &str, amount: i64, best: bool, lines: [&str; 2]| json!({ "name": name, "price": Money::new(amount, "GBP"), "best": best, "lines": lines });
        Self {
            form,
            icons: icons::names().collect(),
            swatches: json!(["brand", "soft", "text", "accent"]),
            messages: json!([
                message("ok", "Booking confirmed. A mail is on its way."),
                message("warn", "This offer ends tomorrow."),
                message("bad", "The card was declined."),
                message("info", "Your calendar was updated."),
            ]),
            tiles: Tile::examples(),
            booking: sample_booking(),
            offers: json!([
                offer("Single session", 9_000, false, ["One session of 60 minutes", "Notes afterwards"]),
                offer("First 90 days", 48_000, true, ["Six sessions", "Messages in between"]),
                offer("Team day", 145_000, false, ["A day with your team", "A plan to keep"]),
            ]),
            choices: json!([
                { "value": "online", "label": "Video call", "hint": "The link comes by mail" },
                { "value": "office", "label": "Office in Leeds" },
            ]),
        }
    }
}

fn sample_booking() -> Value {
    let cell = |day: u8| {
        let open = day >= 3 && (day % 7 != 5) && (day % 7 != 6);
        json!({
            "day": day, "label": format!("{day} November 2026"), "today": day == 3, "current": day == 23,
            "href": open.then_some("#s-booker"),
        })
    };
    // November 2026 starts on a Sunday.
    let mut cells = vec![Value::Null; 6];
    cells.extend((1..=30).map(cell));
    cells.resize(42, Value::Null);
    let weeks: Vec<Vec<Value>> = cells.chunks(7).map(<[Value]>::to_vec).collect();
    let slot =
        |time: &str| json!({ "starts_at": format!("2026-11-23T{time}:00Z"), "current": time == "14:30" });
    json!({
        "title": "Coaching session", "coach": "Ana Frost", "minutes": 60, "place": "Video call",
        "price": Money::new(9_000, "GBP"), "day": "2026-11-23T09:00:00Z",
        "slots": (["09:00", "10:00", "11:15", "14:30", "15:30"].map(slot)),
        "month": {
            "label": "November 2026", "prev_href": null, "prev_label": "October 2026", "next_href": "#s-booker",
            "next_label": "December 2026", "weekdays": ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"], "weeks": weeks,
        },
    })
}

impl View for Style {
    const TEMPLATE: &'static str = "web/style";
    const LAYOUT: Layout = Layout::Public;

    fn title(&self) -> (&'static str, Value) {
        ("web-style-title", Value::Null)
    }

    fn samples() -> Vec<Self> {
        vec![Self::default()]
    }
}
