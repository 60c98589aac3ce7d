use diesel::{
    BoolExpressionMethods, ExpressionMethods, OptionalExtension, QueryDsl, QueryResult, Queryable,
    Selectable, SelectableHelper, upsert::on_constraint,
};
use diesel_async::RunQueryDsl;
use events::{ClientId, Instant, OrderId, SavedMethodId, SubscriptionId};
use kernel::{Problem, Tx, audit};
use serde::Serialize;
use serde_json::json;

use crate::{Method, SavedFor, schema::payment_methods as table};

/// What a client saved to pay with. Of a card only what is printed on receipts.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Serialize)]
#[diesel(table_name = table, check_for_backend(diesel::pg::Pg))]
pub struct SavedMethod {
    /// Identity.
    pub id: SavedMethodId,
    /// Whose it is.
    pub client_id: ClientId,
    /// Who keeps it.
    pub provider: Method,
    /// What the provider calls it.
    pub reference: String,
    /// `card`, `sepa_debit`.
    pub kind: String,
    /// `visa`; empty: none.
    pub brand: String,
    /// The last four digits; empty: none.
    pub last4: String,
    /// When it expires.
    pub exp_month: Option<i32>,
    /// When it expires.
    pub exp_year: Option<i32>,
    /// Whether it is used unless the client chooses otherwise.
    pub is_default: bool,
    /// When it was saved.
    pub created_at: Instant,
    /// It is for this subscription alone.
    pub subscription_id: Option<SubscriptionId>,
    /// It is for the instalments of this order alone.
    pub order_id: Option<OrderId>,
}

impl SavedMethod {
    /// For what it may be used.
    #[must_use]
    pub const fn saved_for(&self) -> SavedFor {
        match (self.subscription_id, self.order_id) {
            (Some(id), _) => SavedFor::Subscription(id),
            (None, Some(id)) => SavedFor::Order(id),
            (None, None) => SavedFor::Client,
        }
    }
    /// As receipts name it: `Visa •• 4242`.
    #[must_use]
    pub fn label(&self) -> String {
        let mut name = if self.brand.is_empty() { self.kind.replace('_', " ") } else { self.brand.clone() };
        if let Some(first) = name.get_mut(..1) {
            first.make_ascii_uppercase();
        }
        if self.last4.is_empty() { name } else { format!("{name} •• {}", self.last4) }
    }
}

/// Something to pay with, to be saved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewSaved {
    /// Whose it is.
    pub client: ClientId,
    /// For what it may be used.
    pub saved_for: SavedFor,
    /// Who keeps it.
    pub provider: Method,
    /// What the provider calls it, 1 to 200 characters.
    pub reference: String,
    /// `card`, `sepa_debit`, at most 40 characters.
    pub kind: String,
    /// `visa`; empty: none.
    pub brand: String,
    /// The last four digits; empty: none.
    pub last4: String,
    /// When it expires.
    pub exp_month: Option<i32>,
    /// When it expires.
    pub exp_year: Option<i32>,
}

/// What a client saved to pay with, signed in: what is used first, then the newest.
///
/// # Errors
/// When the database refuses.
pub async fn saved_methods(tx: &mut Tx, client: ClientId) -> QueryResult<Vec<SavedMethod>> {
    let kept = table::table.filter(table::client_id.eq(client).and(table::removed_at.is_null()));
    let kept = kept.filter(table::subscription_id.is_null().and(table::order_id.is_null()));
    let all = kept.order((table::is_default.desc(), table::created_at.desc(), table::id.desc()));
    all.limit(50).select(SavedMethod::as_select()).load(&mut **tx).await
}

/// What a provider calls so, if it was not removed.
///
/// # Errors
/// When the database refuses.
pub async fn saved_by_reference(
    tx: &mut Tx,
    provider: Method,
    reference: &str,
) -> QueryResult<Option<SavedMethod>> {
    let kept = table::table.filter(table::provider.eq(provider).and(table::reference.eq(reference)));
    let kept = kept.filter(table::removed_at.is_null()).select(SavedMethod::as_select());
    kept.first(&mut **tx).await.optional()
}

/// Saves something to pay with, and uses it from now on for what it is for. The same reference again is brought up to date;
/// it never comes to be for something else.
///
/// # Errors
/// 409 `try_again` when the reference is another client's or for something else; when the database refuses.
pub async fn save_method(tx: &mut Tx, new: NewSaved) -> Result<SavedMethod, Problem> {
    let (ctx, cut) = (tx.ctx().clone(), |text: &str, most| text.chars().take(most).collect::<String>());
    let own = new.saved_for == SavedFor::Client;
    if own {
        clear_default(tx, new.client).await?;
    }
    let (subscription, order) = match new.saved_for {
        SavedFor::Client => (None, None),
        SavedFor::Subscription(id) => (Some(id), None),
        SavedFor::Order(id) => (None, Some(id)),
    };
    let known = (
        table::brand.eq(cut(&new.brand, 40)),
        table::last4.eq(cut(&new.last4, 4)),
        table::exp_month.eq(new.exp_month),
        table::exp_year.eq(new.exp_year),
        table::is_default.eq(own),
        table::removed_at.eq(None::<Instant>),
        table::forgotten_at.eq(None::<Instant>),
    );
    let row = (
        table::id.eq(ctx.new_id::<events::kinds::SavedMethod>()),
        table::client_id.eq(new.client),
        table::provider.eq(new.provider),
        table::reference.eq(&new.reference),
        table::kind.eq(cut(&new.kind, 40)),
        table::created_at.eq(ctx.now()),
        table::subscription_id.eq(subscription),
        table::order_id.eq(order),
        known.clone(),
    );
    let write = diesel::insert_into(table::table)
        .values(row)
        .on_conflict(on_constraint("payment_methods_reference"))
        .do_update()
        .set(known);
    let saved: SavedMethod = write.returning(SavedMethod::as_returning()).get_result(&mut **tx).await?;
    if saved.client_id != new.client || saved.saved_for() != new.saved_for {
        return Err(Problem::conflict("try_again"));
    }
    audit(tx, "payment_method.saved", saved.id, json!({ "provider": saved.provider })).await?;
    Ok(saved)
}

