use std::{
    fmt,
    sync::{LazyLock, OnceLock},
};

use events::Instant;
use kernel::{Block, BoxFuture, Ctx, Problem, Tx};
use serde::Serialize;

use crate::{
    Order, OrderLine, Refund, Unused,
    subscriptions::{Subscription, Terms},
};

/// A part of a module in billing's own transaction, for one order.
pub type OrderRule = for<'a> fn(&'a mut Tx, &'a Order) -> BoxFuture<'a, Result<(), Problem>>;
/// A part of a module in the transaction of a refund.
pub type RefundRule = for<'a> fn(&'a mut Tx, &'a Order, &'a Refund) -> BoxFuture<'a, Result<(), Problem>>;
/// How much of what lines gave is unused.
pub type UnusedRule = for<'a> fn(&'a mut Tx, &'a [OrderLine]) -> BoxFuture<'a, Result<Vec<Unused>, Problem>>;
/// A part of a module in billing's own transaction, for some lines of an order.
pub type LinesRule = for<'a> fn(&'a mut Tx, &'a Order, &'a [OrderLine]) -> BoxFuture<'a, Result<(), Problem>>;
/// What a module shows about an order on its page in the studio.
pub type OrderCard =
    for<'a> fn(&'a Ctx, &'a Order, &'a [OrderLine]) -> BoxFuture<'a, Result<Vec<Block>, Problem>>;

/// What a subscription may be changed to, as the module that sold it says.
pub type PlanRule = for<'a> fn(&'a mut Tx, &'a Subscription) -> BoxFuture<'a, Result<Vec<Terms>, Problem>>;

/// A part of a module in the change of a subscription that it sold.
pub type ChosenRule =
    for<'a> fn(&'a mut Tx, &'a Subscription, &'a Terms) -> BoxFuture<'a, Result<(), Problem>>;
/// The span around a moment whose worth a module hands out at once, such as the credits of a week; `None`: it gives second by
/// second.
pub type SpanRule = for<'a> fn(
    &'a mut Tx,
    &'a Subscription,
    Instant,
) -> BoxFuture<'a, Result<Option<(Instant, Instant)>, Problem>>;

/// A line that a module adds to the receipt: a message of its catalogue with the value `count`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct ReceiptNote {
    /// Key of the message.
    pub key: &'static str,
    /// Its value.
    pub count: i64,
}

/// How a module that sells takes part in what happens to its orders. A value, not a trait with defaults; begin with
/// [`OrderRules::none`]. The rules hold whether the module is on or off for the tenant: an order outlives a switch.
///
/// Lock order: billing has locked the order before it calls a rule. A module that takes the other way round (its own row,
/// then [`crate::refund`] or [`crate::cancel`]) locks the order first, with [`crate::lock`].
#[derive(Clone, Copy)]
pub struct OrderRules {
    /// The module, as [`crate::NewOrder::module`] names it.
    pub module: &'static str,
    /// An order that had expired is about to be paid: reserve again what was let go. An error of the client's kind (4xx)
    /// says that the promise can't be kept any more; what it did is taken back then and the money goes back.
    pub reclaim: OrderRule,
    /// An order was just paid: hand out what was bought. What it writes stands with the payment. An error takes back only what
    /// it did, since the money is there: the module's own job tries again and is seen to fail. The lines are all of the order's.
    pub paid: LinesRule,
    /// An order ended unpaid: free what it reserved.
    pub release: OrderRule,
    /// Money is to go back; [`Order::status`] says whether all of it. Take back what was handed out.
    pub refunded: RefundRule,
    /// An order for which no money came was undone: take back what was handed out, and free its codes.
    pub undone: OrderRule,
    /// How much of what lines gave can still be used; lines that gave nothing that is counted are left out. Decides what a
    /// refund of *what is unused* is.
    pub unused: UnusedRule,
    /// What is unused of these lines was paid back: it can't be used any more.
    pub forfeit: LinesRule,
    /// Whether a new try to pay gives a waiting order more time. Without it the order keeps the time it was placed with.
    pub prolongs: bool,
    /// What it adds to the receipt's mail. An error is one of the job that writes it, which is tried again and seen.
    pub receipt: fn(&[OrderLine]) -> Result<Vec<ReceiptNote>, Problem>,
    /// What it shows on the order's page in the studio.
    pub card: OrderCard,
    /// What it shows the buyer on the order's page, for example files to download.
    pub buyer: OrderCard,
    /// What a subscription that it sold may be changed to.
    pub plans: PlanRule,
    /// A subscription is about to become one to these terms: take what a sale of them takes. An error of the client's kind (4xx)
    /// says that there is none left; what it did is taken back then, and the change is not made.
    pub chosen: ChosenRule,
    /// What of a subscription is handed out at once: a pause gives no time back for it.
    pub span: SpanRule,
}

impl OrderRules {
    /// A module that takes no part: late money pays, nothing is reserved here, nothing is taken back.
    #[must_use]
    pub const fn none(module: &'static str) -> Self {
        Self {
            module,
            reclaim: nothing,
            paid: |_, _, _| Box::pin(std::future::ready(Ok(()))),
            release: nothing,
            refunded: nothing_refunded,
            undone: nothing,
            forfeit: |_, _, _| Box::pin(std::future::ready(Ok(()))),
            unused: |_, _| Box::pin(std::future::ready(Ok(Vec::new()))),
            prolongs: false,
            receipt: |_| Ok(Vec::new()),
            card: no_card,
            buyer: no_card,
            plans: no_plans,
            chosen: |_, _, _| Box::pin(std::future::ready(Ok(()))),
            span: no_span,
        }
    }
}

impl fmt::Debug for OrderRules {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("OrderRules").field(&self.module).finish()
    }
}

fn nothing<'a>(_: &'a mut Tx, _: &'a Order) -> BoxFuture<'a, Result<(), Problem>> {
    Box::pin(std::future::ready(Ok(())))
}
fn nothing_refunded<'a>(_: &'a mut Tx, _: &'a Order, _: &'a Refund) -> BoxFuture<'a, Result<(), Problem>> {
    Box::pin(std::future::ready(Ok(())))
}
fn no_card<'a>(_: &'a Ctx, _: &'a Order, _: &'a [OrderLine]) -> BoxFuture<'a, Result<Vec<Block>, Problem>> {
    Box::pin(std::future::ready(Ok(Vec::new())))
}

fn no_plans<'a>(_: &'a mut Tx, _: &'a Subscription) -> BoxFuture<'a, Result<Vec<Terms>, Problem>> {
    Box::pin(std::future::ready(Ok(Vec::new())))
}

fn no_span<'a>(
    _: &'a mut Tx,
    _: &'a Subscription,
    _: Instant,
) -> BoxFuture<'a, Result<Option<(Instant, Instant)>, Problem>> {
    Box::pin(std::future::ready(Ok(None)))
}

static INSTALLED: OnceLock<Vec<OrderRules>> = OnceLock::new();
static NONE: LazyLock<OrderRules> = LazyLock::new(|| OrderRules::none(""));

/// The host's door: the rules of this process, given once at start. Answers `false` when some were given before.
pub fn install_rules(rules: Vec<OrderRules>) -> bool {
    INSTALLED.set(rules).is_ok()
}

/// The rules of the module that sold an order.
#[must_use]
pub fn rules_of(module: &str) -> &'static OrderRules {
    let all = INSTALLED.get().map(Vec::as_slice).unwrap_or_default();
    all.iter().find(|rules| rules.module == module).unwrap_or(&NONE)
}
