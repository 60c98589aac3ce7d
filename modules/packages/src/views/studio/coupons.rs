use events::{Instant, Money};
use kernel::{FieldError, FormState, Layout, Text, View};
use serde::Serialize;

use super::Choice;
use crate::{
    model::{CouponDuration, CouponRow, CouponState},
    views::{moment, money, percent_text},
};

fn state_label(code: &str) -> String {
    format!("packages-coupon-state-{code}")
}
fn duration_label(code: &str) -> String {
    format!("packages-coupon-duration-{code}")
}

/// A coupon in the studio's list.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct CouponItem {
    pub(crate) id: String,
    pub(crate) code: String,
    /// Empty: as the code.
    pub(crate) name: String,
    /// As people write it; `None`: it takes an amount off.
    pub(crate) percent: Option<String>,
    pub(crate) amount: Option<Money>,
    pub(crate) state: &'static str,
    pub(crate) state_label: String,
    pub(crate) taken: i32,
    pub(crate) most: Option<i32>,
    pub(crate) until: Option<Instant>,
}

impl CouponItem {
    pub(crate) fn of(row: &CouponRow, now: Instant) -> Self {
        let state = row.state(now);
        Self {
            id: row.id.to_string(),
            code: row.code.clone(),
            name: if row.name == row.code { String::new() } else { row.name.clone() },
            percent: row.bp.map(percent_text),
            amount: row.amount.zip(row.currency).map(|(amount, currency)| Money::new(amount, currency)),
            state: state.code(),
            state_label: state_label(state.code()).replace('_', "-"),
            taken: row.taken,
            most: row.max_uses,
            until: row.valid_until,
        }
    }
}

/// `/studio/coupons`.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct CouponsPage {
    pub(crate) coupons: Vec<CouponItem>,
    pub(crate) next: Option<String>,
    pub(crate) search: String,
    pub(crate) states: Vec<Choice>,
    pub(crate) filtered: bool,
}

impl CouponsPage {
    pub(crate) fn states(chosen: &str) -> Vec<Choice> {
        let codes: Vec<&str> = CouponState::ALL.iter().map(|state| state.code()).collect();
        Choice::codes(state_label, &codes, chosen)
    }
}

impl View for CouponsPage {
    const TEMPLATE: &'static str = "packages/studio_coupons";
    const LAYOUT: Layout = Layout::Studio;
    fn title(&self) -> Text {
        Text::key("packages-coupons-title")
    }
    fn samples() -> Vec<Self> {
        let item = |state: CouponState| CouponItem {
            id: "cpn_00000000000000000000000000000007".into(),
            code: "SPRING".into(),
            name: "Spring".into(),
            percent: Some("12.5".into()),
            amount: None,
            state: state.code(),
            state_label: state_label(state.code()).replace('_', "-"),
            taken: 2,
            most: Some(10),
            until: Some(moment()),
        };
        let mut coupons: Vec<_> = CouponState::ALL.iter().map(|state| item(*state)).collect();
        coupons.push(CouponItem {
            name: String::new(),
            percent: None,
            amount: Some(money(500)),
            most: None,
            until: None,
            ..item(CouponState::Active)
        });
        let full = Self {
            coupons,
            next: Some("c".into()),
            search: "spr".into(),
            states: Self::states("active"),
            filtered: true,
        };
        let none = Self { coupons: vec![], next: None, search: String::new(), ..full.clone() };
        vec![full, Self { filtered: false, ..none.clone() }, none]
    }
}

/// An offer that a coupon may be for, in the form.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct OfferTick {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) ticked: bool,
}

/// `/studio/coupons/new` and `/studio/coupons/edit/{id}`.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct CouponFormPage {
    /// Where the form posts to, below the tenant's base.
    pub(crate) action: String,
    pub(crate) is_new: bool,
    /// The code of one that is changed.
    pub(crate) code: String,
    pub(crate) id: String,
    pub(crate) archived: bool,
    pub(crate) taken: i32,
    pub(crate) currency: String,
    pub(crate) zone: String,
    pub(crate) durations: Vec<Choice>,
    pub(crate) offers: Vec<OfferTick>,
    pub(crate) form: FormState,
}

impl CouponFormPage {
    pub(crate) fn durations(chosen: &str) -> Vec<Choice> {
        let codes: Vec<&str> = CouponDuration::ALL.iter().map(|one| one.code()).collect();
        Choice::codes(duration_label, &codes, chosen).split_off(1)
    }
}

impl View for CouponFormPage {
    const TEMPLATE: &'static str = "packages/studio_coupon";
    const LAYOUT: Layout = Layout::Studio;
    fn title(&self) -> Text {
        Text::key(if self.is_new { "packages-coupons-new" } else { "packages-coupons-edit" })
    }
    fn samples() -> Vec<Self> {
        let new = Self {
            action: "/studio/coupons/new".into(),
            is_new: true,
            code: String::new(),
            id: String::new(),
            archived: false,
            taken: 0,
            currency: "GBP".into(),
            zone: "Europe/London".into(),
            durations: Self::durations("once"),
            offers: vec![],
            form: FormState::default(),
        };
        let tick = |ticked| OfferTick {
            id: "prd_00000000000000000000000000000007".into(),
            name: "Ten classes".into(),
            ticked,
        };
        let wrong =
            FormState::default().with("percent", "0").wrong(&FieldError::new("percent", "coupon_percent"));
        let edit = Self {
            is_new: false,
            code: "SPRING".into(),
            id: "cpn_00000000000000000000000000000007".into(),
            taken: 3,
            offers: vec![tick(true), tick(false)],
            form: wrong,
            ..new.clone()
        };
        vec![new, Self { archived: true, taken: 0, ..edit.clone() }, edit]
    }
}
