use events::{Currency, Instant, TaxRateId};
use kernel::{Check, FieldError, Problem};

use super::{
    Deposit, GrantSpec, Instalments, OfferId, OfferKind, OfferStatus, PlanTerms, check_parts, check_pays_for,
};

/// The most products in one package.
const MAX_ITEMS: usize = 20;
/// The most of one product in one package; with [`MAX_CREDITS`] it keeps a grant below the ledger's bound.
const MAX_QUANTITY: i64 = 10;
/// The most credits of one product.
const MAX_CREDITS: i64 = 1000;
/// The longest life of what is granted, in days.
const MAX_DAYS: i64 = 3660;
/// The most things that one product gives.
const MAX_GRANTS: usize = 10;
/// The most lines on a card.
const MAX_EXTRAS: usize = 12;
/// The most offers beside one at checkout.
const MAX_BUMPS: usize = 3;

/// A product in a package, as wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ItemInput {
    pub(crate) product: OfferId,
    pub(crate) quantity: i32,
}

/// An offer beside this one at checkout, as wanted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct BumpInput {
    pub(crate) offer: OfferId,
    /// What stands beside the tick; empty: the offer's own summary.
    pub(crate) pitch: String,
    /// Minor units; `None`: its own price.
    pub(crate) price: Option<i64>,
}

/// An offer as somebody of staff wants it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct OfferInput {
    pub(crate) kind: OfferKind,
    pub(crate) slug: String,
    pub(crate) name: String,
    pub(crate) summary: String,
    pub(crate) description: String,
    pub(crate) price: i64,
    pub(crate) currency: Currency,
    pub(crate) status: OfferStatus,
    pub(crate) featured: bool,
    /// Where it stands; `None`: behind all others, or where it is.
    pub(crate) position: Option<i32>,
    pub(crate) stock: Option<i32>,
    pub(crate) per_client: Option<i32>,
    pub(crate) sale_from: Option<Instant>,
    pub(crate) sale_until: Option<Instant>,
    pub(crate) grants: Vec<GrantSpec>,
    pub(crate) items: Vec<ItemInput>,
    pub(crate) tax_rate: Option<TaxRateId>,
    /// Whether the price contains the tax.
    pub(crate) tax_inclusive: bool,
    pub(crate) deposit: Option<Deposit>,
    pub(crate) instalments: Option<Instalments>,
    /// Lines on its card.
    pub(crate) extras: Vec<String>,
    pub(crate) image_alt: String,
    pub(crate) bumps: Vec<BumpInput>,
    /// What makes it a plan.
    pub(crate) plan: Option<PlanTerms>,
}

impl OfferInput {
    /// A draft of nothing, to be filled.
    pub(crate) fn blank(kind: OfferKind, currency: Currency) -> Self {
        Self {
            kind,
            slug: String::new(),
            name: String::new(),
            summary: String::new(),
            description: String::new(),
            price: 0,
            currency,
            status: OfferStatus::Draft,
            featured: false,
            position: None,
            stock: None,
            per_client: None,
            sale_from: None,
            sale_until: None,
            grants: if kind == OfferKind::Product { vec![GrantSpec::Service] } else { Vec::new() },
            items: Vec::new(),
            tax_rate: None,
            tax_inclusive: true,
            deposit: None,
            instalments: None,
            extras: Vec::new(),
            image_alt: String::new(),
            bumps: Vec::new(),
            plan: (kind == OfferKind::Plan).then(PlanTerms::monthly),
        }
    }

    /// The input, cleaned, when all of it makes sense for a business that sells in `currency`. `own`: the offer that is
    /// changed, which can't be inside itself.
    pub(crate) fn checked(mut self, currency: Currency, own: Option<OfferId>) -> Result<Self, Problem> {
        let mut check = Check::new();
        self.check_words(&mut check);
        check.require(self.currency == currency, "currency", "offer_currency");
        check.require((0..=billing::max_price(currency)).contains(&self.price), "price", "offer_price");
        self.check_limits(&mut check);
        match self.kind {
            OfferKind::Product => self.check_grants(&mut check),
            OfferKind::Package => self.check_items(&mut check, own),
            OfferKind::Plan => self.check_plan(&mut check),
        }
        if self.kind != OfferKind::Plan {
            check.require(self.plan.is_none(), "every", "offer_terms_of_no_plan");
            check_parts(&mut check, self.price, self.deposit, self.instalments);
        }
        self.check_bumps(&mut check, own);
        check.finish()?;
        Ok(self)
    }

    fn check_words(&mut self, check: &mut Check) {
        self.name = check.line("name", &self.name, 1, 120);
        self.summary = check.line("summary", &self.summary, 0, 200);
        self.description = check.text("description", &self.description, 0, 20_000);
        if self.slug.trim().is_empty() {
            self.slug = slug_of(&self.name);
        }
        self.slug = check.slug("slug", self.slug.trim());
        self.image_alt = check.line("image_alt", &self.image_alt, 0, 200);
        self.extras = self.extras.iter().map(|line| check.line("extras", line, 0, 120)).collect();
        self.extras.retain(|line| !line.is_empty());
        check.require(self.extras.len() <= MAX_EXTRAS, "extras", "offer_extras");
    }

    fn check_limits(&self, check: &mut Check) {
        if let Some(position) = self.position {
            check.number("position", i64::from(position), 0, 100_000);
        }
        if let Some(stock) = self.stock {
            check.number("stock", i64::from(stock), 0, 1_000_000);
        }
        if let Some(limit) = self.per_client {
            check.number("per_client", i64::from(limit), 1, 1000);
        }
        let ordered = self.sale_from.zip(self.sale_until).is_none_or(|(from, until)| from < until);
        check.require(ordered, "sale_until", "offer_dates");
    }

