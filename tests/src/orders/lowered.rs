//! Orders that are paid in parts, of which lines are given back: what is still to come is lowered first.

use billing::{
    Apart, Due, DueState, LineBack, Method, NewDue, NewPayment, OnGone, Order, Refund, Settled, Split,
    Status, Why,
};
use events::{Money, OrderLineId};
use kernel::Problem;
use serde_json::json;
use testkit::TestApp;

use super::{ORDERS_CREATE, Shop, Wanted, gbp};

/// What an order comes to at a moment.
struct Stand {
    order: Order,
    lines: Vec<LineBack>,
    dues: Vec<Due>,
    refunds: Vec<Refund>,
    /// What can be given back of the money that came.
    left: i64,
}

impl Stand {
    fn to_come(&self) -> i64 {
        self.dues.iter().filter(|due| due.state == DueState::Open).map(Due::amount).sum()
    }
    /// What the lines cost that are not given back.
    fn bought(&self) -> i64 {
        self.lines.iter().map(LineBack::left).sum()
    }
}

async fn stand(shop: &Shop<'_>, id: events::OrderId) -> Stand {
    let read = shop.ctx.tx(ORDERS_CREATE, async |tx| {
        Ok::<_, Problem>(Stand {
            order: billing::by_id(tx, id).await?.unwrap(),
            lines: billing::lines_back(tx, id).await?,
            dues: billing::dues(tx, id).await?,
            refunds: billing::refunds(tx, id).await?,
            left: billing::refundable(tx, id).await?,
        })
    });
    read.await.unwrap()
}

async fn give_back(
    shop: &Shop<'_>,
    order: &Order,
    lines: &[(OrderLineId, i64)],
    source: &str,
) -> Result<Refund, Problem> {
    let (id, why) = (order.id, Why::Staff("Torn"));
    shop.ctx.tx(ORDERS_CREATE, async |tx| billing::refund_by_lines(tx, id, lines, source, why).await).await
}

async fn pay(shop: &Shop<'_>, order: &Order, due: i32, amount: i64) -> Result<Settled, Problem> {
    let reference = format!("{}/{due}/{amount}", order.id);
    let money = NewPayment { due, ..NewPayment::of(Method::Sandbox, reference, Money::new(amount, gbp())) };
    let id = order.id;
    shop.ctx.tx(ORDERS_CREATE, async |tx| billing::settle(tx, id, money, OnGone::GiveBack).await).await
}

