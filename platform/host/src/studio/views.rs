//! Views of the host's own pages, with samples.

use events::Instant;
use kernel::{FormState, Layout, Text, View};
use serde::Serialize;
use serde_json::json;
use web::views::Block;

/// A line of the list of clients.
#[derive(Clone, Debug, Serialize)]
pub struct ClientRow {
    /// Their page.
    pub href: String,
    /// Their name.
    pub name: String,
    /// Their e-mail.
    pub email: String,
    /// Their tags.
    pub tags: Vec<String>,
    /// When they came.
    pub since: Instant,
}

/// `server/clients`.
#[derive(Clone, Debug, Serialize)]
pub struct Clients {
    /// What was searched for.
    pub q: String,
    /// A page of them.
    pub clients: Vec<ClientRow>,
    /// The next page.
    pub next_href: Option<String>,
}

fn sample_instant() -> Instant {
    Instant::new(jiff::Timestamp::constant(1_795_000_000, 0))
}

impl View for Clients {
    const TEMPLATE: &'static str = "server/clients";
    const LAYOUT: Layout = Layout::Studio;
    fn title(&self) -> Text {
        Text::key("server-clients-title")
    }
    fn samples() -> Vec<Self> {
        let row = |name: &str, tags: &[&str]| ClientRow {
            href: "/northlight/studio/clients/cli_1".into(),
            name: name.into(),
            email: "sam@example.com".into(),
            tags: tags.iter().map(|tag| (*tag).to_owned()).collect(),
            since: sample_instant(),
        };
        let empty = Self { q: String::new(), clients: vec![], next_href: None };
        vec![
            Self {
                q: "sam".into(),
                clients: vec![row("Sam Reed", &["booked", "vip"]), row("Ida <b>Holm</b>", &[])],
                next_href: Some("?cursor=x".into()),
            },
            Self { q: "nobody".into(), ..empty.clone() },
            empty,
        ]
    }
}

/// A note about a client.
#[derive(Clone, Debug, Serialize)]
pub struct NoteRow {
    /// Who wrote it.
    pub author: String,
    /// What.
    pub body: String,
    /// When.
    pub at: Instant,
}

/// `server/client`.
#[derive(Clone, Debug, Serialize)]
pub struct ClientDetail {
    /// Their name.
    pub name: String,
    /// Their e-mail.
    pub email: String,
    /// Their phone, or empty.
    pub phone: String,
    /// Their tags.
    pub tags: Vec<String>,
    /// When they came.
    pub since: Instant,
    /// Notes, newest first.
    pub notes: Vec<NoteRow>,
    /// Cards of the active modules.
    pub cards: Vec<Block>,
    /// Where the note form posts to.
    pub action: String,
    /// The list.
    pub back_href: String,
    /// Whether the viewer may write notes.
    pub may_write: bool,
    /// The note form.
    pub form: FormState,
}

impl View for ClientDetail {
    const TEMPLATE: &'static str = "server/client";
    const LAYOUT: Layout = Layout::Studio;
    fn title(&self) -> Text {
        Text::key("server-client-title").arg("name", &self.name)
    }
    fn samples() -> Vec<Self> {
        let bare = Self {
            name: "Sam Reed".into(),
            email: "sam@example.com".into(),
            phone: String::new(),
            tags: vec![],
            since: sample_instant(),
            notes: vec![],
            cards: vec![],
            action: "/northlight/studio/clients/cli_1".into(),
            back_href: "/northlight/studio/clients".into(),
            may_write: false,
            form: FormState::default(),
        };
        let note =
            NoteRow { author: "Welcome note".into(), body: "First booking.".into(), at: sample_instant() };
        let refused = FormState::default().wrong(&kernel::FieldError::new("body", "required"));
        vec![
            Self {
                phone: "+44 20 7946 0000".into(),
                tags: vec!["booked".into()],
                notes: vec![note],
                cards: vec![Block::new(
                    "web/block/about",
                    json!({ "title": "A card", "text": "Of a module." }),
                )],
                may_write: true,
                form: refused,
                ..bare.clone()
            },
            bare,
        ]
    }
}

/// A parameter of an operation.
#[derive(Clone, Debug, Serialize)]
pub struct ApiParameter {
    /// Its name.
    pub name: String,
    /// `path`, `query` or `header`.
    pub place: String,
    /// Whether it must be given.
    pub required: bool,
    /// Its schema as JSON.
    pub schema: String,
    /// What it is.
    pub description: String,
}

/// An operation of the API.
#[derive(Clone, Debug, Serialize)]
pub struct ApiOperation {
    /// Anchor.
    pub id: String,
    /// `GET`, `POST`, …
    pub method: String,
    /// Its path.
    pub path: String,
    /// One line.
    pub summary: String,
    /// More of it.
    pub description: String,
    /// Parameters.
    pub parameters: Vec<ApiParameter>,
    /// The body's schema as JSON, if it takes one.
    pub body: Option<String>,
    /// The answer's schema as JSON, if it gives one.
    pub answer: Option<String>,
}

/// Operations under one tag.
#[derive(Clone, Debug, Serialize)]
pub struct ApiGroup {
    /// Anchor.
    pub id: String,
    /// The tag.
    pub name: String,
    /// Its operations.
    pub operations: Vec<ApiOperation>,
}

/// `server/api_docs`: the OpenAPI document for reading.
#[derive(Clone, Debug, Serialize)]
pub struct ApiDocs {
    /// Where the document lies.
    pub document_href: String,
    /// The tenant it is of; none: every operation there is.
    pub tenant: Option<String>,
    /// The operations.
    pub groups: Vec<ApiGroup>,
}

impl View for ApiDocs {
    const TEMPLATE: &'static str = "server/api_docs";
    const LAYOUT: Layout = Layout::Public;
    fn title(&self) -> Text {
        Text::key("server-docs-title")
    }
    fn samples() -> Vec<Self> {
        let parameter = ApiParameter {
            name: "limit".into(),
            place: "query".into(),
            required: false,
            schema: "{\"type\": \"integer\"}".into(),
            description: "Rows at most.".into(),
        };
        let operation = ApiOperation {
            id: "get-bookings".into(),
            method: "GET".into(),
            path: "/api/v1/{slug}/bookings".into(),
            summary: "List bookings".into(),
            description: String::new(),
            parameters: vec![parameter],
            body: Some("{}".into()),
            answer: Some("{}".into()),
        };
        let group = ApiGroup { id: "bookings".into(), name: "Bookings".into(), operations: vec![operation] };
        let full = Self { document_href: "/api/openapi.json".into(), tenant: None, groups: vec![group] };
        vec![full.clone(), Self { tenant: Some("northlight".into()), groups: vec![], ..full }]
    }
}
