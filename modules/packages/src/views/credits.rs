use events::Instant;
use kernel::{FormState, Layout, Text, View};
use serde::Serialize;

use super::{
    LotView,
    me::{MovementView, sample_lots},
    moment,
};
use crate::service::{Account, Dates, Holder};

/// A client in the list of credits.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct HolderRow {
    pub(crate) path: String,
    pub(crate) name: String,
    pub(crate) email: String,
    pub(crate) credits: i64,
    pub(crate) expiring: i64,
    pub(crate) next_expiry: Option<Instant>,
}

impl HolderRow {
    pub(crate) fn of(holder: Holder) -> Self {
        Self {
            path: format!("/studio/credits/{}", holder.client.id),
            name: holder.client.name,
            email: holder.client.email,
            credits: holder.balance.credits,
            expiring: holder.balance.expiring,
            next_expiry: holder.balance.next_expiry,
        }
    }
}

/// `/studio/credits`: clients with what they hold.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct StudioCreditsPage {
    pub(crate) holders: Vec<HolderRow>,
    pub(crate) search: String,
    pub(crate) next: Option<String>,
}

impl View for StudioCreditsPage {
    const TEMPLATE: &'static str = "packages/studio_credits";
    const LAYOUT: Layout = Layout::Studio;
    fn title(&self) -> Text {
        Text::key("packages-studio-credits-title")
    }
    fn samples() -> Vec<Self> {
        let row = |credits, next_expiry| HolderRow {
            path: "/studio/credits/cli_7".into(),
            name: "Sam Reed".into(),
            email: "sam@example.com".into(),
            credits,
            expiring: 2,
            next_expiry,
        };
        let full = Self {
            holders: vec![row(7, Some(moment())), row(0, None)],
            search: "Sam".into(),
            next: Some("c".into()),
        };
        let nobody = Self { holders: vec![], search: String::new(), next: None };
        vec![full, nobody.clone(), Self { search: "x".into(), ..nobody }]
    }
}

/// `/studio/credits/{client}`: what one client holds, and all that happened to it.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct ClientCreditsPage {
    pub(crate) path: String,
    pub(crate) client_path: String,
    pub(crate) name: String,
    pub(crate) email: String,
    pub(crate) credits: i64,
    pub(crate) expiring: i64,
    pub(crate) next_expiry: Option<Instant>,
    pub(crate) lots: Vec<LotView>,
    pub(crate) history: Vec<MovementView>,
    pub(crate) next: Option<String>,
    /// Whether who reads it may give and take.
    pub(crate) may_write: bool,
    /// Names of staff are shown.
    pub(crate) staff: bool,
}

impl ClientCreditsPage {
    pub(crate) fn of(
        client: people::clients::Client,
        account: Account,
        dates: &Dates,
        may_write: bool,
    ) -> Self {
        let names = account.names;
        Self {
            path: format!("/studio/credits/{}", client.id),
            client_path: format!("/studio/clients/{}", client.id),
            name: client.name,
            email: client.email,
            credits: account.balance.credits,
            expiring: account.balance.expiring,
            next_expiry: account.balance.next_expiry,
            lots: account.lots.into_iter().map(|lot| LotView::named(lot, &names)).collect(),
            history: account.history.into_iter().map(|one| MovementView::of(one, dates)).collect(),
            next: account.next,
            may_write,
            staff: true,
        }
    }
}

impl View for ClientCreditsPage {
    const TEMPLATE: &'static str = "packages/studio_credits_client";
    const LAYOUT: Layout = Layout::Studio;
    fn title(&self) -> Text {
        Text::key("packages-studio-credits-of").arg("name", &self.name)
    }
    fn samples() -> Vec<Self> {
        let full = Self {
            path: "/studio/credits/cli_7".into(),
            client_path: "/studio/clients/cli_7".into(),
            name: "Sam Reed".into(),
            email: "sam@example.com".into(),
            credits: 18,
            expiring: 9,
            next_expiry: Some(moment()),
            lots: sample_lots(),
            history: MovementView::samples(),
            next: Some("c".into()),
            may_write: true,
            staff: true,
        };
        let bare = Self {
            credits: 0,
            next_expiry: None,
            lots: vec![],
            history: vec![],
            next: None,
            may_write: false,
            ..full.clone()
        };
        vec![full, bare]
    }
}

/// `/studio/credits/{client}/give` and `/take`.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct MoveCreditsPage {
    pub(crate) path: String,
    pub(crate) name: String,
    /// What the client has now.
    pub(crate) credits: i64,
    /// Whether they are taken.
    pub(crate) takes: bool,
    pub(crate) form: FormState,
}

impl View for MoveCreditsPage {
    const TEMPLATE: &'static str = "packages/studio_credits_move";
    const LAYOUT: Layout = Layout::Studio;
    fn title(&self) -> Text {
        let key = if self.takes { "packages-studio-take-from" } else { "packages-studio-give-to" };
        Text::key(key).arg("name", &self.name)
    }
    fn samples() -> Vec<Self> {
        let give = Self {
            path: "/studio/credits/cli_7".into(),
            name: "Sam Reed".into(),
            credits: 4,
            takes: false,
            form: FormState::default().with("key", "k"),
        };
        vec![give.clone(), Self { takes: true, ..give }]
    }
}
