use billing::{Extras, Method, NewOrder, Order};
use events::VoucherId;
use kernel::{Ctx, FieldError, Problem, Tx};
use people::clients::{self, NewClient};

use super::{
    CheckoutInput, Priced,
    guest::{Waiting, Who, make_room, sign_in, tells, waiting},
    plan::{subscribe, trial_used},
    pricing::{self, Hold},
};
use crate::{
    model::{Sold, UsedCode, holds_of},
    policy::ORDERS_CREATE,
    queries::{self, UseRefused},
    service::{grant::sold, release_overdue, vouchers::move_for_order},
};

/// An order that was placed, and where the buyer goes on.
#[derive(Clone, Debug)]
pub(crate) struct CheckedOut {
    pub(crate) order: Order,
    /// A path of this host or a provider's address.
    pub(crate) next: String,
}

/// So many changed versions of one form may each become an order.
const TURNS: usize = 8;

/// Places an order and begins its payment. The same form again answers like the first time; the same form with another
/// content gives up what it ordered before, if that still waits for money.
pub(crate) async fn checkout(ctx: &Ctx, input: CheckoutInput) -> Result<CheckedOut, Problem> {
    let input = input.checked(ctx)?;
    let (order, next) = match before(ctx, &input).await? {
        Before::Ordered(order) => (*order, None),
        Before::Free(key) => place_once(ctx, &input, &key).await?,
    };
    let next = match next {
        Some(next) => next,
        None => billing::begin_payment(ctx, &order).await?,
    };
    Ok(CheckedOut { order, next })
}

/// What a form has done before.
enum Before {
    /// It made this order.
    Ordered(Box<Order>),
    /// Nothing, or what it made is given up: this key is free.
    Free(String),
}

async fn before(ctx: &Ctx, input: &CheckoutInput) -> Result<Before, Problem> {
    let wanted = input.fingerprint();
    for turn in 0..TURNS {
        let key = match turn {
            0 => input.form_key.clone(),
            turn => format!("{}/{turn}", input.form_key),
        };
        let found: Option<(Order, bool)> = ctx
            .read_tx(ORDERS_CREATE, async |tx| {
                let Some(order) = billing::by_form_key(tx, &key).await? else {
                    return Ok::<_, Problem>(None);
                };
                let same = sold_lines(tx, &order).await?.first().is_none_or(|sold| sold.wanted == wanted);
                Ok(Some((order, same)))
            })
            .await?;
        match found {
            None => return Ok(Before::Free(key)),
            Some((order, same)) if same || order.status.was_paid() => {
                return Ok(Before::Ordered(Box::new(order)));
            }
            Some((order, _)) if order.status.is_open() => give_up(ctx, &order).await?,
            Some(_) => {}
        }
    }
    Err(Problem::conflict("try_again"))
}

/// Ends an order whose form wants something else now. One that was paid meanwhile stays.
async fn give_up(ctx: &Ctx, order: &Order) -> Result<(), Problem> {
    let ended = ctx.tx(ORDERS_CREATE, async |tx| billing::cancel(tx, order).await).await;
    match ended {
        Err(problem) if problem.status.is_server_error() => Err(problem),
        _ => Ok(()),
    }
}

/// An order with where its payment goes on, when it began with the order.
type Placed = (Order, Option<String>);

async fn place_once(ctx: &Ctx, input: &CheckoutInput, key: &str) -> Result<Placed, Problem> {
    let problem = match attempt(ctx, input, key).await {
        Ok(placed) => return Ok(placed),
        Err(problem) => problem,
    };
    let look = ctx.tx(ORDERS_CREATE, async |tx| {
        if let Some(order) = billing::by_form_key(tx, key).await? {
            return Ok((Who::Guest, Waiting::Same(Box::new(order))));
        }
        let who = Who::of(tx, &input.buyer.email).await?;
        let waiting = match problem.code {
            "plan_waiting" => waiting(tx, input, who).await?,
            _ => Waiting::Nothing,
        };
        Ok::<_, Problem>((who, waiting))
    });
    let (who, waiting) = look.await?;
    match waiting {
        Waiting::Same(order) => return Ok((*order, None)),
        Waiting::Other(order) => return Err(problem.with("look_at", ctx.link(&order.own_path()))),
        Waiting::Nothing => {}
    }
    // Something overdue may still hold what is wanted; it is freed on demand, however late the job comes.
    let held = problem.code == "plan_waiting" || is_gone(&problem);
    let freed = held && release_overdue(ctx).await? > 0;
    let freed = freed || held && matches!(who, Who::Own(_)) && make_room(ctx, input).await?;
    let problem = match freed {
        true => match attempt(ctx, input, key).await {
            Ok(placed) => return Ok(placed),
            Err(problem) => problem,
        },
        false => problem,
    };
    Err(if who == Who::Guest && tells(&problem) { sign_in() } else { problem })
}

fn is_gone(problem: &Problem) -> bool {
    let gone = |code: &str| {
        matches!(code, "offer_sold_out" | "offer_limit" | "coupon_used_up" | "coupon_own_used_up")
    };
    gone(problem.code) || problem.fields.iter().any(|error| gone(error.code))
}

async fn attempt(ctx: &Ctx, input: &CheckoutInput, key: &str) -> Result<Placed, Problem> {
    ctx.tx(ORDERS_CREATE, async |tx| place(tx, input, key).await).await
}