fn thirds(shop: &Shop<'_>) -> Vec<NewDue> {
    billing::split(12_100, Split::Parts(3, Apart::Month), shop.ctx.now(), "UTC")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_line_that_is_given_back_is_not_asked_for_any_more() {
    let app = TestApp::start().await;
    let shop = Shop::open(&app).await;
    let owner = shop.tenant.owner().await;
    let order = shop.paid(Wanted { dues: &thirds(&shop), ..Wanted::default() }).await;
    shop.tenant.run_jobs().await;
    let path = format!("/orders/{}", order.id);
    let course = stand(&shop, order.id).await.lines[0].line.id;
    // £121 in parts of £40.34, £40.33 and £40.33; the first is paid. Of the course £60 are given back, by page, twice.
    let field = format!("line-{course}");
    let form = [("by", "lines"), (&field, "60.00"), ("key", "one"), ("reason", "Too much")];
    for _ in 0..2 {
        owner.post_form(&format!("/studio{path}/refund"), &form).await.expect(303);
        assert!(owner.get(&format!("/studio{path}")).await.expect(200).has("less is still to come"));
    }
    let seen = owner.api("GET", &path, None).await.expect(200).json();
    assert_eq!(seen["order"]["status"], "paid", "no money went back");
    let parts: Vec<_> = seen["instalments"].as_array().unwrap().iter().collect();
    let amounts: Vec<_> =
        parts.iter().map(|due| (due["amount"]["amount"].as_i64(), due["state"].as_str())).collect();
    assert_eq!(amounts, [(Some(4_034), Some("paid")), (Some(2_066), Some("open")), (Some(0), Some("void"))]);
    assert_eq!(seen["order"]["due"]["amount"], 2_066);
    assert_eq!(
        (&seen["refunds"][0]["amount"]["amount"], &seen["refunds"][0]["lowered"]["amount"]),
        (&json!(0), &json!(6_000))
    );
    assert_eq!(seen["lines"][0]["refundable"]["amount"], 4_000);
    let page = owner.get(&format!("/studio{path}")).await.expect(200);
    for words in [
        "£20.66 still to come",
        "£60.00 off what was still to come",
        "Taken off later payments",
        "Later payments lowered",
    ] {
        assert!(page.has(words), "{words}: {}", page.body);
    }
    shop.tenant.run_jobs().await;
    let mails = shop.tenant.mails_to("sam@example.com").await;
    let mail = &mails.iter().find(|mail| mail.subject.starts_with("Less to pay")).unwrap().text;
    assert!(mail.contains("£60.00") && !mail.contains("goes back the way"), "{mail}");
    assert_eq!(shop.tenant.count("refunds", "credit_note_number IS NOT NULL AND state = 'done'").await, 1);

    // Money that was asked for before goes back, and the buyer is asked for what is left.
    assert!(matches!(pay(&shop, &order, 1, 4_033).await.unwrap(), Settled::GivenBack(..)));
    assert!(
        pay(&shop, &order, 1, 2_065).await.is_ok_and(|settled| matches!(settled, Settled::GivenBack(..)))
    );
    assert!(matches!(pay(&shop, &order, 1, 2_066).await.unwrap(), Settled::Paid(_)));
    let now = stand(&shop, order.id).await;
    assert_eq!((now.order.due_now, now.order.next_due_at, now.to_come()), (0, None, 0));
    assert_eq!(now.left, now.bought(), "what is paid is what is still bought");
    // The rest of the course: nothing is to come, so it is money, of both payments, each line on its credit note.
    let rest = give_back(&shop, &order, &[(course, 4_000)], "rest").await.unwrap();
    assert_eq!((rest.amount, rest.lowered), (2_066, 0));
    let now = stand(&shop, order.id).await;
    assert_eq!((now.order.status, now.left, now.bought()), (Status::PartiallyRefunded, 2_100, 2_100));
    shop.tenant.run_jobs().await;
    shop.tenant.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_database_keeps_instalments_and_refunds_together() {
    let app = TestApp::start().await;
    let shop = Shop::open(&app).await;
    let order = shop.paid(Wanted { dues: &thirds(&shop), ..Wanted::default() }).await;
    let lines = stand(&shop, order.id).await.lines;
    give_back(&shop, &order, &[(lines[0].line.id, 100)], "one").await.unwrap();
    let of = format!("{} AND order_id = '{}'", shop.tenant.rows(), order.id.uuid());
    for (change, why) in [
        ("UPDATE order_dues SET lowered = lowered + 1 WHERE position = 1", "order_dues_lowered_by_refunds"),
        ("UPDATE order_dues SET lowered = amount WHERE position = 1", "order_dues_open_owes"),
        ("UPDATE order_dues SET state = 'paid' WHERE position = 1", "order_dues_paid_as_wanted"),
        ("UPDATE order_dues SET state = 'void' WHERE position = 1", "order_dues_next_is_asked"),
    ] {
        let refused = app.sql.try_rows(&format!("{change} AND {of}")).await.expect_err(change);
        assert_eq!(refused.as_db_error().and_then(|one| one.constraint()), Some(why), "{change}: {refused}");
    }
    shop.tenant.leave_outbox();
}

/// Numbers that look random and are the same each time.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: i64) -> i64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        i64::try_from(self.0 >> 33).unwrap() % sides.max(1)
    }
}

