//! Orders and money: whatever a provider tells, in whatever order and however often, orders end in the same state.

use billing::{
    Apart, DisputeSeen, DisputeState, DueState, Extras, LineRole, Method, NewDue, NewLine, NewOrder,
    NewPayment, OnGone, Order, RefundCause, RefundSeen, RefundState, Split, Status, Tax, Why,
};
use events::{ClientId, Currency, Money, OrderId};
use kernel::{Ctx, Permission, Problem};
use serde_json::json;
use testkit::{TestApp, TestTenant};

use super::{context, shop};

const ORDERS_CREATE: Permission = Permission("packages:orders:create");

fn gbp() -> Currency {
    "GBP".parse().unwrap()
}

async fn client(tenant: &TestTenant<'_>) -> ClientId {
    let visitor = tenant.visitor();
    tenant.product(&tenant.owner().await, "free", 0, 1).await;
    tenant.buy(&visitor, "free", "sam@example.com", "").await;
    tenant.run_jobs().await;
    let id = tenant.app.sql.one(&format!("SELECT id FROM clients WHERE {}", tenant.rows())).await;
    format!("cli_{}", id.replace('-', "")).parse().unwrap()
}

/// An order of £100 and £20 with 20 % tax inside the first, paid in these instalments.
async fn place(ctx: &Ctx, client: ClientId, key: &str, dues: &[NewDue]) -> Order {
    let vat = Tax { name: "VAT".into(), bp: 2000, inclusive: true };
    let lines = [
        NewLine { tax: Some(vat), ..NewLine::plain("x", "A course", 10_000, json!({})) },
        NewLine { role: LineRole::Bump, ..NewLine::plain("y", "A book", 2_000, json!({})) },
    ];
    let new = NewOrder {
        module: "none",
        client,
        client_name: "Sam Reed",
        client_email: "sam@example.com",
        currency: gbp(),
        method: Method::Sandbox,
        form_key: key,
        expires_at: Some(ctx.now().plus_minutes(40)),
        lines: &lines,
        return_path: None,
        extras: Extras { dues, ..Extras::default() },
    };
    ctx.tx(ORDERS_CREATE, async |tx| Ok::<_, Problem>(billing::place(tx, new).await?)).await.unwrap()
}

async fn now(ctx: &Ctx, order: OrderId) -> Order {
    ctx.tx(ORDERS_CREATE, async |tx| Ok::<_, Problem>(billing::by_id(tx, order).await?.unwrap()))
        .await
        .unwrap()
}

/// Something that a provider tells.
#[derive(Clone, Copy, Debug)]
enum Fact {
    Paid(i32),
    Refunded(i32, i64),
    DisputeOpened,
    DisputeLost,
}

/// Tells a fact; `false`: not understood yet, so it is told again later, as a provider's state is looked at again.
async fn tell(ctx: &Ctx, order: &Order, fact: Fact, amounts: &[i64]) -> bool {
    let payment = |due: i32| format!("{}/{due}", order.id);
    ctx.tx(ORDERS_CREATE, async |tx| {
        Ok::<_, Problem>(match fact {
            Fact::Paid(due) => {
                let amount = Money::new(amounts[usize::try_from(due).unwrap()], gbp());
                if due > 0 && !billing::lock(tx, order.id).await?.unwrap().status.was_paid() {
                    return Ok(false);
                }
                let money = NewPayment { due, ..NewPayment::of(Method::Sandbox, payment(due), amount) };
                billing::settle(tx, order.id, money, OnGone::GiveBack).await?;
                true
            }
            Fact::Refunded(due, amount) => {
                let seen = RefundSeen {
                    method: Method::Sandbox,
                    payment: payment(due),
                    reference: format!("{}/re_{due}", order.id),
                    own: None,
                    amount,
                    state: RefundState::Done,
                    cause: RefundCause::Provider,
                };
                billing::refund_seen(tx, &seen).await?.is_some()
            }
            Fact::DisputeOpened | Fact::DisputeLost => {
                let lost = matches!(fact, Fact::DisputeLost);
                let seen = DisputeSeen {
                    method: Method::Sandbox,
                    payment: payment(0),
                    reference: format!("{}/dp", order.id),
                    amount: 1_000,
                    reason: "fraudulent".into(),
                    state: if lost { DisputeState::Lost } else { DisputeState::Open },
                    answer_by: None,
                    held: true,
                };
                billing::dispute_seen(tx, &seen).await?.is_some()
            }
        })
    })
    .await
    .unwrap()
}

