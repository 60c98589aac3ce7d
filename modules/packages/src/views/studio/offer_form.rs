use events::{Instant, Money};
use kernel::{CreditUse, FieldError, FormState, Layout, Text, View};
use serde::Serialize;
use serde_json::Value;

use super::super::{moment, money};
use crate::{model::FileInfo, service::Bought};

/// A choice in a form: its label is the key of a text, or what somebody of staff typed.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Opt {
    pub(crate) value: String,
    pub(crate) label: Value,
}

impl Opt {
    /// Named by a text of the catalogues.
    pub(crate) fn key(value: impl ToString, key: &str) -> Self {
        let label = serde_json::to_value(Text::key(key)).unwrap_or_default();
        Self { value: value.to_string(), label }
    }
    /// Named by people.
    pub(crate) fn said(value: impl ToString, label: impl Into<String>) -> Self {
        Self { value: value.to_string(), label: Value::String(label.into()) }
    }
    /// Codes, named by the texts that `label` makes of them.
    pub(crate) fn codes(label: fn(&str) -> String, codes: &[&str]) -> Vec<Self> {
        codes.iter().map(|code| Self::key(code, &label(&code.replace('_', "-")))).collect()
    }
}

/// Keys of the names of codes.
pub(crate) mod labels {
    pub(crate) fn every(code: &str) -> String {
        format!("packages-every-{code}")
    }
    pub(crate) fn part_every(code: &str) -> String {
        format!("packages-part-every-{code}")
    }
    pub(crate) fn may_cancel(code: &str) -> String {
        format!("packages-may-cancel-{code}")
    }
    pub(crate) fn tax_way(code: &str) -> String {
        format!("packages-tax-way-{code}")
    }
    pub(crate) fn weekday(code: &str) -> String {
        format!("packages-weekday-{code}")
    }
}

/// A product that a package may hold, in the form.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct ItemField {
    /// Name of the field: `item-prd_…`.
    pub(crate) name: String,
    /// What the product is called.
    pub(crate) label: String,
}

/// Something of another module that credits can pay for.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct UseField {
    /// Name of the field: `pays-apt_…`.
    pub(crate) field: String,
    pub(crate) name: String,
    pub(crate) ticked: bool,
}

impl UseField {
    pub(crate) fn of(one: &CreditUse, ticked: bool) -> Self {
        Self { field: format!("pays-{}", one.key), name: one.name.clone(), ticked }
    }
}

/// The fields of an offer that stands beside this one.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct BumpFields {
    /// Counts from 1, for people.
    pub(crate) number: usize,
    pub(crate) offer: String,
    pub(crate) pitch: String,
    pub(crate) price: String,
}

impl BumpFields {
    pub(crate) fn of(index: usize) -> Self {
        let offer = format!("bumps/{index}");
        Self { number: index + 1, pitch: format!("{offer}/pitch"), price: format!("{offer}/price"), offer }
    }
}

/// A file that is handed over.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct FileRow {
    pub(crate) id: String,
    pub(crate) name: String,
    /// In tenths of a megabyte, as text: `1.4`.
    pub(crate) megabytes: String,
    /// Opens it, below the tenant's base.
    pub(crate) path: String,
}

impl FileRow {
    pub(crate) fn of(file: &FileInfo) -> Self {
        let tenths = (i64::from(file.size) * 10).div_euclid(1024 * 1024).max(1);
        Self {
            id: file.id.to_string(),
            name: file.name.clone(),
            megabytes: format!("{}.{}", tenths / 10, tenths % 10),
            path: format!("/studio/offers/files/{}", file.id),
        }
    }
    pub(crate) fn bought(bought: &Bought) -> Self {
        Self { path: bought.path.clone(), ..Self::of(&bought.file) }
    }
    pub(in crate::views) fn sample() -> Self {
        let id = "fil_00000000000000000000000000000007".to_owned();
        let path = format!("/studio/offers/files/{id}");
        Self { id, name: "Workbook.pdf".into(), megabytes: "1.4".into(), path }
    }
}

/// What an offer cost since when.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct PriceRow {
    pub(crate) price: Money,
    pub(crate) since: Instant,
}

/// `/studio/offers/new/{kind}` and `/studio/offers/edit/{id}`.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct OfferFormPage {
    /// Where the form posts to, below the tenant's base.
    pub(crate) action: String,
    pub(crate) is_new: bool,
    /// Code of the kind, and the same as flags.
    pub(crate) kind: &'static str,
    pub(crate) package: bool,
    pub(crate) plan: bool,
    pub(crate) product: bool,
    pub(crate) currency: String,
    pub(crate) zone: String,
    pub(crate) statuses: Vec<Opt>,
    pub(crate) taxes: Vec<Opt>,
    pub(crate) tax_ways: Vec<Opt>,
    pub(crate) items: Vec<ItemField>,
    pub(crate) bumps: Vec<BumpFields>,
    pub(crate) bump_choices: Vec<Opt>,
    pub(crate) every: Vec<Opt>,
    pub(crate) part_every: Vec<Opt>,
    pub(crate) cancels: Vec<Opt>,
    pub(crate) uses: Vec<UseField>,
    pub(crate) appointment_types: Vec<Opt>,
    /// So many things that it gives are not known here.
    pub(crate) unknown: usize,
    pub(crate) files: Vec<FileRow>,
    /// Path of its picture.
    pub(crate) picture: Option<String>,
    /// What it shows.
    pub(crate) picture_alt: String,
    /// The newest first.
    pub(crate) prices: Vec<PriceRow>,
    pub(crate) archived: bool,
    /// Path of its public page, when it has one.
    pub(crate) public: Option<String>,
    pub(crate) form: FormState,
}

