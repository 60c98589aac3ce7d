//! Our offers as Stripe knows them: products, and a price for each amount they ever had.

use diesel::{BoolExpressionMethods, ExpressionMethods, OptionalExtension, QueryDsl, upsert::on_constraint};
use diesel_async::RunQueryDsl;
use events::{Currency, packages::OfferChanged};
use kernel::Ctx;
use serde_json::json;
use sha2::{Digest as _, Sha256};
use stripe_product::{
    price::{CreatePrice, CreatePriceRecurring, CreatePriceRecurringInterval as Interval},
    product::CreateProduct,
};

use crate::{
    Stripe,
    account::{Account, right},
    call::Plain,
    failure::Failure,
    model::text,
    provider::unreadable,
    requests::currency_of,
    schema::stripe_objects as table,
};

/// An amount that something costs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Priced {
    pub(crate) item: String,
    pub(crate) name: String,
    pub(crate) amount: i64,
    pub(crate) currency: Currency,
    /// Unit and number of it; none: once.
    pub(crate) every: Option<(&'static str, i32)>,
}

impl Priced {
    /// Ours: another amount or rhythm is another price.
    fn local(&self) -> String {
        let (unit, count) = self.every.unwrap_or(("once", 1));
        format!("{}/{}/{}/{unit}/{count}", self.item, self.amount, self.currency)
    }
}

/// What was sent of an object, to see whether it changed.
fn digest(parts: &[&str]) -> String {
    let sum = Sha256::digest(parts.join("\u{1f}"));
    sum.iter().take(16).map(|byte| format!("{byte:02x}")).collect()
}

struct Known {
    reference: String,
    digest: String,
}

impl Stripe {
    /// The price as the account knows it, made when it does not.
    pub(crate) async fn mirrored_price(
        &self,
        ctx: &Ctx,
        account: &Account,
        of: &Priced,
    ) -> Result<String, Failure> {
        let local = of.local();
        if let Some(known) = known(ctx, account, "price", &local).await? {
            return Ok(known.reference);
        }
        let product = self.mirrored_product(ctx, account, &of.item, &of.name, None).await?;
        let mut request = CreatePrice::new(currency_of(of.currency)?)
            .product(product)
            .unit_amount(of.amount)
            .metadata(std::collections::HashMap::from([("item".to_owned(), of.item.clone())]));
        if let Some((unit, count)) = of.every {
            let unit = match unit {
                "week" => Interval::Week,
                "year" => Interval::Year,
                _ => Interval::Month,
            };
            let mut recurring = CreatePriceRecurring::new(unit);
            recurring.interval_count = u64::try_from(count).ok();
            request = request.recurring(recurring);
        }
        let key = format!("price/{}/{local}", ctx.tenant().id);
        let made = self.line().once(&account.caller, &request, &key).await?;
        let reference = text(&made, "/id");
        if reference.is_empty() {
            return Err(unreadable("price"));
        }
        keep(ctx, account, "price", &local, reference, "").await?;
        Ok(reference.to_owned())
    }

    /// The product as the account knows it; brought up to date when more of it is known than its name.
    async fn mirrored_product(
        &self,
        ctx: &Ctx,
        account: &Account,
        item: &str,
        name: &str,
        offer: Option<&OfferChanged>,
    ) -> Result<String, Failure> {
        let (summary, active) = offer.map_or(("", true), |offer| (offer.summary.as_str(), offer.active));
        let sum = digest(&[name, summary, if active { "1" } else { "0" }]);
        match (known(ctx, account, "product", item).await?, offer) {
            (Some(known), None) => Ok(known.reference),
            (Some(known), Some(_)) if known.digest == sum => Ok(known.reference),
            (Some(known), Some(_)) => {
                let form = json!({"name": name, "description": summary, "active": active});
                let path = format!("/products/{}", known.reference);
                self.line().ask(&account.caller, &Plain::post(path, form)).await?;
                keep(ctx, account, "product", item, &known.reference, &sum).await?;
                Ok(known.reference)
            }
            (None, _) => {
                let tags = [
                    ("tenant".to_owned(), ctx.tenant().id.to_string()),
                    ("item".to_owned(), item.to_owned()),
                ];
                let mut request =
                    CreateProduct::new(name).metadata(std::collections::HashMap::from(tags)).active(active);
                if !summary.is_empty() {
                    request = request.description(summary);
                }
                // With another name it is another call; the product is kept by the first that comes.
                let key = format!("product/{}/{item}/{sum}", ctx.tenant().id);
                let made = self.line().once(&account.caller, &request, &key).await?;
                let reference = text(&made, "/id");
                if reference.is_empty() {
                    return Err(unreadable("product"));
                }
                keep(ctx, account, "product", item, reference, &sum).await?;
                Ok(reference.to_owned())
            }
        }
    }

    /// Follows an offer: its product, and a price for what it costs now.
    pub(crate) async fn mirror(&self, ctx: &Ctx, offer: &OfferChanged) -> Result<(), Failure> {
        let Some(account) = self.account(ctx).await?.filter(|account| account.row.charges_enabled) else {
            return Ok(());
        };
        self.mirrored_product(ctx, &account, &offer.item, &offer.name, Some(offer)).await?;
        for price in offer.prices.iter().filter(|price| price.price.amount > 0) {
            let every = price.recurring.as_ref().map(|recurring| {
                let unit = match recurring.every.as_str() {
                    "week" => "week",
                    "year" => "year",
                    _ => "month",
                };
                (unit, recurring.every_count)
            });
            let priced = Priced {
                item: offer.item.clone(),
                name: offer.name.clone(),
                amount: price.price.amount,
                currency: price.price.currency,
                every,
            };
            self.mirrored_price(ctx, &account, &priced).await?;
        }
        Ok(())
    }
}

async fn known(ctx: &Ctx, account: &Account, kind: &str, local: &str) -> Result<Option<Known>, Failure> {
    let name = account.name();
    let row: Option<(String, String)> = ctx
        .read_tx(right(ctx), async |tx| {
            let own = table::table.filter(table::account.eq(name).and(table::kind.eq(kind)));
            let row = own.filter(table::local.eq(local)).select((table::reference, table::digest));
            Ok::<_, Failure>(row.first(&mut **tx).await.optional()?)
        })
        .await?;
    Ok(row.map(|(reference, digest)| Known { reference, digest }))
}

async fn keep(
    ctx: &Ctx,
    account: &Account,
    kind: &str,
    local: &str,
    reference: &str,
    digest: &str,
) -> Result<(), Failure> {
    let (name, now) = (account.name(), ctx.now());
    ctx.tx(right(ctx), async |tx| {
        let change = (table::digest.eq(digest), table::updated_at.eq(now));
        let row = (
            table::account.eq(name),
            table::kind.eq(kind),
            table::local.eq(local),
            table::reference.eq(reference),
            change,
        );
        diesel::insert_into(table::table)
            .values(row)
            .on_conflict(on_constraint("stripe_objects_pkey"))
            .do_update()
            .set(change)
            .execute(&mut **tx)
            .await?;
        Ok(())
    })
    .await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_amount_is_another_price() {
        let priced = |amount, every| Priced {
            item: "pln_1".into(),
            name: "Committed".into(),
            amount,
            currency: "GBP".parse().unwrap(),
            every,
        };
        assert_eq!(priced(10_900, Some(("month", 1))).local(), "pln_1/10900/GBP/month/1");
        assert_eq!(priced(10_900, None).local(), "pln_1/10900/GBP/once/1");
        assert_ne!(digest(&["ab", "c"]), digest(&["a", "bc"]));
    }
}