/// One transaction: offers, client, stock, coupon, vouchers, subscription, order.
async fn place(tx: &mut Tx, input: &CheckoutInput, key: &str) -> Result<Placed, Problem> {
    let (buyer, currency) = (&input.buyer, tx.ctx().tenant().currency);
    let (basket, beside) = pricing::basket(tx, &input.wanted).await?;
    let new = NewClient { name: buyer.name.clone(), email: buyer.email.clone(), ..NewClient::default() };
    let client = clients::upsert(tx, new).await?;
    // A guest who says at once that they go without learns no more than one who does not.
    let asks = basket.main.offer.plan.is_some()
        && (!input.wanted.without_trial || Who::of(tx, &client.email).await? == Who::Guest);
    if asks && trial_used(tx, &input.wanted.offer, client.id).await? {
        return Err(Problem::conflict("trial_used"));
    }
    let mut sold = basket.sold();
    queries::reserve(tx, client.id, &holds_of(&sold)).await?;
    let mut priced = pricing::priced(tx, &input.wanted, basket, beside, Some(client.id), Hold::Yes).await?;
    agreed(&priced, input)?;
    let (method, expires_at) = billing::choose_method(tx, priced.to_pay(), &buyer.method).await?;
    let period = subscribe(tx, &priced, client.id, method).await?;
    let asks_card = priced.asks_card(method);
    remember(&mut sold, &priced, input);
    for (line, sold) in priced.lines.iter_mut().zip(&sold) {
        line.detail = serde_json::to_value(sold).map_err(Problem::internal)?;
    }
    let extras = Extras {
        discounts: &priced.discounts,
        dues: &priced.dues,
        period,
        bill_to: &buyer.bill_to,
        buyer_tax_id: &buyer.tax_id,
        codes: &priced.codes,
        asks_card,
    };
    let new = NewOrder {
        module: crate::ID,
        client: client.id,
        client_name: &buyer.name,
        client_email: &client.email,
        currency,
        method,
        form_key: key,
        expires_at,
        lines: &priced.lines,
        return_path: None,
        extras,
    };
    let (order, next) = billing::place_and_begin(tx, new).await?;
    take(tx, &order, &priced.used).await?;
    Ok((order, next))
}

/// Whether the buyer saw what it comes to now.
fn agreed(priced: &Priced, input: &CheckoutInput) -> Result<(), Problem> {
    if !priced.refused.is_empty() {
        return Err(Problem::invalid(priced.refused.clone()));
    }
    match &input.shown {
        Some(shown) if *shown != priced.check() => Err(Problem::conflict("price_changed")),
        _ => Ok(()),
    }
}

/// Writes into the lines what must be known when the order ends or is paid.
fn remember(sold: &mut [Sold], priced: &Priced, input: &CheckoutInput) {
    if let Some(first) = sold.first_mut() {
        first.codes.clone_from(&priced.used);
        first.wanted = input.fingerprint();
        first.browser.clone_from(&input.browser);
    }
    for (sold, picked) in sold.iter_mut().zip(priced.basket.all()) {
        if picked.gives_voucher() {
            sold.gift = Some(input.buyer.gift.clone());
        }
    }
}

/// Uses the codes of an order, coupon first.
pub(in crate::service) async fn take(tx: &mut Tx, order: &Order, used: &[UsedCode]) -> Result<(), Problem> {
    for code in used {
        if let UsedCode::Coupon { coupon } = code {
            queries::use_coupon(tx, *coupon, order.client_id).await?;
        }
    }
    for (voucher, amount) in vouchers_in_order(used) {
        move_for_order(tx, voucher, order.id, amount, true).await?;
    }
    Ok(())
}

/// Frees them.
pub(in crate::service) async fn free(tx: &mut Tx, order: &Order, used: &[UsedCode]) -> Result<(), Problem> {
    for code in used {
        if let UsedCode::Coupon { coupon } = code {
            queries::free_coupon(tx, *coupon, order.client_id).await?;
        }
    }
    for (voucher, amount) in vouchers_in_order(used) {
        move_for_order(tx, voucher, order.id, amount, false).await?;
    }
    Ok(())
}

/// Vouchers in the order in which they are locked.
fn vouchers_in_order(used: &[UsedCode]) -> Vec<(VoucherId, i64)> {
    let voucher = |code: &UsedCode| match code {
        UsedCode::Voucher { voucher, amount } => Some((*voucher, *amount)),
        UsedCode::Coupon { .. } => None,
    };
    let mut vouchers: Vec<_> = used.iter().filter_map(voucher).collect();
    vouchers.sort_unstable();
    vouchers
}

/// What an order's lines remember, the first one first.
pub(in crate::service) async fn sold_lines(tx: &mut Tx, order: &Order) -> Result<Vec<Sold>, Problem> {
    let lines = billing::lines(tx, order.id).await?;
    lines.iter().filter(|line| line.module == crate::ID).map(sold).collect()
}

impl From<UseRefused> for Problem {
    fn from(refused: UseRefused) -> Self {
        match refused {
            UseRefused::UsedUp => Self::invalid(vec![FieldError::new("code", "coupon_used_up")]),
            UseRefused::OwnUsedUp => Self::invalid(vec![FieldError::new("code", "coupon_own_used_up")]),
            UseRefused::Db(error) => error.into(),
        }
    }
}

/// The ways in which something of this price can be paid here.
pub(crate) async fn ways_to_pay(ctx: &Ctx, price: i64) -> Result<Vec<Method>, Problem> {
    let settings = ctx.tx(ORDERS_CREATE, async |tx| Ok::<_, Problem>(billing::settings(tx).await?)).await?;
    Ok(billing::methods(&settings, billing::installed(), price))
}
