use std::collections::BTreeMap;

use events::Instant;
use kernel::{Layout, Text, View};
use ledger::credits::{Lot, Movement, Why};
use serde::Serialize;

use super::moment;
use crate::service::{Account, Dates, early_end, week_of_source};

/// A lot of credits.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct LotView {
    pub(crate) name: String,
    pub(crate) credits: i32,
    pub(crate) expires_at: Option<Instant>,
    /// Names of what it pays for; empty: everything.
    pub(crate) pays_for: String,
}

impl LotView {
    pub(crate) fn of(lot: Lot) -> Self {
        Self::named(lot, &BTreeMap::new())
    }
    /// With what it pays for by its names.
    pub(crate) fn named(lot: Lot, names: &BTreeMap<String, String>) -> Self {
        let name = |key: &String| names.get(key).unwrap_or(key).clone();
        let pays_for = lot.pays_for.iter().map(name).collect::<Vec<_>>().join(", ");
        Self { name: lot.name, credits: lot.balance, expires_at: lot.expires_at, pays_for }
    }
}

/// What came from one lot.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct PartView {
    pub(crate) name: String,
    pub(crate) count: i64,
    pub(crate) expires_at: Option<Instant>,
    /// Why this one paid.
    pub(crate) why: Why,
}

/// A line of the history, in words.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct MovementView {
    pub(crate) at: Instant,
    /// Key of what happened.
    pub(crate) what: String,
    pub(crate) count: i64,
    /// Name of what the credits came from.
    pub(crate) name: String,
    pub(crate) reason: String,
    /// Noon of the first day of the week that a plan gave them for.
    pub(crate) week: Option<Instant>,
    /// The zone of that noon.
    pub(crate) zone: String,
    /// With its sign.
    pub(crate) amount: String,
    pub(crate) gain: bool,
    /// Who of the staff did it.
    pub(crate) actor: String,
    /// Which lots paid, and why those.
    pub(crate) parts: Vec<PartView>,
}

/// The key of what happened.
fn said(one: &Movement) -> &'static str {
    let origin = one.parts.first().map_or("", |part| part.origin.as_str());
    match (one.kind.as_str(), origin) {
        ("grant", "plan") => "packages-said-week",
        ("grant", "staff") => "packages-said-given",
        ("grant", "refund") => "packages-said-kept",
        ("grant", _) => "packages-said-bought",
        ("spend", _) => "packages-said-spent",
        ("refund", _) => "packages-said-returned",
        ("revoke", _) => "packages-said-revoked",
        ("take", _) => "packages-said-taken",
        _ => match early_end(&one.source) {
            Some("cap") => "packages-said-capped",
            Some(_) => "packages-said-ended",
            None => "packages-said-expired",
        },
    }
}

impl MovementView {
    pub(crate) fn of(one: Movement, dates: &Dates) -> Self {
        let what = said(&one);
        let first = one.parts.first();
        let week =
            first.filter(|_| what == "packages-said-week").and_then(|part| week_of_source(&part.source));
        let part = |part: &ledger::credits::Part| PartView {
            name: part.name.clone(),
            count: i64::from(part.credits.unsigned_abs()),
            expires_at: part.expires_at,
            why: part.why,
        };
        let told = matches!(one.kind.as_str(), "spend" | "take");
        Self {
            at: one.at,
            // A plan's credits whose week is not to be read are said as those of an order.
            what: if what == "packages-said-week" && week.is_none() { "packages-said-bought" } else { what }
                .into(),
            count: i64::try_from(one.amount.unsigned_abs()).unwrap_or(i64::MAX),
            name: first.map(|part| part.name.clone()).unwrap_or_default(),
            week: week.map(|week| dates.noon(week)),
            zone: dates.zone().to_owned(),
            reason: one.reason,
            amount: signed(one.amount),
            gain: one.amount > 0,
            actor: one.actor,
            parts: if told { one.parts.iter().map(part).collect() } else { Vec::new() },
        }
    }
    pub(in crate::views) fn samples() -> Vec<Self> {
        let kinds = [
            ("week", true),
            ("bought", true),
            ("given", true),
            ("kept", true),
            ("spent", false),
            ("returned", true),
            ("expired", false),
            ("capped", false),
            ("ended", false),
            ("revoked", false),
            ("taken", false),
        ];
        let part = |why| PartView {
            name: "Ten classes".into(),
            count: 1,
            expires_at: Some(moment()).filter(|_| why == Why::ExpiresFirst),
            why,
        };
        let one = |(kind, gain): (&str, bool)| Self {
            at: moment(),
            what: format!("packages-said-{kind}"),
            count: 1,
            name: "Ten classes".into(),
            reason: "Yoga".into(),
            week: (kind == "week").then(moment),
            zone: "Europe/London".into(),
            amount: signed(if gain { 5 } else { -1 }),
            gain,
            actor: if kind == "taken" { "Anna".into() } else { String::new() },
            parts: if kind == "spent" {
                vec![part(Why::MadeFor), part(Why::ExpiresFirst), part(Why::Oldest)]
            } else {
                Vec::new()
            },
        };
        kinds.map(one).into()
    }
}