/// What holds after every step, whatever was done.
fn holds(now: &Stand, told: &str) {
    let paid: i64 = now.dues.iter().filter(|due| due.state == DueState::Paid).map(Due::amount).sum();
    let back: i64 = now.refunds.iter().map(|one| one.amount).sum();
    assert_eq!(now.left, paid - back, "{told}");
    assert!(now.left <= now.bought(), "kept {} of what costs {}: {told}", now.left, now.bought());
    assert_eq!(now.left + now.to_come(), now.bought(), "paid and still asked for is what is bought: {told}");
    let next = now.dues.iter().find(|due| due.state == DueState::Open).map_or(0, Due::amount);
    assert_eq!(now.order.due_now, next, "{told}");
    let off: i64 = now.dues.iter().map(|due| due.lowered).sum();
    assert_eq!(off, now.refunds.iter().map(|one| one.lowered).sum::<i64>(), "{told}");
    let of_lines: i64 = now.lines.iter().map(|one| one.back).sum();
    assert_eq!(of_lines, back + off, "each line's part is on one credit note: {told}");
    // The tax of what was given back and of what is left adds up to the order's, but for half a penny of each.
    let tax = |amount: i64, line: &LineBack| {
        let tax = billing::Tax { name: "VAT".into(), bp: line.line.tax_bp, inclusive: true };
        billing::tax_of(amount, &tax)
    };
    let parts: i64 = now.lines.iter().map(|one| tax(one.back, one) + tax(one.left(), one)).sum();
    let whole = now.order.tax + now.order.tax_included;
    assert!((parts - whole).abs() <= i64::try_from(now.lines.len()).unwrap(), "{parts} {whole}: {told}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn in_whatever_order_parts_are_paid_and_lines_given_back_the_sums_agree() {
    let app = TestApp::start().await;
    let shop = Shop::open(&app).await;
    for run in 0..24_u64 {
        let mut dice = Dice(run * 7_919 + 1);
        let parts = i32::try_from(2 + dice.roll(5)).unwrap();
        let dues = match dice.roll(3) {
            0 => billing::split(12_100, Split::Deposit(1 + dice.roll(12_000), 30), shop.ctx.now(), "UTC"),
            _ => billing::split(12_100, Split::Parts(parts, Apart::Week), shop.ctx.now(), "UTC"),
        };
        let key = format!("run-{run}");
        let order = shop.paid(Wanted { key: &key, dues: &dues, ..Wanted::default() }).await;
        let mut told = format!("run {run} in {} parts", dues.len());
        for turn in 0..12 {
            let before = stand(&shop, order.id).await;
            let next = before.dues.iter().find(|due| due.state == DueState::Open).cloned();
            match (dice.roll(3), next) {
                (0, Some(due)) => {
                    told = format!("{told}, pays {}", due.amount());
                    pay(&shop, &order, due.position, due.amount()).await.unwrap();
                }
                _ => {
                    let some: Vec<_> = before
                        .lines
                        .iter()
                        .filter(|one| one.left() > 0 && dice.roll(2) == 0)
                        .map(|one| (one.line.id, one.left()))
                        .collect();
                    // All of a line, or a part of it; too much is refused and changes nothing.
                    let lines: Vec<_> = some
                        .iter()
                        .map(|(id, left)| {
                            (*id, if dice.roll(2) == 0 { *left } else { 1 + dice.roll(left + 50) })
                        })
                        .collect();
                    if lines.is_empty() {
                        continue;
                    }
                    let fits = lines.iter().zip(&some).all(|((_, wanted), (_, left))| wanted <= left);
                    told =
                        format!("{told}, gives {:?} back", lines.iter().map(|one| one.1).collect::<Vec<_>>());
                    let gone = give_back(&shop, &order, &lines, &format!("{key}/{turn}")).await;
                    assert_eq!(gone.is_ok(), fits, "{told}: {gone:?}");
                    if !fits {
                        assert_eq!(stand(&shop, order.id).await.bought(), before.bought(), "{told}");
                    }
                }
            }
            holds(&stand(&shop, order.id).await, &told);
        }
    }
    shop.tenant.leave_outbox();
}
