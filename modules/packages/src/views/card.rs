use events::Money;
use serde::Serialize;

use crate::model::{Availability, Every, GrantSpec, MayCancel, Offer, PartEvery, PlanTerms};

/// One thing that an offer gives. The template puts it in words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Give {
    /// `credits`, `weekly`, `rollover`, `appointment`, `voucher`, `download`, `product` or `extra`.
    pub(crate) kind: &'static str,
    /// Credits or pieces.
    pub(crate) count: i32,
    /// Days that it lives; `None`: for ever.
    pub(crate) days: Option<i32>,
    /// The same in whole years, when they are.
    pub(crate) years: Option<i32>,
    /// Name of the piece, or what the credits pay for; may be empty.
    pub(crate) name: String,
    /// Worth of a voucher.
    pub(crate) amount: Option<Money>,
}

impl Give {
    fn new(kind: &'static str, count: i32, name: impl Into<String>) -> Self {
        Self { kind, count, days: None, years: None, name: name.into(), amount: None }
    }
    fn for_days(mut self, days: Option<i32>) -> Self {
        self.days = days;
        self.years = days.filter(|days| days % 365 == 0).map(|days| days / 365);
        self
    }
}

/// How often a plan is paid, and for how long: keys of texts that take a number.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Rhythm {
    /// `a month`, `every 2 weeks`; of what is paid at once: `at once`.
    pub(crate) every: String,
    pub(crate) every_count: i32,
    /// `6 months`; none: it has no end.
    pub(crate) length: Option<String>,
    pub(crate) length_count: i32,
    pub(crate) at_once: bool,
    /// What the whole term costs, when it is paid in several periods.
    pub(crate) in_all: Option<Money>,
    pub(crate) trial_days: i32,
    /// Key of what is said about cancelling.
    pub(crate) cancel: Option<&'static str>,
}

impl Rhythm {
    pub(crate) fn of(terms: &PlanTerms, price: Money) -> Self {
        let unit = terms.every.code();
        let at_once = terms.at_once();
        let in_all = terms.in_all(price.amount).filter(|_| !at_once);
        Self {
            every: if at_once {
                "packages-plan-at-once".into()
            } else {
                format!("packages-plan-every-{unit}")
            },
            every_count: terms.every_count,
            length: terms.length().map(|_| format!("packages-plan-length-{unit}")),
            length_count: terms.length().unwrap_or(0),
            at_once,
            in_all: in_all.map(|amount| Money { amount, ..price }),
            trial_days: terms.trial_days,
            cancel: match terms.may_cancel {
                MayCancel::AnyTime if !at_once => Some("packages-plan-cancel-any-time"),
                _ => None,
            },
        }
    }
}

/// Other ways to pay the price of a card, and the tax.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub(crate) struct PriceNotes {
    /// What is paid at once when the rest comes later.
    pub(crate) deposit: Option<Money>,
    pub(crate) deposit_days: i32,
    /// Key and number of the parts that it can be paid in.
    pub(crate) parts: Option<&'static str>,
    pub(crate) parts_count: i32,
    /// Name of the tax; none: there is none.
    pub(crate) tax: Option<String>,
    /// Percent, as a number: `20`, `7.5`.
    pub(crate) tax_rate: String,
    /// Whether it comes on top.
    pub(crate) tax_added: bool,
}

