use billing::{DiscountKind, NewLine};
use events::{Instant, Money};
use serde::Serialize;

use super::percent_text;
use crate::{
    model::Pay,
    service::{PlanQuote, Priced, Wanted},
};

/// So many of an offer can be chosen.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Quantity {
    pub(crate) value: i32,
    pub(crate) chosen: bool,
}

/// An offer beside the one that is bought.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct BumpView {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) pitch: String,
    pub(crate) price: Money,
    /// What it costs by itself, when that is more.
    pub(crate) instead_of: Option<Money>,
    pub(crate) ticked: bool,
}

/// A choice of how much is paid at once.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct PayView {
    /// `full`, `deposit` or `parts`.
    pub(crate) code: &'static str,
    pub(crate) first: bool,
    pub(crate) chosen: bool,
    /// Of a deposit: how much; of parts: the first.
    pub(crate) now: Money,
    /// How many parts.
    pub(crate) count: usize,
}

/// A line of the summary.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct SumLine {
    pub(crate) name: String,
    pub(crate) quantity: i32,
    pub(crate) amount: Money,
}

/// What a code takes off.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct CodeLine {
    pub(crate) code: String,
    pub(crate) name: String,
    pub(crate) voucher: bool,
    /// Below zero; `None`: it helps later payments only.
    pub(crate) amount: Option<Money>,
}

/// A tax of the summary.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct TaxLine {
    pub(crate) name: String,
    /// As people write it: `20`, `7.5`.
    pub(crate) rate: String,
    pub(crate) amount: Money,
    pub(crate) included: bool,
}

/// A payment to come.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Later {
    pub(crate) at: Instant,
    pub(crate) amount: Money,
}

/// What a plan means.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct PlanView {
    /// `week`, `month` or `year`.
    pub(crate) every: &'static str,
    pub(crate) count: i32,
    pub(crate) trial_ends: Option<Instant>,
    pub(crate) later: Option<Money>,
    pub(crate) next: Option<Instant>,
    /// How many payments follow; `None`: they go on.
    pub(crate) further: Option<i32>,
    pub(crate) ends: Option<Instant>,
    /// `any_time`, `after_term` or `never`.
    pub(crate) cancel: &'static str,
    /// Whether a way to pay that is offered asks for a card first.
    pub(crate) asks_card: bool,
    /// The payments by name, when they differ.
    pub(crate) payments: Vec<Later>,
    /// Whether there are more than those named.
    pub(crate) more: bool,
}

/// What a basket comes to.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct BasketView {
    /// What the buyer agrees to, to be compared.
    pub(crate) shown: String,
    pub(crate) quantities: Vec<Quantity>,
    pub(crate) bumps: Vec<BumpView>,
    pub(crate) pays: Vec<PayView>,
    pub(crate) lines: Vec<SumLine>,
    pub(crate) codes: Vec<CodeLine>,
    pub(crate) taxes: Vec<TaxLine>,
    /// Shown when something is taken off or comes on top.
    pub(crate) subtotal: Option<Money>,
    /// What it costs.
    pub(crate) total: Money,
    /// What is left to pay, when vouchers pay of it.
    pub(crate) to_pay: Option<Money>,
    pub(crate) due_now: Money,
    pub(crate) free: bool,
    /// Instalments after the first.
    pub(crate) later: Vec<Later>,
    pub(crate) plan: Option<PlanView>,
    /// Whether it is a plan without the free trial that others have.
    pub(crate) without_trial: bool,
    /// Whether somebody is to be told of a gift.
    pub(crate) gift: bool,
}

