//! What the business sees of its orders: lists, files, documents, refunds by line, taxes.

mod documents;
mod exports;
mod list;
mod lowered;
mod methods;
mod numbers;
mod refunds;
mod settings;
mod told;

use billing::{
    DiscountKind, Extras, LineRole, Method, NewDiscount, NewDue, NewLine, NewOrder, NewPayment, OnGone,
    Order, Tax, spread,
};
use events::{ClientId, Currency};
use kernel::{Ctx, Permission, Problem};
use serde_json::json;
use testkit::{TenantOptions, TestApp, TestTenant};

const ORDERS_CREATE: Permission = Permission("packages:orders:create");
/// Bank transfer and cash besides the sandbox.
const PAYMENT: &str = "[packages.payment]\nmanual_instructions = \"IBAN **GB00**\"\nmanual_days = 7\n";

/// A business with one client, whose orders are placed as a module places them.
struct Shop<'a> {
    tenant: TestTenant<'a>,
    ctx: Ctx,
    client: ClientId,
}

/// What is ordered, and how.
struct Wanted<'a> {
    key: &'a str,
    name: &'a str,
    email: &'a str,
    method: Method,
    /// Taken off by a code.
    off: i64,
    dues: &'a [NewDue],
    /// The second line's name.
    book: &'a str,
}

impl Default for Wanted<'_> {
    fn default() -> Self {
        Self {
            key: "one",
            name: "Sam Reed",
            email: "sam@example.com",
            method: Method::Sandbox,
            off: 0,
            dues: &[],
            book: "A book",
        }
    }
}

impl<'a> Shop<'a> {
    async fn open(app: &'a TestApp) -> Self {
        let tenant = TestTenant::with(app, TenantOptions::all(app).section(PAYMENT)).await;
        let owner = tenant.owner().await;
        tenant.product(&owner, "free", 0, 1).await;
        tenant.buy(&tenant.visitor(), "free", "first@example.com", "").await;
        tenant.run_jobs().await;
        let id = app.sql.one(&format!("SELECT id FROM clients WHERE {}", tenant.rows())).await;
        let client = format!("cli_{}", id.replace('-', "")).parse().unwrap();
        let info = app.app.directory.by_id(tenant.id).await.unwrap().unwrap();
        let ctx = app.app.system_context(info, "test", String::new()).await.unwrap();
        Self { tenant, ctx, client }
    }

    /// A course for £100 with 20 % VAT inside and a book for £20 with 5 % on top.
    async fn place(&self, wanted: Wanted<'_>) -> Order {
        let tax = |bp, inclusive| Some(Tax { name: "VAT".into(), bp, inclusive });
        let mut lines = [
            NewLine { tax: tax(2000, true), ..NewLine::plain("x", "A course", 10_000, json!({})) },
            NewLine {
                role: LineRole::Bump,
                tax: tax(500, false),
                ..NewLine::plain("y", wanted.book, 2_000, json!({}))
            },
        ];
        let off = spread(wanted.off, &mut lines, |_| true);
        let code = NewDiscount {
            kind: DiscountKind::Coupon,
            code: "SPRING".into(),
            name: "Spring".into(),
            amount: off,
        };
        let discounts = if off > 0 { vec![code] } else { vec![] };
        let new = NewOrder {
            module: "none",
            client: self.client,
            client_name: wanted.name,
            client_email: wanted.email,
            currency: gbp(),
            method: wanted.method,
            form_key: wanted.key,
            expires_at: Some(self.ctx.now().plus_minutes(7 * 24 * 60)),
            lines: &lines,
            return_path: None,
            extras: Extras { discounts: &discounts, dues: wanted.dues, ..Extras::default() },
        };
        self.ctx.tx(ORDERS_CREATE, async |tx| Ok::<_, Problem>(billing::place(tx, new).await?)).await.unwrap()
    }

    /// Money for it comes.
    async fn pay(&self, order: &Order) -> Order {
        let payment = NewPayment {
            label: "Visa •• 4242".into(),
            ..NewPayment::of(Method::Sandbox, format!("paid/{}", order.id), order.due())
        };
        let id = order.id;
        let settled =
            self.ctx.tx(ORDERS_CREATE, async |tx| billing::settle(tx, id, payment, OnGone::GiveBack).await);
        settled.await.unwrap();
        // With the number of its invoice, which comes last.
        let read =
            self.ctx.tx(ORDERS_CREATE, async |tx| Ok::<_, Problem>(billing::by_id(tx, id).await?)).await;
        read.unwrap().unwrap()
    }

    async fn paid(&self, wanted: Wanted<'_>) -> Order {
        self.pay(&self.place(wanted).await).await
    }
}

fn gbp() -> Currency {
    "GBP".parse().unwrap()
}

/// Reads a table strictly (RFC 4180): a quote within quotes is two, lines end with CR LF, all have as many places.
fn table(text: &str) -> Vec<Vec<String>> {
    let text = text.strip_prefix('\u{feff}').expect("the mark of UTF-8");
    let mut rows = vec![vec![String::new()]];
    let (mut quoted, mut chars) = (false, text.chars().peekable());
    while let Some(c) = chars.next() {
        let cell = rows.last_mut().unwrap().last_mut().unwrap();
        match (quoted, c) {
            (true, '"') if chars.peek() == Some(&'"') => cell.push(chars.next().unwrap()),
            (_, '"') => quoted = !quoted,
            (false, ',') => rows.last_mut().unwrap().push(String::new()),
            (false, '\r') => assert_eq!(chars.next(), Some('\n'), "CR LF"),
            (true, c) => cell.push(c),
            (false, c) => cell.push(c),
        }
        if !quoted && c == '\r' {
            rows.push(vec![String::new()]);
        }
    }
    assert_eq!(rows.pop(), Some(vec![String::new()]), "the last line ends, too");
    let wide = rows[0].len();
    assert!(rows.iter().all(|row| row.len() == wide), "{rows:?}");
    rows
}

/// A column of a table by its head.
fn column<'a>(rows: &'a [Vec<String>], head: &str) -> Vec<&'a str> {
    let place =
        rows[0].iter().position(|cell| cell == head).unwrap_or_else(|| panic!("no {head}: {:?}", rows[0]));
    rows[1..].iter().map(|row| row[place].as_str()).collect()
}
