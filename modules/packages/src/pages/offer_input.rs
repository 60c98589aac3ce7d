//! Reads the form of an offer: what is typed becomes an input.

use billing::parse_price;
use events::{ProductId, TaxRateId};
use kernel::{CreditUse, Ctx, FieldError, Form, Problem};

use crate::{
    model::{
        BumpInput, Deposit, GrantSpec, Instalments, ItemInput, Offer, OfferId, OfferInput, OfferKind,
        PlanTerms, bump_id, parse_local,
    },
    service,
};

/// So many offers can stand beside one.
pub(super) const BUMPS: usize = 3;

/// Reads one form; everything that can't be read is told at once.
pub(super) struct Reader<'a> {
    ctx: &'a Ctx,
    form: &'a Form,
    errors: Vec<FieldError>,
}

/// What was typed, as an input. What the form does not show stays as it is in `before`.
pub(super) fn read(
    ctx: &Ctx,
    kind: OfferKind,
    before: Option<&Offer>,
    form: &Form,
    uses: &[CreditUse],
) -> Result<OfferInput, Problem> {
    let mut reader = Reader { ctx, form, errors: Vec::new() };
    let start = before.map_or_else(|| OfferInput::blank(kind, ctx.tenant().currency), service::input_of);
    let input = reader.input(start, uses);
    if reader.errors.is_empty() { Ok(input) } else { Err(Problem::invalid(reader.errors)) }
}