/// Percent of hundredths of a percent: `2000` → `20`, `750` → `7.5`.
pub(crate) fn percent_text(bp: i32) -> String {
    let (whole, rest) = (bp / 100, bp % 100);
    let text = format!("{whole}.{rest:02}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

impl PriceNotes {
    fn of(offer: &Offer) -> Self {
        let (deposit, parts) = (offer.deposit(), offer.instalments());
        let currency = offer.row.currency;
        Self {
            deposit: deposit.map(|deposit| Money::new(deposit.amount, currency)),
            deposit_days: deposit.map_or(0, |deposit| deposit.days),
            parts: parts.map(|parts| match parts.every {
                PartEvery::Week => "packages-parts-week",
                PartEvery::Month => "packages-parts-month",
            }),
            parts_count: parts.map_or(0, |parts| parts.count),
            tax: offer.tax.as_ref().filter(|_| offer.row.price > 0).map(|tax| tax.name.clone()),
            tax_rate: offer.tax.as_ref().map(|tax| percent_text(tax.bp)).unwrap_or_default(),
            tax_added: offer.tax.as_ref().is_some_and(|tax| !tax.inclusive),
        }
    }
}

/// The picture of an offer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct CardPicture {
    /// Below the tenant's base.
    pub(crate) path: String,
    /// What it shows; may be empty.
    pub(crate) alt: String,
}

/// A price card.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Card {
    pub(crate) slug: String,
    pub(crate) name: String,
    pub(crate) summary: String,
    pub(crate) price: Money,
    pub(crate) free: bool,
    pub(crate) featured: bool,
    /// Code of [`Availability`].
    pub(crate) state: &'static str,
    pub(crate) open: bool,
    pub(crate) gives: Vec<Give>,
    /// Of a plan: how often and how long its price is paid.
    pub(crate) rhythm: Option<Rhythm>,
    pub(crate) notes: PriceNotes,
    pub(crate) picture: Option<CardPicture>,
}

impl Card {
    pub(crate) fn of(offer: &Offer, state: Availability) -> Self {
        let weekly = offer.plan.iter().flat_map(weekly);
        let own = offer.grants.iter().filter_map(|grant| give(grant, offer));
        let bundled = offer.items.iter().map(|item| Give::new("product", item.quantity, &item.name));
        let extras = offer.row.extras.iter().map(|line| Give::new("extra", 1, line));
        let alt = offer.row.image_alt.clone();
        Self {
            slug: offer.row.slug.clone(),
            name: offer.row.name.clone(),
            summary: offer.row.summary.clone(),
            price: offer.price(),
            free: offer.row.price == 0,
            featured: offer.row.featured,
            state: state.code(),
            open: state == Availability::Open,
            gives: weekly.chain(own).chain(bundled).chain(extras).collect(),
            rhythm: offer.plan.as_ref().map(|terms| Rhythm::of(terms, offer.price())),
            notes: PriceNotes::of(offer),
            picture: offer.picture_path().map(|path| CardPicture { path, alt }),
        }
    }
    pub(in crate::views) fn sample(state: Availability, featured: bool) -> Self {
        let price = super::money(29_700);
        Self {
            slug: "kickstarter".into(),
            name: "Kickstarter".into(),
            summary: "Six weeks, five sessions a week".into(),
            price,
            free: false,
            featured,
            state: state.code(),
            open: state == Availability::Open,
            gives: samples(price),
            rhythm: None,
            notes: PriceNotes {
                deposit: Some(super::money(5_000)),
                deposit_days: 14,
                parts: Some("packages-parts-month"),
                parts_count: 3,
                tax: Some("VAT".into()),
                tax_rate: percent_text(2000),
                tax_added: !featured,
            },
            picture: featured.then(|| CardPicture {
                path: format!("/pictures/{}", "0".repeat(64)),
                alt: "A class".into(),
            }),
        }
    }
    pub(in crate::views) fn free_sample() -> Self {
        let price = super::money(0);
        Self {
            summary: String::new(),
            gives: vec![],
            free: true,
            price,
            notes: PriceNotes::default(),
            ..Self::sample(Availability::Open, false)
        }
    }
    /// Plans with and without an end, and one that is paid at once.
    pub(in crate::views) fn plan_samples() -> Vec<Self> {
        let terms = |every, every_count, periods| PlanTerms {
            every,
            every_count,
            periods,
            trial_days: 7,
            credits_per_week: 5,
            rollover_cap: Some(10),
            pays_for: vec!["Yoga".into()],
            ..PlanTerms::monthly()
        };
        let all = [
            terms(Every::Month, 1, Some(6)),
            terms(Every::Week, 6, Some(1)),
            terms(Every::Year, 1, Some(1)),
            terms(Every::Week, 2, None),
            terms(Every::Year, 1, None),
            terms(Every::Month, 3, Some(1)),
            terms(Every::Week, 1, Some(8)),
            terms(Every::Year, 1, Some(2)),
        ];
        let card = |terms: &PlanTerms| {
            let one = Self { notes: PriceNotes::default(), ..Self::sample(Availability::Open, false) };
            Self { rhythm: Some(Rhythm::of(terms, one.price)), gives: weekly(terms).collect(), ..one }
        };
        all.iter().map(card).collect()
    }
}