impl OfferFormPage {
    fn sample(kind: &'static str) -> Self {
        Self {
            action: format!("/studio/offers/new/{kind}"),
            is_new: true,
            kind,
            package: kind == "package",
            plan: kind == "plan",
            product: kind == "product",
            currency: "GBP".into(),
            zone: "Europe/London".into(),
            statuses: Opt::codes(super::status_label, &["active", "draft"]),
            taxes: vec![Opt::key("", "packages-tax-none")],
            tax_ways: Opt::codes(labels::tax_way, &["included", "added"]),
            items: vec![],
            bumps: (0..3).map(BumpFields::of).collect(),
            bump_choices: vec![Opt::key("", "packages-bump-none"), Opt::said("prd_7", "HR monitor")],
            every: Opt::codes(labels::every, &["week", "month", "year"]),
            part_every: Opt::codes(labels::part_every, &["week", "month"]),
            cancels: Opt::codes(labels::may_cancel, &["any_time", "after_term", "never"]),
            uses: vec![],
            appointment_types: vec![Opt::key("", "packages-appointment-none")],
            unknown: 0,
            files: vec![],
            picture: None,
            picture_alt: String::new(),
            prices: vec![],
            archived: false,
            public: None,
            form: FormState::default(),
        }
    }
}

impl View for OfferFormPage {
    const TEMPLATE: &'static str = "packages/studio_offer";
    const LAYOUT: Layout = Layout::Studio;
    fn title(&self) -> Text {
        Text::key(match (self.is_new, self.package, self.plan) {
            (true, true, _) => "packages-studio-new-package",
            (true, _, true) => "packages-studio-new-plan",
            (true, ..) => "packages-studio-new-product",
            (false, ..) => "packages-studio-edit-offer",
        })
    }
    fn samples() -> Vec<Self> {
        let item = ItemField {
            name: "item-prd_00000000000000000000000000000007".into(),
            label: "Ten classes".into(),
        };
        let wrong = FormState::default()
            .with("price", "-1")
            .wrong(&FieldError::new("price", "offer_price"))
            .wrong(&FieldError::new("bumps/1", "offer_unknown_bump"))
            .wrong(&FieldError::new("picture", "offer_picture_size"));
        let price = |amount| PriceRow { price: money(amount), since: moment() };
        let uses = |ticked| UseField { field: "pays-apt_7".into(), name: "Check-in".into(), ticked };
        let known = Self {
            is_new: false,
            public: Some("/buy/ten".into()),
            picture: Some(format!("/pictures/{}", "0".repeat(64))),
            files: vec![FileRow::sample()],
            prices: vec![price(9_500), price(9_000)],
            uses: vec![uses(true), uses(false)],
            unknown: 1,
            ..Self::sample("product")
        };
        vec![
            Self { form: wrong.clone(), ..known.clone() },
            Self { is_new: false, archived: true, ..Self::sample("package") },
            Self { items: vec![item], ..Self::sample("package") },
            Self { kind: "plan", plan: true, product: false, form: wrong, ..known },
            Self { uses: vec![uses(true)], ..Self::sample("plan") },
            Self::sample("package"),
            Self::sample("product"),
        ]
    }
}

/// `/studio/offers/settings`.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct PackageSettingsPage {
    pub(crate) days: Vec<Opt>,
    pub(crate) form: FormState,
}

impl View for PackageSettingsPage {
    const TEMPLATE: &'static str = "packages/studio_settings";
    const LAYOUT: Layout = Layout::Studio;
    fn title(&self) -> Text {
        Text::key("packages-settings-title")
    }
    fn samples() -> Vec<Self> {
        let days = Opt::codes(labels::weekday, &["1", "2", "3", "4", "5", "6", "7"]);
        let form = FormState::default().with("first_weekday", 1).with("return_days", "900");
        let wrong =
            form.clone().wrong(&FieldError::new("return_days", "out_of_range").arg("min", 0).arg("max", 365));
        vec![Self { days: days.clone(), form }, Self { days, form: wrong }]
    }
}

/// `/me/downloads`.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct MyDownloadsPage {
    pub(crate) files: Vec<FileRow>,
}

impl View for MyDownloadsPage {
    const TEMPLATE: &'static str = "packages/my_downloads";
    const LAYOUT: Layout = Layout::Client;
    fn title(&self) -> Text {
        Text::key("packages-my-downloads-title")
    }
    fn samples() -> Vec<Self> {
        vec![Self { files: vec![FileRow::sample()] }, Self { files: vec![] }]
    }
}
