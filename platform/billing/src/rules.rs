use std::{
    fmt,
    sync::{LazyLock, OnceLock},
};

use kernel::{Block, BoxFuture, Ctx, Problem, Tx};
use serde::Serialize;

use crate::{
    Order, OrderLine, Refund,
    subscriptions::{Subscription, Terms},
};

/// A part of a module in billing's own transaction, for one order.
pub type OrderRule = for<'a> fn(&'a mut Tx, &'a Order) -> BoxFuture<'a, Result<(), Problem>>;
/// A part of a module in the transaction of a refund.
pub type RefundRule = for<'a> fn(&'a mut Tx, &'a Order, &'a Refund) -> BoxFuture<'a, Result<(), Problem>>;
/// What a module shows about an order on its page in the studio.
pub type OrderCard =
    for<'a> fn(&'a Ctx, &'a Order, &'a [OrderLine]) -> BoxFuture<'a, Result<Vec<Block>, Problem>>;

/// What a subscription may be changed to, as the module that sold it says.
pub type PlanRule = for<'a> fn(&'a mut Tx, &'a Subscription) -> BoxFuture<'a, Result<Vec<Terms>, Problem>>;

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
    /// An order ended unpaid: free what it reserved.
    pub release: OrderRule,
    /// Money is to go back; [`Order::status`] says whether all of it. Take back what was handed out.
    pub refunded: RefundRule,
    /// Whether a new try to pay gives a waiting order more time. Without it the order keeps the time it was placed with.
    pub prolongs: bool,
    /// What it adds to the receipt's mail.
    pub receipt: fn(&[OrderLine]) -> Vec<ReceiptNote>,
    /// What it shows on the order's page in the studio.
    pub card: OrderCard,
    /// What it shows the buyer on the order's page, for example files to download.
    pub buyer: OrderCard,
    /// What a subscription that it sold may be changed to.
    pub plans: PlanRule,
}

impl OrderRules {
    /// A module that takes no part: late money pays, nothing is reserved here, nothing is taken back.
    #[must_use]
    pub const fn none(module: &'static str) -> Self {
        Self {
            module,
            reclaim: nothing,
            release: nothing,
            refunded: nothing_refunded,
            prolongs: false,
            receipt: |_| Vec::new(),
            card: no_card,
            buyer: no_card,
            plans: no_plans,
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