impl Reader<'_> {
    fn input(&mut self, start: OfferInput, uses: &[CreditUse]) -> OfferInput {
        let (form, kind) = (self.form, start.kind);
        let status = form.parse("status", "offer_status");
        let status = status.map_err(|problem| self.errors.extend(problem.fields));
        let plan = start.plan.is_some() || kind == OfferKind::Plan;
        OfferInput {
            kind,
            slug: form.string("slug"),
            name: form.string("name"),
            summary: form.string("summary"),
            description: form.string("description"),
            price: self.price("price", true).unwrap_or_default(),
            currency: self.ctx.tenant().currency,
            status: status.unwrap_or(start.status),
            featured: form.ticked("featured"),
            position: start.position,
            stock: self.whole("stock"),
            per_client: self.whole("per_client"),
            sale_from: self.local("sale_from"),
            sale_until: self.local("sale_until"),
            items: if kind == OfferKind::Package { self.items() } else { Vec::new() },
            tax_rate: self.tax_rate(),
            tax_inclusive: form.text("tax_way") != "added",
            deposit: if plan { None } else { self.deposit() },
            instalments: if plan { None } else { self.instalments() },
            extras: form.text("extras").lines().map(str::to_owned).collect(),
            image_alt: start.image_alt,
            bumps: self.bumps(),
            plan: plan.then(|| self.terms(uses)),
            grants: if kind == OfferKind::Package {
                Vec::new()
            } else {
                self.grants(kind, start.grants, uses)
            },
        }
    }

    /// An amount, or nothing when the field is empty.
    fn price(&mut self, name: &str, wanted: bool) -> Option<i64> {
        let typed = self.form.text(name);
        if typed.is_empty() {
            if wanted {
                self.errors.push(FieldError::new(name, "required"));
            }
            return None;
        }
        let read = parse_price(typed, self.ctx.tenant().currency);
        if read.is_none() {
            self.errors.push(FieldError::new(name, "offer_price"));
        }
        read
    }

    /// A whole number, or nothing when the field is empty.
    fn whole(&mut self, name: &str) -> Option<i32> {
        let typed = self.form.optional(name)?;
        let read = typed.parse().ok();
        if read.is_none() {
            self.errors.push(FieldError::new(name, "offer_number"));
        }
        read
    }

    /// A time of the business's zone, or nothing when the field is empty.
    fn local(&mut self, name: &str) -> Option<events::Instant> {
        let read = parse_local(&self.form.optional(name)?, &self.ctx.tenant().zone);
        if read.is_none() {
            self.errors.push(FieldError::new(name, "offer_dates"));
        }
        read
    }

    /// One of several codes; what is missing is `usual`.
    fn code<T: std::str::FromStr>(&mut self, name: &str, usual: T) -> T {
        match self.form.optional(name).map(|typed| typed.parse()) {
            None => usual,
            Some(Ok(code)) => code,
            Some(Err(_)) => {
                self.errors.push(FieldError::new(name, "offer_choice"));
                usual
            }
        }
    }

    fn tax_rate(&mut self) -> Option<TaxRateId> {
        let typed = self.form.optional("tax_rate")?;
        let read = typed.parse().ok();
        if read.is_none() {
            self.errors.push(FieldError::new("tax_rate", "offer_unknown_tax"));
        }
        read
    }

    fn deposit(&mut self) -> Option<Deposit> {
        let (amount, days) = (self.price("deposit", false), self.whole("deposit_days"));
        amount.filter(|amount| *amount != 0).map(|amount| Deposit { amount, days: days.unwrap_or(30) })
    }

    fn instalments(&mut self) -> Option<Instalments> {
        let every = self.code("instalment_every", crate::model::PartEvery::Month);
        self.whole("instalments").filter(|count| *count != 0).map(|count| Instalments { count, every })
    }

    /// The products of a package: fields `item-prd_…` with how many; empty or 0 leaves a product out.
    fn items(&mut self) -> Vec<ItemInput> {
        let state = self.form.state();
        let mut items = Vec::new();
        for name in state.values.keys().filter(|name| name.starts_with("item-")) {
            let Some(quantity) = self.whole(name).filter(|quantity| *quantity != 0) else { continue };
            match name.trim_start_matches("item-").parse::<ProductId>() {
                Ok(id) => items.push(ItemInput { product: OfferId::from_uuid(id.uuid()), quantity }),
                Err(_) => self.errors.push(FieldError::new("items", "offer_unknown_product")),
            }
        }
        items
    }

    /// Offers beside this one: `bumps/0`, `bumps/0/pitch`, `bumps/0/price`. What is not chosen is left out.
    fn bumps(&mut self) -> Vec<BumpInput> {
        let mut bumps = Vec::new();
        for index in 0..BUMPS {
            let field = format!("bumps/{index}");
            let Some(chosen) = self.form.optional(&field) else { continue };
            let price = self.price(&format!("{field}/price"), false);
            match bump_id(&chosen) {
                Some(offer) => {
                    bumps.push(BumpInput {
                        offer,
                        pitch: self.form.string(&format!("{field}/pitch")),
                        price,
                    });
                }
                None => self.errors.push(FieldError::new(field, "offer_unknown_bump")),
            }
        }
        bumps
    }

    /// What credits pay for: names typed with commas between them, and what is ticked.
    fn pays_for(&self, uses: &[CreditUse]) -> Vec<String> {
        let named = self.form.text("pays_for").split(',').map(|one| one.trim().to_owned());
        let ticked = uses.iter().filter(|one| self.form.ticked(&format!("pays-{}", one.key)));
        named.filter(|one| !one.is_empty()).chain(ticked.map(|one| one.key.clone())).collect()
    }

    fn terms(&mut self, uses: &[CreditUse]) -> PlanTerms {
        let usual = PlanTerms::monthly();
        PlanTerms {
            every: self.code("every", usual.every),
            every_count: self.whole("every_count").unwrap_or(usual.every_count),
            periods: self.whole("periods"),
            trial_days: self.whole("trial_days").unwrap_or(0),
            credits_per_week: self.whole("credits_per_week").unwrap_or(0),
            rollover_cap: self.whole("rollover_cap").filter(|cap| *cap != 0),
            pays_for: self.pays_for(uses),
            may_cancel: self.code("may_cancel", usual.may_cancel),
            may_pause: self.form.ticked("may_pause"),
            pause_days: self.whole("pause_days").unwrap_or(usual.pause_days),
            may_change: self.form.ticked("may_change"),
            trial_card: self.form.ticked("trial_card"),
        }
    }

    /// What it gives: the form shows the first of each kind; files and what it does not know stay.
    fn grants(&mut self, kind: OfferKind, before: Vec<GrantSpec>, uses: &[CreditUse]) -> Vec<GrantSpec> {
        let mut kept = before;
        kept.retain(|grant| *grant != GrantSpec::Service);
        let mut all = Vec::new();
        if kind == OfferKind::Product {
            take_first(&mut kept, |grant| matches!(grant, GrantSpec::Credits { .. }));
            all.extend(self.credits(uses));
        }
        let appointment = take_first(&mut kept, |grant| matches!(grant, GrantSpec::Appointment { .. }));
        all.extend(self.appointment(appointment, uses));
        take_first(&mut kept, |grant| matches!(grant, GrantSpec::Voucher { .. }));
        let days = self.whole("voucher_days");
        let voucher = self.price("voucher", false).filter(|amount| *amount != 0);
        all.extend(voucher.map(|amount| GrantSpec::Voucher { amount, days }));
        all.extend(kept);
        if all.is_empty() && kind == OfferKind::Product {
            all.push(GrantSpec::Service);
        }
        all
    }

    fn credits(&mut self, uses: &[CreditUse]) -> Option<GrantSpec> {
        let (credits, days) = (self.whole("credits"), self.whole("credit_days"));
        let credits = credits.filter(|credits| *credits != 0)?;
        Some(GrantSpec::Credits { credits, days, pays_for: self.pays_for(uses) })
    }

    fn appointment(&mut self, before: Option<GrantSpec>, uses: &[CreditUse]) -> Option<GrantSpec> {
        let (count, days) = (self.whole("appointment_count"), self.whole("appointment_days"));
        let chosen = self.form.optional("appointment_type")?;
        let listed = uses.iter().find(|one| one.key == chosen).map(|one| one.name.clone());
        // A type that is gone, or whose module is off, stays chosen where it was.
        let kept = match before {
            Some(GrantSpec::Appointment { of, name, .. }) if of == chosen => Some(name),
            _ => None,
        };
        let Some(name) = listed.or(kept) else {
            self.errors.push(FieldError::new("appointment_type", "offer_appointment_type"));
            return None;
        };
        Some(GrantSpec::Appointment { of: chosen, name, count: count.unwrap_or(1), days })
    }
}

/// Takes the first that fits out of a list.
fn take_first(all: &mut Vec<GrantSpec>, fits: impl Fn(&GrantSpec) -> bool) -> Option<GrantSpec> {
    let place = all.iter().position(fits)?;
    Some(all.remove(place))
}
