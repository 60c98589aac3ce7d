//! Both books held together: what Stripe moved on the account, and what is written down here.

use std::collections::BTreeMap;

use billing::{BILLING_RUN, Booked, Method, booked_payments, booked_refunds};
use diesel::{ExpressionMethods, QueryDsl, QueryResult, Queryable, Selectable, SelectableHelper};
use diesel_async::RunQueryDsl;
use events::{Currency, Id, Instant, Money};
use kernel::{Ctx, Tx};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

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

/// A difference between the books.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Finding {
    /// What Stripe calls it.
    pub(crate) reference: String,
    /// The order's number; 0: none is known.
    pub(crate) number: i64,
    /// Minor units; what goes back is below zero.
    pub(crate) ours: i64,
    pub(crate) theirs: i64,
    pub(crate) currency: Currency,
    pub(crate) what: What,
}

/// Which kind of difference.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum What {
    /// Stripe took money that is not written down.
    PaymentMissing,
    /// A payment is written down that Stripe does not know.
    PaymentUnknown,
    /// Both know it, with other amounts.
    PaymentDiffers,
    /// Stripe gave money back that is not written down.
    RefundMissing,
    /// A refund is written down that Stripe does not know.
    RefundUnknown,
    /// Both know it, with other amounts.
    RefundDiffers,
}

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

/// Money by what Stripe calls it.
type Side = BTreeMap<String, (Money, i64)>;

/// Payments and refunds of one side.
#[derive(Debug, Default, PartialEq, Eq)]
struct Book {
    payments: Side,
    refunds: Side,
}

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
        let (paid, back) = (names(&theirs.payments), names(&theirs.refunds));
        // What is known here under a name of Stripe's is ours, whether or not Stripe's object says so.
        let ours = ctx
            .read_tx(BILLING_RUN, async |tx| {
                let payments = booked_payments(tx, Method::Stripe, (since, until), &paid).await?;
                let refunds = booked_refunds(tx, Method::Stripe, (since, until), &back).await?;
                Ok::<_, Failure>(Book { payments: side(payments), refunds: side(refunds) })
            })
            .await?;
        self.complete(&account, &ours, &mut theirs).await?;
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

    async fn keep_audit(
        &self,
        ctx: &Ctx,
        (since, until): (Instant, Instant),
        theirs: &Book,
        findings: Vec<Finding>,
    ) -> Result<(), Failure> {
        let compared = theirs.payments.len().saturating_add(theirs.refunds.len());
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

fn add(side: &mut Side, name: &str, amount: i64, currency: &str) {
    if let Ok(currency) = currency.to_uppercase().parse() {
        let entry = side.entry(name.to_owned()).or_insert((Money::zero(currency), 0));
        entry.0.amount = entry.0.amount.saturating_add(amount);
    }
}

fn side(booked: Vec<Booked>) -> Side {
    let mut side = Side::new();
    for one in booked {
        let entry = side.entry(one.reference).or_insert((Money::zero(one.currency), one.number));
        entry.0.amount = entry.0.amount.saturating_add(one.amount);
    }
    side
}

/// Each difference to the cent, payments first.
fn compare(ours: &Book, theirs: &Book) -> Vec<Finding> {
    let owed: Side =
        ours.refunds.iter().map(|(name, (money, number))| (name.clone(), (back(*money), *number))).collect();
    let payments = differences(
        &ours.payments,
        &theirs.payments,
        [What::PaymentMissing, What::PaymentUnknown, What::PaymentDiffers],
    );
    let refunds =
        differences(&owed, &theirs.refunds, [What::RefundMissing, What::RefundUnknown, What::RefundDiffers]);
    payments.into_iter().chain(refunds).collect()
}

const fn back(money: Money) -> Money {
    Money::new(money.amount.saturating_neg(), money.currency)
}

fn differences(ours: &Side, theirs: &Side, [missing, unknown, differs]: [What; 3]) -> Vec<Finding> {
    let mut found = Vec::new();
    for (name, (money, order)) in ours {
        let there = theirs.get(name).map(|(money, _)| *money);
        if there != Some(*money) {
            let what = if there.is_some() { differs } else { unknown };
            let theirs = there.map_or(0, |there| there.amount);
            let (reference, number) = (name.clone(), *order);
            found.push(Finding {
                reference,
                number,
                ours: money.amount,
                theirs,
                currency: money.currency,
                what,
            });
        }
    }
    let only = theirs.iter().filter(|(name, _)| !ours.contains_key(*name));
    found.extend(only.map(|(name, (money, _))| Finding {
        reference: name.clone(),
        number: 0,
        ours: 0,
        theirs: money.amount,
        currency: money.currency,
        what: missing,
    }));
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn book(payments: &[(&str, i64)], refunds: &[(&str, i64)]) -> Book {
        let side = |all: &[(&str, i64)]| {
            let money = |amount: i64| (Money::new(amount, "GBP".parse().unwrap()), 7);
            all.iter().map(|(name, amount)| ((*name).to_owned(), money(*amount))).collect()
        };
        Book { payments: side(payments), refunds: side(refunds) }
    }

    #[test]
    fn books_that_agree_have_no_findings() {
        let ours = book(&[("pi_1", 9_000)], &[("re_1", 3_000)]);
        assert_eq!(compare(&ours, &book(&[("pi_1", 9_000)], &[("re_1", -3_000)])), []);
    }

    #[test]
    fn each_cent_is_found() {
        let ours = book(&[("pi_1", 9_000), ("pi_2", 100)], &[("re_2", 50)]);
        let theirs = book(&[("pi_1", 8_999), ("pi_3", 70)], &[("re_1", -3_000)]);
        let found: Vec<_> = compare(&ours, &theirs)
            .into_iter()
            .map(|one| (one.reference, one.ours, one.theirs, one.what))
            .collect();
        let wanted = [
            ("pi_1", 9_000, 8_999, What::PaymentDiffers),
            ("pi_2", 100, 0, What::PaymentUnknown),
            ("pi_3", 0, 70, What::PaymentMissing),
            ("re_2", -50, 0, What::RefundUnknown),
            ("re_1", 0, -3_000, What::RefundMissing),
        ];
        assert_eq!(found, wanted.map(|(name, ours, theirs, what)| (name.to_owned(), ours, theirs, what)));
    }
}
