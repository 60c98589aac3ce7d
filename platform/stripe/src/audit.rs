//! Both books held together: what Stripe moved on the account, and what is written down here.

mod compare;

use std::collections::BTreeMap;

use billing::{BILLING_RUN, Method, booked_disputes, booked_payments, booked_refunds};
use diesel::{ExpressionMethods, QueryDsl, QueryResult, Queryable, Selectable, SelectableHelper};
use diesel_async::RunQueryDsl;
use events::{Id, Instant};
use kernel::{Ctx, Tx};
use serde_json::{Value, json};

use compare::{Book, Side, add, compare, enter_dispute, side};
pub(crate) use compare::{Finding, What};

use crate::{
    Stripe,
    account::Account,
    call::{Plain, Trouble, with},
    failure::Failure,
    follow::is_ours,
    model::{Tags, id, is, items, number, text},
    schema::stripe_audits as table,
};

/// Days that each audit looks back; two of them overlap, so that what one finds the next still sees.
const DAYS: i64 = 4;
/// Seconds that may pass until a movement is written down on both sides.
const SETTLING: i64 = 900;
/// So many pages of movements, of 100 each, are read.
const PAGES: usize = 200;

/// An audit that was made.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = table, check_for_backend(diesel::pg::Pg))]
pub(crate) struct AuditRow {
    pub(crate) id: uuid::Uuid,
    pub(crate) since: Instant,
    pub(crate) until: Instant,
    pub(crate) compared: i32,
    pub(crate) difference: i64,
    pub(crate) findings: Value,
    pub(crate) at: Instant,
}

/// The latest audits.
pub(crate) async fn audits(tx: &mut Tx, limit: i64) -> QueryResult<Vec<AuditRow>> {
    let all = table::table.select(AuditRow::as_select()).order((table::at.desc(), table::id.desc()));
    all.limit(limit).load(&mut **tx).await
}

/// Marks identifiers of audits, which nobody outside sees.
enum AuditKind {}

impl Stripe {
    pub(crate) async fn audit(&self, ctx: &Ctx) -> Result<(), Failure> {
        let Some(account) = self.account(ctx).await? else { return Ok(()) };
        let until = ctx.now().plus_seconds(-SETTLING);
        let since = until.plus_seconds(-DAYS * 86_400).max(account.row.connected_at);
        if since >= until {
            return Ok(());
        }
        let mut theirs = self.movements(ctx, &account, since, until).await?;
        let names = |side: &Side| side.keys().cloned().collect::<Vec<_>>();
        let (paid, back, held) = (names(&theirs.payments), names(&theirs.refunds), names(&theirs.disputes));
        // What is known here under a name of Stripe's is ours, whether or not Stripe's object says so.
        let mut ours = ctx
            .read_tx(BILLING_RUN, async |tx| {
                let payments = booked_payments(tx, Method::Stripe, (since, until), &paid).await?;
                let refunds = booked_refunds(tx, Method::Stripe, (since, until), &back).await?;
                let disputes = booked_disputes(tx, Method::Stripe, (since, until), &held).await?;
                Ok::<_, Failure>(Book {
                    payments: side(payments),
                    refunds: side(refunds),
                    disputes: side(disputes),
                })
            })
            .await?;
        self.complete(&account, &ours, &mut theirs).await?;
        self.complete_disputes(&account, &mut ours, &mut theirs).await?;
        let findings = compare(&ours, &theirs);
        self.keep_audit(ctx, (since, until), &theirs, findings).await
    }

    /// What moved on the account, as far as it is of this tenant.
    async fn movements(
        &self,
        ctx: &Ctx,
        account: &Account,
        since: Instant,
        until: Instant,
    ) -> Result<Book, Failure> {
        let mut book = Book::default();
        let mut after: Option<String> = None;
        for _ in 0..PAGES {
            let created = json!({"gte": since.timestamp().as_second(), "lt": until.timestamp().as_second()});
            let query = json!({"limit": 100, "created": created, "expand": ["data.source"]});
            let query = with(query, "starting_after", after.as_deref());
            let page = self.line().ask(&account.caller, &Plain::get("/balance_transactions", query)).await?;
            let listed = items(&page, "/data");
            for movement in listed {
                self.enter(ctx, account, movement, &mut book).await?;
            }
            after = listed.last().and_then(|last| id(last, "/id")).map(str::to_owned);
            if !is(&page, "/has_more") || after.is_none() {
                return Ok(book);
            }
        }
        Err(Trouble::Away("too many movements for one audit".into()).into())
    }

