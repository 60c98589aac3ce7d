//! What is said of a product, a package and a plan: the same but for what each consists of.

use events::{Instant, Money, TaxRateId};
use kernel::{CreditUse, Ctx, Problem};
use poem_openapi::{Object, types::MaybeUndefined};

use super::offer_docs::{BumpDoc, DepositDoc, GrantDoc, InstalmentsDoc, ItemDoc, Status, TermsDoc};
use crate::model::{OfferInput, OfferKind};

/// An offer to be made, with the fields that are its kind's own.
macro_rules! offer_to_make {
    ($(#[$doc:meta])* $name:ident { $($(#[$own_doc:meta])* $own:ident: $own_type:ty),* }) => {
        $(#[$doc])*
        #[derive(Clone, Debug, Object)]
        pub(super) struct $name {
            /// Name in the URL; left out: made of the name.
            slug: Option<String>,
            #[oai(validator(min_length = 1, max_length = 120))]
            name: String,
            /// One line.
            #[oai(validator(max_length = 200))]
            summary: Option<String>,
            /// Markdown.
            #[oai(validator(max_length = 20000))]
            description: Option<String>,
            /// In the currency of the business.
            price: Money,
            /// Left out: a draft.
            status: Option<Status>,
            featured: Option<bool>,
            /// Smaller comes first; left out: behind all others.
            #[oai(validator(minimum(value = "0"), maximum(value = "100000")))]
            position: Option<i32>,
            /// How many there are; left out: no limit.
            #[oai(validator(minimum(value = "0"), maximum(value = "1000000")))]
            stock: Option<i32>,
            /// How many a client may have; left out: no limit.
            #[oai(validator(minimum(value = "1"), maximum(value = "1000")))]
            per_client: Option<i32>,
            sale_from: Option<Instant>,
            sale_until: Option<Instant>,
            /// The rate of tax; left out: none.
            tax_rate: Option<TaxRateId>,
            /// Whether the price contains the tax; left out: yes.
            tax_inclusive: Option<bool>,
            /// Up to 12 lines on its card.
            #[oai(validator(max_items = 12))]
            extras: Option<Vec<String>>,
            /// Up to 3 offers beside it at checkout.
            #[oai(validator(max_items = 3))]
            bumps: Option<Vec<BumpDoc>>,
            $($(#[$own_doc])* $own: $own_type),*
        }

        impl $name {
            /// The offer without what is its kind's own, and that.
            fn split(self, kind: OfferKind) -> Result<(OfferInput, ($($own_type,)*)), Problem> {
                let mut input = OfferInput::blank(kind, self.price.currency);
                input.name = self.name;
                input.price = self.price.amount;
                put(&mut input.slug, self.slug);
                put(&mut input.summary, self.summary);
                put(&mut input.description, self.description);
                put(&mut input.status, self.status.map(Into::into));
                put(&mut input.featured, self.featured);
                (input.position, input.stock, input.per_client) = (self.position, self.stock, self.per_client);
                (input.sale_from, input.sale_until) = (self.sale_from, self.sale_until);
                input.tax_rate = self.tax_rate;
                put(&mut input.tax_inclusive, self.tax_inclusive);
                put(&mut input.extras, self.extras);
                input.bumps = BumpDoc::read_all(self.bumps.unwrap_or_default())?;
                Ok((input, ($(self.$own,)*)))
            }
        }
    };
}

offer_to_make!(
    /// A product to be made.
    ProductIn {
        /// Left out: a service.
        grants: Option<Vec<GrantDoc>>,
        /// Part now, the rest later; left out: no.
        deposit: Option<DepositDoc>,
        /// Equal parts; left out: no.
        instalments: Option<InstalmentsDoc>
    }
);
offer_to_make!(
    /// A package to be made.
    PackageIn {
        /// 1 to 20 products.
        items: Vec<ItemDoc>,
        /// Part now, the rest later; left out: no.
        deposit: Option<DepositDoc>,
        /// Equal parts; left out: no.
        instalments: Option<InstalmentsDoc>
    }
);
offer_to_make!(
    /// A plan to be made. Its price is that of one period.
    PlanIn {
        /// What makes it a plan.
        terms: TermsDoc,
        /// What it gives once, with its first payment; left out: nothing.
        grants: Option<Vec<GrantDoc>>
    }
);

impl ProductIn {
    pub(super) fn read(self, uses: &[CreditUse]) -> Result<OfferInput, Problem> {
        let (mut input, (grants, deposit, instalments)) = self.split(OfferKind::Product)?;
        if let Some(grants) = grants {
            input.grants = GrantDoc::read_all(grants, uses)?;
        }
        input.deposit = deposit.map(Into::into);
        input.instalments = instalments.map(Into::into);
        Ok(input)
    }
}
impl PackageIn {
    pub(super) fn read(self) -> Result<OfferInput, Problem> {
        let (mut input, (items, deposit, instalments)) = self.split(OfferKind::Package)?;
        input.items = items.into_iter().map(Into::into).collect();
        input.deposit = deposit.map(Into::into);
        input.instalments = instalments.map(Into::into);
        Ok(input)
    }
}
impl PlanIn {
    pub(super) fn read(self, uses: &[CreditUse]) -> Result<OfferInput, Problem> {
        let (mut input, (terms, grants)) = self.split(OfferKind::Plan)?;
        input.plan = Some(terms.read());
        input.grants = GrantDoc::read_all(grants.unwrap_or_default(), uses)?;
        Ok(input)
    }
}

/// Changes of an offer, with the fields that are its kind's own.
macro_rules! offer_changes {
    ($(#[$doc:meta])* $name:ident { $($own:ident: $own_type:ty),* }) => {
        $(#[$doc])*
        #[derive(Clone, Debug, Object)]
        pub(super) struct $name {
            slug: Option<String>,
            #[oai(validator(min_length = 1, max_length = 120))]
            name: Option<String>,
            #[oai(validator(max_length = 200))]
            summary: Option<String>,
            #[oai(validator(max_length = 20000))]
            description: Option<String>,
            price: Option<Money>,
            status: Option<Status>,
            featured: Option<bool>,
            #[oai(validator(minimum(value = "0"), maximum(value = "100000")))]
            position: Option<i32>,
            #[oai(validator(minimum(value = "0"), maximum(value = "1000000")))]
            stock: MaybeUndefined<i32>,
            #[oai(validator(minimum(value = "1"), maximum(value = "1000")))]
            per_client: MaybeUndefined<i32>,
            sale_from: MaybeUndefined<Instant>,
            sale_until: MaybeUndefined<Instant>,
            tax_rate: MaybeUndefined<TaxRateId>,
            tax_inclusive: Option<bool>,
            #[oai(validator(max_items = 12))]
            extras: Option<Vec<String>>,
            #[oai(validator(max_items = 3))]
            bumps: Option<Vec<BumpDoc>>,
            /// What its picture shows.
            #[oai(validator(max_length = 200))]
            picture_alt: Option<String>,
            $(pub(super) $own: $own_type),*
        }

        impl $name {
            /// Puts what was said into the offer, but for what is its kind's own.
            pub(super) fn put_into(self, input: &mut OfferInput) -> Result<(), Problem> {
                put(&mut input.slug, self.slug);
                put(&mut input.name, self.name);
                put(&mut input.summary, self.summary);
                put(&mut input.description, self.description);
                put(&mut input.price, self.price.map(|price| price.amount));
                put(&mut input.currency, self.price.map(|price| price.currency));
                put(&mut input.status, self.status.map(Into::into));
                put(&mut input.featured, self.featured);
                put(&mut input.position, self.position.map(Some));
                put_or_lift(&mut input.stock, self.stock);
                put_or_lift(&mut input.per_client, self.per_client);
                put_or_lift(&mut input.sale_from, self.sale_from);
                put_or_lift(&mut input.sale_until, self.sale_until);
                put_or_lift(&mut input.tax_rate, self.tax_rate);
                put(&mut input.tax_inclusive, self.tax_inclusive);
                put(&mut input.extras, self.extras);
                put(&mut input.image_alt, self.picture_alt);
                put(&mut input.bumps, self.bumps.map(BumpDoc::read_all).transpose()?);
                Ok(())
            }
        }
    };
}

offer_changes!(
    /// Changes of a product.
    ProductPatch {
        grants: Option<Vec<GrantDoc>>,
        deposit: MaybeUndefined<DepositDoc>,
        instalments: MaybeUndefined<InstalmentsDoc>
    }
);
offer_changes!(
    /// Changes of a package.
    PackagePatch {
        items: Option<Vec<ItemDoc>>,
        deposit: MaybeUndefined<DepositDoc>,
        instalments: MaybeUndefined<InstalmentsDoc>
    }
);
offer_changes!(
    /// Changes of a plan. `terms` are given whole. Who has the plan already keeps what was agreed.
    PlanPatch {
        terms: Option<TermsDoc>,
        grants: Option<Vec<GrantDoc>>
    }
);

/// What credits can pay for, when somebody asks who may set it up.
pub(super) async fn uses(
    ctx: &Ctx,
    registry: &kernel::Registry,
    wanted: bool,
) -> Result<Vec<CreditUse>, Problem> {
    if wanted { registry.credit_uses(ctx).await } else { Ok(Vec::new()) }
}

/// Sets what was said.
pub(super) fn put<T>(target: &mut T, value: Option<T>) {
    if let Some(value) = value {
        *target = value;
    }
}

/// Sets what was said; `null` lifts it.
pub(super) fn put_or_lift<T, V: Into<T>>(target: &mut Option<T>, value: MaybeUndefined<V>) {
    match value {
        MaybeUndefined::Undefined => {}
        MaybeUndefined::Null => *target = None,
        MaybeUndefined::Value(value) => *target = Some(value.into()),
    }
}