fn samples(price: Money) -> Vec<Give> {
    let voucher = Give { amount: Some(price), ..Give::new("voucher", 1, "") };
    vec![
        Give::new("credits", 30, "").for_days(Some(42)),
        Give::new("credits", 1, "Yoga, Pilates"),
        Give::new("product", 2, "Welcome call"),
        Give::new("product", 1, "Heart-rate monitor"),
        Give::new("appointment", 2, "Check-in").for_days(Some(60)),
        Give::new("appointment", 1, "Check-in"),
        voucher.clone().for_days(Some(365)),
        voucher,
        Give::new("download", 1, "Workbook.pdf"),
        Give::new("extra", 1, "Sauna"),
    ]
}

/// The names among what credits pay for; identifiers of other things say nothing to a visitor.
fn names(pays_for: &[String]) -> String {
    let named = pays_for.iter().filter(|one| one.parse::<events::AppointmentTypeId>().is_err());
    named.map(String::as_str).collect::<Vec<_>>().join(", ")
}

fn weekly(terms: &PlanTerms) -> impl Iterator<Item = Give> {
    let credits = (terms.credits_per_week > 0)
        .then(|| Give::new("weekly", terms.credits_per_week, names(&terms.pays_for)));
    let rollover = terms.rollover_cap.map(|cap| Give::new("rollover", cap, ""));
    credits.into_iter().chain(rollover)
}

fn give(grant: &GrantSpec, offer: &Offer) -> Option<Give> {
    Some(match grant {
        GrantSpec::Credits { credits, days, pays_for } => {
            Give::new("credits", *credits, names(pays_for)).for_days(*days)
        }
        GrantSpec::Appointment { name, count, days, .. } => {
            Give::new("appointment", *count, name).for_days(*days)
        }
        GrantSpec::Voucher { amount, days } => {
            let amount = Some(Money::new(*amount, offer.row.currency));
            Give { amount, ..Give::new("voucher", 1, "").for_days(*days) }
        }
        GrantSpec::Download { name, .. } => Give::new("download", 1, name),
        GrantSpec::Service | GrantSpec::Other(_) => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_read_like_rates() {
        for (bp, text) in
            [(0, "0"), (2000, "20"), (750, "7.5"), (1925, "19.25"), (10_000, "100"), (5, "0.05")]
        {
            assert_eq!(percent_text(bp), text);
        }
    }
    #[test]
    fn what_is_paid_at_once_says_so_and_no_sum() {
        let price = crate::views::money(29_700);
        let once = PlanTerms { every: Every::Week, every_count: 6, periods: Some(1), ..PlanTerms::monthly() };
        let rhythm = Rhythm::of(&once, price);
        assert_eq!((rhythm.every.as_str(), rhythm.length_count), ("packages-plan-at-once", 6));
        assert_eq!((rhythm.length.as_deref(), rhythm.in_all), (Some("packages-plan-length-week"), None));
        let half_year = PlanTerms { periods: Some(6), ..PlanTerms::monthly() };
        let rhythm = Rhythm::of(&half_year, price);
        assert_eq!((rhythm.every.as_str(), rhythm.length_count), ("packages-plan-every-month", 6));
        assert_eq!(rhythm.in_all.map(|sum| sum.amount), Some(6 * 29_700));
    }
}
