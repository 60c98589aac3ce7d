//! What is said of a product and of a package: the same but for what each consists of.

use events::{Instant, Money};
use poem_openapi::{Object, types::MaybeUndefined};

use super::types::{GrantDoc, ItemDoc, Status};
use crate::model::{OfferInput, OfferKind, OfferStatus};

/// An offer to be made, with the one field that is its kind's own.
macro_rules! offer_to_make {
    ($(#[$doc:meta])* $name:ident { $(#[$own_doc:meta])* $own:ident: $own_type:ty }) => {
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
            /// Smaller comes first.
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
            $(#[$own_doc])*
            $own: $own_type,
        }

        impl $name {
            /// The offer without what it consists of, and that.
            pub(super) fn split(self, kind: OfferKind) -> (OfferInput, $own_type) {
                let input = OfferInput {
                    kind,
                    slug: self.slug.unwrap_or_default(),
                    name: self.name,
                    summary: self.summary.unwrap_or_default(),
                    description: self.description.unwrap_or_default(),
                    price: self.price.amount,
                    currency: self.price.currency,
                    status: self.status.map_or(OfferStatus::Draft, Into::into),
                    featured: self.featured.unwrap_or(false),
                    position: self.position.unwrap_or(0),
                    stock: self.stock,
                    per_client: self.per_client,
                    sale_from: self.sale_from,
                    sale_until: self.sale_until,
                    grants: Vec::new(),
                    items: Vec::new(),
                };
                (input, self.$own)
            }
        }
    };
}

offer_to_make!(
    /// A product to be made.
    ProductIn {
        /// Left out: a service.
        grants: Option<Vec<GrantDoc>>
    }
);
offer_to_make!(
    /// A package to be made.
    PackageIn {
        /// 1 to 20 products.
        items: Vec<ItemDoc>
    }
);

/// Changes of an offer, with the one field that is its kind's own.
macro_rules! offer_changes {
    ($(#[$doc:meta])* $name:ident { $own:ident: $own_type:ty }) => {
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
            pub(super) $own: $own_type,
        }

        impl $name {
            /// Puts what was said into the offer, but for what it consists of.
            pub(super) fn put_into(self, input: &mut OfferInput) {
                put(&mut input.slug, self.slug);
                put(&mut input.name, self.name);
                put(&mut input.summary, self.summary);
                put(&mut input.description, self.description);
                put(&mut input.price, self.price.map(|price| price.amount));
                put(&mut input.currency, self.price.map(|price| price.currency));
                put(&mut input.status, self.status.map(Into::into));
                put(&mut input.featured, self.featured);
                put(&mut input.position, self.position);
                put_or_lift(&mut input.stock, self.stock);
                put_or_lift(&mut input.per_client, self.per_client);
                put_or_lift(&mut input.sale_from, self.sale_from);
                put_or_lift(&mut input.sale_until, self.sale_until);
            }
        }
    };
}

offer_changes!(
    /// Changes of a product.
    ProductPatch { grants: Option<Vec<GrantDoc>> }
);
offer_changes!(
    /// Changes of a package.
    PackagePatch { items: Option<Vec<ItemDoc>> }
);

/// Sets what was said.
pub(super) fn put<T>(target: &mut T, value: Option<T>) {
    if let Some(value) = value {
        *target = value;
    }
}

/// Sets what was said; `null` lifts it.
fn put_or_lift<T>(target: &mut Option<T>, value: MaybeUndefined<T>) {
    match value {
        MaybeUndefined::Undefined => {}
        MaybeUndefined::Null => *target = None,
        MaybeUndefined::Value(value) => *target = Some(value),
    }
}