fn orders_of<T: Copy>(items: &[T]) -> Vec<Vec<T>> {
    if items.len() <= 1 {
        return vec![items.to_vec()];
    }
    let mut all = Vec::new();
    for index in 0..items.len() {
        let mut rest = items.to_vec();
        let first = rest.remove(index);
        for mut tail in orders_of(&rest) {
            tail.insert(0, first);
            all.push(tail);
        }
    }
    all
}

/// What must be the same in the end.
async fn summary(ctx: &Ctx, order: OrderId) -> String {
    let order = now(ctx, order).await;
    let (payments, refunds, dues, disputes) = ctx
        .tx(ORDERS_CREATE, async |tx| {
            Ok::<_, Problem>((
                billing::payments(tx, order.id).await?,
                billing::refunds(tx, order.id).await?,
                billing::dues(tx, order.id).await?,
                billing::disputes(tx, order.id).await?,
            ))
        })
        .await
        .unwrap();
    let mut payments: Vec<_> =
        payments.iter().map(|one| format!("{:?} {} {}", one.status, one.due, one.amount)).collect();
    let mut refunds: Vec<_> =
        refunds.iter().map(|one| format!("{:?} {:?} {}", one.state, one.cause, one.amount)).collect();
    payments.sort();
    refunds.sort();
    let dues: Vec<_> = dues.iter().map(|due| (due.position, due.state)).collect();
    let disputes: Vec<_> = disputes.iter().map(|one| one.state).collect();
    format!("{} due {} {payments:?} {refunds:?} {dues:?} {disputes:?}", order.status, order.due_now)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn facts_in_every_order_and_three_times_each_end_in_the_same_state() {
    let app = TestApp::start().await;
    let tenant = shop(&app, "").await;
    let client = client(&tenant).await;
    let ctx = context(&tenant).await;
    let facts =
        [Fact::Paid(0), Fact::Paid(1), Fact::Refunded(0, 3_000), Fact::DisputeOpened, Fact::DisputeLost];
    let dues = billing::split(12_000, Split::Parts(2, Apart::Month), ctx.now(), "UTC");
    let mut ends = std::collections::BTreeMap::<String, usize>::new();
    for (number, sequence) in orders_of(&facts).into_iter().enumerate() {
        let order = place(&ctx, client, &format!("order-{number}"), &dues).await;
        let mut waiting: Vec<Fact> = sequence.iter().flat_map(|fact| [*fact; 3]).collect();
        for _ in 0..4 {
            let mut again = Vec::new();
            for fact in waiting {
                if !tell(&ctx, &order, fact, &[6_000, 6_000]).await {
                    again.push(fact);
                }
            }
            waiting = again;
        }
        assert!(waiting.is_empty(), "{waiting:?} of {sequence:?}");
        *ends.entry(summary(&ctx, order.id).await).or_default() += 1;
    }
    assert_eq!(ends.len(), 1, "{ends:#?}");
    let (end, count) = ends.pop_first().unwrap();
    assert_eq!(count, 120);
    let wanted = "partially_refunded due 0 [\"Succeeded 0 6000\", \"Succeeded 1 6000\"] [\"Done Dispute 1000\", \"Done Provider 3000\"] [(0, Paid), (1, Paid)] [Lost]";
    assert_eq!(end, wanted);
    tenant.leave_outbox();
}

/// A line goes back, then the rest: more than one payment holds, so the latest first.
async fn all_goes_back_by_lines_and_by_amount(ctx: &Ctx, tenant: &TestTenant<'_>, order: &Order) {
    let (lines, left) = ctx
        .tx(ORDERS_CREATE, async |tx| {
            Ok::<_, Problem>((
                billing::lines_back(tx, order.id).await?,
                billing::refundable(tx, order.id).await?,
            ))
        })
        .await
        .unwrap();
    assert_eq!(left, 8_000);
    // 4,000 are still to come: they go first, and 1,000 of the second payment.
    let wanted = [(lines[1].line.id, 2_000), (lines[0].line.id, 3_000)];
    let by_line = async || {
        ctx.tx(ORDERS_CREATE, async |tx| {
            billing::refund_by_lines(tx, order.id, &wanted, "test/lines", Why::Staff("")).await
        })
        .await
    };
    let first = by_line().await.unwrap();
    assert_eq!(by_line().await.unwrap().id, first.id, "the same source is the same refund");
    assert_eq!((first.amount, first.lowered), (1_000, 4_000));
    assert_eq!(tenant.count("refunds", "cause = 'staff'").await, 1);
    assert_eq!(tenant.count("order_dues", "state = 'void' AND lowered = amount").await, 1);
    let too_much = ctx
        .tx(ORDERS_CREATE, async |tx| {
            billing::refund_by_lines(tx, order.id, &[(wanted[0].0, 1)], "test/more", Why::Staff("")).await
        })
        .await;
    assert_eq!(
        too_much.err().and_then(|problem| problem.fields.first().map(|field| field.code)),
        Some("refund_amount")
    );
    ctx.tx(ORDERS_CREATE, async |tx| billing::refund(tx, order.id, 7_000, "test/rest", Why::Staff("")).await)
        .await
        .unwrap();
    assert_eq!(
        tenant.count("refunds", "cause = 'staff'").await,
        3,
        "3,000 of the second payment, 4,000 of the first"
    );
    let end = now(ctx, order.id).await;
    assert_eq!((end.status, end.due_now, end.next_due_at), (Status::Refunded, 0, None));
    let states =
        ctx.tx(ORDERS_CREATE, async |tx| Ok::<_, Problem>(billing::dues(tx, order.id).await?)).await.unwrap();
    assert_eq!(
        states.iter().map(|due| due.state).collect::<Vec<_>>(),
        [DueState::Paid, DueState::Paid, DueState::Void]
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn instalments_are_paid_one_by_one_and_void_when_all_goes_back() {
    let app = TestApp::start().await;
    let tenant = shop(&app, "").await;
    let client = client(&tenant).await;
    let ctx = context(&tenant).await;
    let dues = billing::split(12_000, Split::Parts(3, Apart::Month), ctx.now(), "UTC");
    let order = place(&ctx, client, "three", &dues).await;
    assert_eq!((order.total, order.due_now, order.tax_included), (12_000, 4_000, 1_667));
    assert!(tell(&ctx, &order, Fact::Paid(0), &[4_000]).await);
    let paid = now(&ctx, order.id).await;
    assert_eq!((paid.status, paid.due_now, paid.next_due_at), (Status::Paid, 4_000, Some(dues[1].due_at)));
    // The wrong amount for an instalment is refused, and nothing is written.
    let odd = NewPayment { due: 1, ..NewPayment::of(Method::Sandbox, "odd", Money::new(3_999, gbp())) };
    let refused =
        ctx.tx(ORDERS_CREATE, async |tx| billing::settle(tx, order.id, odd, OnGone::GiveBack).await).await;
    assert_eq!(refused.err().map(|problem| problem.code), Some("payment_amount"));
    assert!(tell(&ctx, &order, Fact::Paid(1), &[4_000, 4_000]).await);
    // The second instalment once more, by another payment: it goes back.
    let twice = NewPayment { due: 1, ..NewPayment::of(Method::Sandbox, "twice", Money::new(4_000, gbp())) };
    ctx.tx(ORDERS_CREATE, async |tx| billing::settle(tx, order.id, twice, OnGone::GiveBack).await)
        .await
        .unwrap();
    assert_eq!(tenant.count("refunds", "cause = 'twice' AND amount = 4000").await, 1);
    all_goes_back_by_lines_and_by_amount(&ctx, &tenant, &order).await;
    // Money for what is not owed any more goes back.
    assert!(tell(&ctx, &order, Fact::Paid(2), &[4_000, 4_000, 4_000]).await);
    assert_eq!(tenant.count("refunds", "cause = 'late' AND amount = 4000").await, 1);
    tenant.run_jobs().await;
    assert_eq!(tenant.count("refunds", "state <> 'done'").await, 0);
    tenant.finish().await;
}