    /// Charges count by their intent, refunds by themselves.
    async fn enter(
        &self,
        ctx: &Ctx,
        account: &Account,
        movement: &Value,
        book: &mut Book,
    ) -> Result<(), Failure> {
        let source = movement.pointer("/source").unwrap_or(&Value::Null);
        match text(movement, "/type") {
            "charge" | "payment" => {
                let Some(intent) = id(source, "/payment_intent") else { return Ok(()) };
                if self.is_known(ctx, account, source, intent).await? {
                    add(&mut book.payments, intent, number(source, "/amount"), text(source, "/currency"));
                }
            }
            "refund" | "payment_refund" => {
                let (Some(refund), Some(intent)) = (id(source, "/id"), id(source, "/payment_intent")) else {
                    return Ok(());
                };
                if self.is_known(ctx, account, source, intent).await? {
                    add(&mut book.refunds, refund, -number(source, "/amount"), text(source, "/currency"));
                }
            }
            // A refund that bounced is as if it had not been.
            "refund_failure" | "payment_refund_failure" => {
                if let Some(refund) = id(source, "/id") {
                    book.refunds.remove(refund);
                }
            }
            // Other adjustments are between Stripe and the business.
            "adjustment" if text(source, "/object") == "dispute" => {
                let (Some(dispute), Some(intent)) = (id(source, "/id"), id(source, "/payment_intent")) else {
                    return Ok(());
                };
                let known = book.disputes.contains_key(dispute);
                if !known && self.is_known(ctx, account, source, intent).await? {
                    enter_dispute(&mut book.disputes, dispute, source);
                }
            }
            _ => {}
        }
        Ok(())
    }

    /// Whether a payment is this tenant's: its object carries the name, or it is written down here.
    async fn is_known(
        &self,
        ctx: &Ctx,
        account: &Account,
        source: &Value,
        intent: &str,
    ) -> Result<bool, Failure> {
        if is_ours(ctx, &Tags::read(source)) {
            return Ok(true);
        }
        let never = (ctx.now(), ctx.now());
        let named = [intent.to_owned()];
        let here = ctx.read_tx(BILLING_RUN, async |tx| {
            Ok::<_, Failure>(booked_payments(tx, Method::Stripe, never, &named).await?)
        });
        if !here.await?.is_empty() {
            return Ok(true);
        }
        Ok(is_ours(ctx, &self.read_intent(account, intent).await?.tags))
    }

    /// What is written down here but did not move within the window is asked for by its name.
    async fn complete(&self, account: &Account, ours: &Book, theirs: &mut Book) -> Result<(), Failure> {
        for name in ours.payments.keys().filter(|name| name.starts_with("pi_")) {
            if !theirs.payments.contains_key(name) {
                match self.read_intent(account, name).await {
                    Ok(intent) => add(&mut theirs.payments, name, intent.received, &intent.currency),
                    Err(Failure::Stripe(Trouble::Missing(_))) => {}
                    Err(failure) => return Err(failure),
                }
            }
        }
        for name in ours.refunds.keys().filter(|name| name.starts_with("re_") || name.starts_with("pyr_")) {
            if !theirs.refunds.contains_key(name) {
                match self
                    .line()
                    .ask(&account.caller, &Plain::get(format!("/refunds/{name}"), Value::Null))
                    .await
                {
                    Ok(found) if !matches!(text(&found, "/status"), "failed" | "canceled") => {
                        add(&mut theirs.refunds, name, -number(&found, "/amount"), text(&found, "/currency"));
                    }
                    Ok(_) | Err(Trouble::Missing(_)) => {}
                    Err(trouble) => return Err(trouble.into()),
                }
            }
        }
        Ok(())
    }

    /// Disputes that did not move within the window. Of one by which a bank only asks, nothing moves.
    async fn complete_disputes(
        &self,
        account: &Account,
        ours: &mut Book,
        theirs: &mut Book,
    ) -> Result<(), Failure> {
        let names: Vec<String> = ours.disputes.keys().cloned().collect();
        for name in names.iter().filter(|name| !theirs.disputes.contains_key(*name)).collect::<Vec<_>>() {
            let read = Plain::get(format!("/disputes/{name}"), Value::Null);
            match self.line().ask(&account.caller, &read).await {
                Ok(found) if text(&found, "/status").starts_with("warning") => {
                    ours.disputes.remove(name);
                }
                Ok(found) => enter_dispute(&mut theirs.disputes, name, &found),
                Err(Trouble::Missing(_)) => {}
                Err(trouble) => return Err(trouble.into()),
            }
        }
        // What came back in the end moved nothing.
        theirs.disputes.retain(|_, (money, _)| !money.is_zero());
        Ok(())
    }

    async fn keep_audit(
        &self,
        ctx: &Ctx,
        (since, until): (Instant, Instant),
        theirs: &Book,
        findings: Vec<Finding>,
    ) -> Result<(), Failure> {
        let sides = [&theirs.payments, &theirs.refunds, &theirs.disputes];
        let compared: usize = sides.into_iter().map(BTreeMap::len).sum();
        let difference =
            findings.iter().map(|one| one.ours.abs_diff(one.theirs)).fold(0_u64, u64::saturating_add);
        let audit_id: Id<AuditKind> = ctx.new_id();
        let row = (
            table::id.eq(audit_id.uuid()),
            table::since.eq(since),
            table::until.eq(until),
            table::compared.eq(i32::try_from(compared).unwrap_or(i32::MAX)),
            table::difference.eq(i64::try_from(difference).unwrap_or(i64::MAX)),
            table::findings.eq(serde_json::to_value(&findings).unwrap_or(Value::Null)),
            table::at.eq(ctx.now()),
        );
        metrics::gauge!("stripe_audit_findings", "tenant" => ctx.tenant().slug.clone())
            .set(u32::try_from(findings.len()).map_or(f64::INFINITY, f64::from));
        ctx.tx(BILLING_RUN, async |tx| {
            diesel::insert_into(table::table).values(row).execute(&mut **tx).await?;
            Ok(())
        })
        .await
    }
}