/// A client's own; locked.
async fn of_client(tx: &mut Tx, client: ClientId, id: SavedMethodId) -> Result<SavedMethod, Problem> {
    let own = table::table.find(id).filter(table::client_id.eq(client).and(table::removed_at.is_null()));
    let found = own.select(SavedMethod::as_select()).for_no_key_update().first(&mut **tx).await.optional()?;
    found.ok_or_else(Problem::not_found)
}

async fn clear_default(tx: &mut Tx, client: ClientId) -> QueryResult<()> {
    let before = table::table.filter(table::client_id.eq(client).and(table::is_default));
    diesel::update(before).set(table::is_default.eq(false)).execute(&mut **tx).await.map(drop)
}

/// Uses another one of what a client saved from now on.
///
/// # Errors
/// 404 when it is not theirs, 409 `method_alone` when it is for one thing alone.
pub async fn make_default(tx: &mut Tx, client: ClientId, id: SavedMethodId) -> Result<SavedMethod, Problem> {
    let saved = of_client(tx, client, id).await?;
    if saved.saved_for() != SavedFor::Client {
        return Err(Problem::conflict("method_alone"));
    }
    clear_default(tx, client).await?;
    diesel::update(table::table.find(id)).set(table::is_default.eq(true)).execute(&mut **tx).await?;
    audit(tx, "payment_method.chosen", id, json!({})).await?;
    Ok(SavedMethod { is_default: true, ..saved })
}

/// Removes something that a client saved; the newest of the rest is used then. The provider is to forget it afterwards,
/// outside of the transaction.
///
/// # Errors
/// 404 when it is not theirs.
pub async fn remove_method(tx: &mut Tx, client: ClientId, id: SavedMethodId) -> Result<SavedMethod, Problem> {
    let saved = of_client(tx, client, id).await?;
    let change = (table::removed_at.eq(tx.ctx().now()), table::is_default.eq(false));
    diesel::update(table::table.find(id)).set(change).execute(&mut **tx).await?;
    if saved.is_default
        && let Some(next) = saved_methods(tx, client).await?.into_iter().next()
    {
        diesel::update(table::table.find(next.id)).set(table::is_default.eq(true)).execute(&mut **tx).await?;
    }
    audit(tx, "payment_method.removed", id, json!({ "provider": saved.provider })).await?;
    Ok(saved)
}

/// Cards that are used and expire in a month, and whose owners were not told for it yet; they count as told from now on.
/// At most `limit`.
///
/// # Errors
/// When the database refuses.
pub async fn expiring(tx: &mut Tx, year: i32, month: i32, limit: i64) -> QueryResult<Vec<SavedMethod>> {
    let mark = format!("{year:04}-{month:02}");
    let alone = table::subscription_id.is_not_null().or(table::order_id.is_not_null());
    let used = table::removed_at.is_null().and(table::is_default.or(alone));
    let due: Vec<SavedMethodId> = table::table
        .filter(used.and(table::exp_year.eq(year)).and(table::exp_month.eq(month)))
        .filter(table::told_expiry.ne(mark.clone()))
        .order(table::id)
        .limit(limit)
        .select(table::id)
        .load(&mut **tx)
        .await?;
    let told = diesel::update(
        table::table.filter(table::id.eq_any(due)).filter(table::told_expiry.ne(mark.clone())),
    )
    .set(table::told_expiry.eq(mark));
    told.returning(SavedMethod::as_returning()).get_results(&mut **tx).await
}

#[cfg(test)]
mod tests {
    use events::Id;

    use super::*;

    #[test]
    fn as_receipts_name_it() {
        let saved = |kind: &str, brand: &str, last4: &str| SavedMethod {
            id: Id::from_uuid(uuid::Uuid::from_u128(1)),
            client_id: Id::from_uuid(uuid::Uuid::from_u128(2)),
            provider: Method::Stripe,
            reference: "pm_1".into(),
            kind: kind.into(),
            brand: brand.into(),
            last4: last4.into(),
            exp_month: None,
            exp_year: None,
            is_default: true,
            created_at: Instant::new(jiff::Timestamp::UNIX_EPOCH),
            subscription_id: None,
            order_id: None,
        };
        assert_eq!(saved("card", "visa", "4242").label(), "Visa •• 4242");
        assert_eq!(saved("sepa_debit", "", "3000").label(), "Sepa debit •• 3000");
        assert_eq!(saved("link", "", "").label(), "Link");
    }
}