    fn check_grants(&mut self, check: &mut Check) {
        check.require(self.items.is_empty(), "items", "offer_items_of_product");
        check.require(self.grants.len() <= MAX_GRANTS, "grants", "offer_grants");
        for grant in &mut self.grants {
            check_grant(check, grant, self.currency);
        }
    }

    fn check_items(&mut self, check: &mut Check, own: Option<OfferId>) {
        check.require(self.grants.is_empty(), "grants", "offer_grants_of_package");
        check.require((1..=MAX_ITEMS).contains(&self.items.len()), "items", "offer_items");
        self.items.sort_by_key(|item| item.product);
        check.require(
            !self.items.windows(2).any(|two| matches!(two, [a, b] if a.product == b.product)),
            "items",
            "offer_items_twice",
        );
        for item in &self.items {
            if own == Some(item.product) {
                check.wrong(FieldError::new("items", "offer_contains_itself"));
            }
            check.number("items", i64::from(item.quantity), 1, MAX_QUANTITY);
        }
    }

    fn check_plan(&mut self, check: &mut Check) {
        self.check_grants(check);
        check.require(self.deposit.is_none(), "deposit", "offer_plan_in_parts");
        check.require(self.instalments.is_none(), "instalments", "offer_plan_in_parts");
        match &mut self.plan {
            Some(terms) => terms.check(check),
            None => check.wrong(FieldError::new("every", "required")),
        }
    }

    fn check_bumps(&mut self, check: &mut Check, own: Option<OfferId>) {
        check.require(self.bumps.len() <= MAX_BUMPS, "bumps", "offer_bumps");
        let most = billing::max_price(self.currency);
        for index in 0..self.bumps.len() {
            let (before, rest) = self.bumps.split_at_mut(index);
            let Some(bump) = rest.first_mut() else { continue };
            let field = format!("bumps/{index}");
            bump.pitch = check.line(&format!("{field}/pitch"), &bump.pitch, 0, 200);
            check.require(own != Some(bump.offer), &field, "offer_bumps_itself");
            check.require(before.iter().all(|one| one.offer != bump.offer), &field, "offer_bumps_twice");
            let fits = bump.price.is_none_or(|price| (0..=most).contains(&price));
            check.require(fits, &format!("{field}/price"), "offer_price");
        }
    }
}

/// Tells what makes no sense in a grant. What is not known is the business's own affair.
fn check_grant(check: &mut Check, grant: &mut GrantSpec, currency: Currency) {
    let days = |check: &mut Check, field: &str, days: Option<i32>| {
        if let Some(days) = days {
            check.number(field, i64::from(days), 1, MAX_DAYS);
        }
    };
    match grant {
        GrantSpec::Credits { credits, days: life, pays_for } => {
            check.number("credits", i64::from(*credits), 1, MAX_CREDITS);
            days(check, "credit_days", *life);
            check_pays_for(check, pays_for);
        }
        GrantSpec::Appointment { of, name, count, days: life } => {
            let known = of.parse::<events::AppointmentTypeId>().is_ok();
            check.require(known, "appointment_type", "offer_appointment_type");
            *name = check.line("appointment_type", name, 1, 120);
            check.number("appointment_count", i64::from(*count), 1, 100);
            days(check, "appointment_days", *life);
        }
        GrantSpec::Voucher { amount, days: life } => {
            check.require((1..=billing::max_price(currency)).contains(amount), "voucher", "offer_voucher");
            days(check, "voucher_days", *life);
        }
        GrantSpec::Download { .. } | GrantSpec::Service | GrantSpec::Other(_) => {}
    }
}

/// The name of a copy: `Ten classes (copy)`, within 120 characters.
pub(crate) fn copy_name(name: &str, copy: &str) -> String {
    let tail = format!(" ({copy})");
    let room = 120_usize.saturating_sub(tail.chars().count());
    let kept: String = name.chars().take(room).collect();
    format!("{}{tail}", kept.trim_end())
}

/// A name for URLs that is still free: `ten`, else `ten-2`, `ten-3`…
pub(crate) fn free_slug(wanted: &str, taken: &[String]) -> String {
    let free = |slug: &String| !taken.iter().any(|one| one == slug);
    let numbered = (2..).map(|number: usize| {
        let tail = format!("-{number}");
        let room = 60_usize.saturating_sub(tail.len());
        let kept: String = wanted.chars().take(room).collect();
        format!("{}{tail}", kept.trim_end_matches('-'))
    });
    std::iter::once(wanted.to_owned()).chain(numbered).find(free).unwrap_or_else(|| wanted.to_owned())
}

/// A name for URLs made of a name for people: `Ten classes (autumn)` → `ten-classes-autumn`.
pub(crate) fn slug_of(name: &str) -> String {
    let mut slug = String::new();
    for c in name.chars() {
        if c.is_ascii_alphanumeric() {
            slug.push(c.to_ascii_lowercase());
        } else if !slug.is_empty() && !slug.ends_with('-') {
            slug.push('-');
        }
    }
    let mut slug: String = slug.chars().take(60).collect();
    while slug.ends_with('-') {
        slug.pop();
    }
    if slug.is_empty() { "offer".into() } else { slug }
}

#[cfg(test)]
mod tests;