impl BasketView {
    pub(crate) fn of(priced: &Priced, wanted: &Wanted, pays: Vec<(Pay, Money, usize)>) -> Self {
        let money = |amount: i64| priced.money(amount);
        let sums = priced.sums;
        let line = |line: &NewLine| SumLine {
            name: line.name.clone(),
            quantity: line.quantity,
            amount: money(line.amount().unwrap_or(0)),
        };
        let pay = |(index, (pay, now, count)): (usize, (Pay, Money, usize))| PayView {
            code: pay.code(),
            first: index == 0,
            chosen: pay == wanted.pay,
            now,
            count,
        };
        let later = |due: &billing::NewDue| Later { at: due.due_at, amount: money(due.amount) };
        Self {
            shown: priced.check(),
            quantities: quantities(priced),
            bumps: bumps(priced),
            pays: if pays.len() > 1 { pays.into_iter().enumerate().map(pay).collect() } else { Vec::new() },
            lines: priced.lines.iter().map(line).collect(),
            codes: codes(priced),
            taxes: taxes(priced),
            subtotal: (sums.discount > 0 || sums.tax > 0).then(|| money(sums.subtotal)),
            total: money(sums.cost()),
            to_pay: (sums.voucher > 0).then(|| money(sums.total)),
            due_now: money(priced.due_now()),
            free: priced.to_pay() == 0,
            later: priced.dues.iter().skip(1).map(later).collect(),
            plan: priced.plan.as_ref().map(|plan| PlanView::of(plan, money)),
            without_trial: priced.without_trial,
            gift: priced.basket.gives_voucher(),
        }
    }
}

impl BasketView {
    /// The same, where a way to pay asks for a card before a free trial.
    pub(crate) fn asking(mut self, card: bool) -> Self {
        if let Some(plan) = &mut self.plan {
            plan.asks_card = card;
        }
        self
    }
}

impl PlanView {
    fn of(plan: &PlanQuote, money: impl Fn(i64) -> Money) -> Self {
        let named = |(at, amount): &(Instant, i64)| Later { at: *at, amount: money(*amount) };
        let shown = plan.payments.len();
        Self {
            every: plan.every.code(),
            count: plan.every_count,
            trial_ends: plan.trial_ends,
            later: plan.later.map(&money),
            next: plan.payments.first().map(|(at, _)| *at),
            further: plan.count,
            ends: plan.ends,
            cancel: plan.cancel.code(),
            asks_card: false,
            payments: if plan.is_even() { Vec::new() } else { plan.payments.iter().map(named).collect() },
            more: plan.count.is_none_or(|count| usize::try_from(count).is_ok_and(|count| count > shown)),
        }
    }
}

fn quantities(priced: &Priced) -> Vec<Quantity> {
    let main = &priced.basket.main;
    match main.offer.most() {
        1 => Vec::new(),
        most => (1..=most).map(|value| Quantity { value, chosen: value == main.quantity }).collect(),
    }
}

fn bumps(priced: &Priced) -> Vec<BumpView> {
    let view = |one: &crate::service::Beside| BumpView {
        id: one.offer.public_id(),
        name: one.offer.row.name.clone(),
        pitch: if one.pitch.is_empty() { one.offer.row.summary.clone() } else { one.pitch.clone() },
        price: priced.money(one.price),
        instead_of: (one.price < one.offer.row.price).then(|| one.offer.price()),
        ticked: one.ticked,
    };
    priced.beside.iter().map(view).collect()
}

fn codes(priced: &Priced) -> Vec<CodeLine> {
    let line = |code: &String| {
        let taken = priced.discounts.iter().find(|discount| discount.code == *code);
        let coupon = priced.coupon.as_ref().filter(|coupon| coupon.code == *code);
        CodeLine {
            code: code.clone(),
            name: coupon.map_or_else(|| code.clone(), |coupon| coupon.name.clone()),
            voucher: taken.is_some_and(|discount| discount.kind == DiscountKind::Voucher),
            amount: taken.map(|discount| priced.money(-discount.amount)),
        }
    };
    priced.codes.iter().map(line).collect()
}