/// With a sign that is one.
pub(crate) fn signed(amount: i64) -> String {
    let sign = if amount > 0 { "+" } else { "−" };
    format!("{sign}{}", amount.unsigned_abs())
}

/// `/me/credits`.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct MyCreditsPage {
    pub(crate) credits: i64,
    pub(crate) expiring: i64,
    pub(crate) next_expiry: Option<Instant>,
    pub(crate) lots: Vec<LotView>,
    pub(crate) history: Vec<MovementView>,
    pub(crate) next: Option<String>,
    /// Names of staff are theirs.
    pub(crate) staff: bool,
}

impl MyCreditsPage {
    pub(crate) fn of(account: Account, dates: &Dates) -> Self {
        let names = account.names;
        Self {
            credits: account.balance.credits,
            expiring: account.balance.expiring,
            next_expiry: account.balance.next_expiry,
            lots: account.lots.into_iter().map(|lot| LotView::named(lot, &names)).collect(),
            history: account.history.into_iter().map(|one| MovementView::of(one, dates)).collect(),
            next: account.next,
            staff: false,
        }
    }
}

pub(in crate::views) fn sample_lots() -> Vec<LotView> {
    let lot = |expires_at, pays_for: &str| LotView {
        name: "Ten classes".into(),
        credits: 9,
        expires_at,
        pays_for: pays_for.into(),
    };
    vec![lot(Some(moment()), "Yoga, Check-in"), lot(None, "")]
}

impl View for MyCreditsPage {
    const TEMPLATE: &'static str = "packages/my_credits";
    const LAYOUT: Layout = Layout::Client;
    fn title(&self) -> Text {
        Text::key("packages-my-credits-title")
    }
    fn samples() -> Vec<Self> {
        let empty = Self::of(Account::default(), &Dates::new("UTC"));
        let full = Self {
            credits: 19,
            expiring: 9,
            next_expiry: Some(moment()),
            lots: sample_lots(),
            history: MovementView::samples(),
            next: Some("c".into()),
            staff: false,
        };
        vec![full, empty]
    }
}

#[cfg(test)]
mod tests {
    use ledger::credits::Part;

    use super::*;

    fn movement(kind: &str, source: &str, origin: &str, lot_source: &str) -> Movement {
        let part = Part {
            lot: "lot_00000000000000000000000000000007".parse().unwrap(),
            source: lot_source.into(),
            origin: origin.into(),
            name: "Committed".into(),
            credits: -2,
            expires_at: None,
            why: Why::Oldest,
        };
        Movement {
            id: uuid::Uuid::from_u128(7),
            at: moment(),
            kind: kind.into(),
            source: source.into(),
            reason: "Yoga".into(),
            actor: String::new(),
            amount: -2,
            parts: vec![part],
        }
    }

    #[test]
    fn each_movement_is_said_in_its_words() {
        let dates = Dates::new("Pacific/Auckland");
        let week = "plan-week/sub_00000000000000000000000000000007/2026-11-16";
        let view = |kind: &str, source: &str, origin: &str| {
            MovementView::of(movement(kind, source, origin, week), &dates)
        };
        let given = view("grant", "grant/x", "plan");
        assert_eq!(given.what, "packages-said-week");
        assert_eq!(given.week.unwrap().to_string(), "2026-11-15T23:00:00Z", "noon there");
        assert_eq!((given.count, given.parts.len()), (2, 0));
        let spent = view("spend", "spend/x", "order");
        assert_eq!(
            (spent.what.as_str(), spent.amount.as_str(), spent.parts.len()),
            ("packages-said-spent", "−2", 1)
        );
        assert_eq!(spent.parts[0].why, Why::Oldest);
        let stream = "expire/plan/sub_00000000000000000000000000000007";
        assert_eq!(view("expire", &format!("{stream}/cap/1"), "plan").what, "packages-said-capped");
        assert_eq!(view("expire", &format!("{stream}/ended/1"), "plan").what, "packages-said-ended");
        assert_eq!(view("expire", "expire/lot_1/1", "plan").what, "packages-said-expired");
        let odd = MovementView::of(movement("grant", "grant/x", "plan", "odd"), &dates);
        assert_eq!((odd.what.as_str(), odd.week), ("packages-said-bought", None));
    }
}