/// The taxes of all lines, one line for each rate.
pub(crate) fn taxes(priced: &Priced) -> Vec<TaxLine> {
    let mut all: Vec<TaxLine> = Vec::new();
    for line in &priced.lines {
        let (Some(tax), amount) = (&line.tax, line.tax_amount()) else { continue };
        if tax.bp == 0 {
            continue;
        }
        let rate = percent_text(tax.bp);
        let same =
            |one: &&mut TaxLine| one.name == tax.name && one.rate == rate && one.included == tax.inclusive;
        match all.iter_mut().find(same) {
            Some(one) => one.amount.amount = one.amount.amount.saturating_add(amount),
            None => all.push(TaxLine {
                name: tax.name.clone(),
                rate,
                amount: priced.money(amount),
                included: tax.inclusive,
            }),
        }
    }
    all
}

impl BasketView {
    /// Contents that show every branch of the summary.
    pub(in crate::views) fn samples() -> Vec<Self> {
        let money = super::money;
        let bump = BumpView {
            id: "prd_00000000000000000000000000000008".into(),
            name: "Workbook".into(),
            pitch: "Most people take it".into(),
            price: money(900),
            instead_of: Some(money(1_200)),
            ticked: true,
        };
        let plain = Self {
            shown: "29700..".into(),
            quantities: vec![],
            bumps: vec![],
            pays: vec![],
            lines: vec![SumLine { name: "Kickstarter".into(), quantity: 1, amount: money(29_700) }],
            codes: vec![],
            taxes: vec![],
            subtotal: None,
            total: money(29_700),
            to_pay: None,
            due_now: money(29_700),
            free: false,
            later: vec![],
            plan: None,
            without_trial: false,
            gift: false,
        };
        vec![Self { bumps: vec![bump], ..plain.clone() }.sample_full(), plain.clone()]
            .into_iter()
            .chain(plain.sample_plans())
            .collect()
    }
    fn sample_full(self) -> Self {
        let money = super::money;
        let code = |code: &str, voucher, amount: Option<i64>| CodeLine {
            code: code.into(),
            name: code.into(),
            voucher,
            amount: amount.map(money),
        };
        let tax =
            |included| TaxLine { name: "VAT".into(), rate: "20".into(), amount: money(4_950), included };
        let pay = |code, chosen| PayView { code, first: code == "full", chosen, now: money(9_900), count: 3 };
        Self {
            quantities: vec![Quantity { value: 1, chosen: true }, Quantity { value: 2, chosen: false }],
            pays: vec![pay("full", true), pay("deposit", false), pay("parts", false)],
            lines: self.lines.into_iter().map(|line| SumLine { quantity: 2, ..line }).collect(),
            codes: vec![
                code("SPRING", false, Some(-500)),
                code("7KQ2-M0XD-94TB", true, Some(-900)),
                code("LATER", false, None),
            ],
            taxes: vec![tax(true), tax(false)],
            subtotal: Some(money(30_000)),
            later: vec![Later { at: super::moment(), amount: money(9_900) }],
            without_trial: true,
            gift: true,
            ..self
        }
    }
    fn sample_plans(self) -> Vec<Self> {
        let money = super::money;
        let plan = PlanView {
            every: "month",
            count: 1,
            trial_ends: None,
            later: Some(money(10_900)),
            next: Some(super::moment()),
            further: Some(5),
            ends: Some(super::moment()),
            cancel: "after_term",
            asks_card: false,
            payments: vec![],
            more: false,
        };
        let with = |plan: PlanView| Self { plan: Some(plan), ..self.clone() };
        let differ = vec![Later { at: super::moment(), amount: money(5_000) }];
        vec![
            with(PlanView {
                further: None,
                ends: None,
                cancel: "any_time",
                payments: differ,
                more: true,
                ..plan.clone()
            }),
            with(PlanView {
                trial_ends: Some(super::moment()),
                every: "week",
                asks_card: true,
                ..plan.clone()
            }),
            with(PlanView {
                further: None,
                ends: None,
                trial_ends: Some(super::moment()),
                every: "year",
                count: 2,
                ..plan.clone()
            }),
            with(PlanView { further: Some(0), later: None, next: None, cancel: "never", ..plan.clone() }),
            Self { free: true, total: money(0), due_now: money(0), ..with(plan) },
        ]
    }
}
