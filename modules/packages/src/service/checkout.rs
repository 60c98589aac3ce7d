use billing::{Method, NewLine, NewOrder, Order};
use kernel::{Check, Ctx, Problem, Tx, audit};
use people::clients::{self, NewClient};
use serde_json::json;

use super::release_overdue;
use crate::{
    error::unavailable,
    model::{Offer, Sold, sold_of},
    policy::ORDERS_CREATE,
    queries,
};

/// What a buyer says. There is no amount in it: prices come from the offer.
#[derive(Clone, Debug, Default)]
pub(crate) struct CheckoutInput {
    /// Name of the offer in the URL.
    pub(crate) offer: String,
    pub(crate) name: String,
    pub(crate) email: String,
    /// How to pay; empty: the first way there is.
    pub(crate) method: String,
    /// One form shown is one order.
    pub(crate) form_key: String,
}

/// An order that was placed, and where the buyer goes on.
#[derive(Clone, Debug)]
pub(crate) struct CheckedOut {
    pub(crate) order: Order,
    /// A path of this host or a provider's address.
    pub(crate) next: String,
}

/// Places an order for one offer and begins its payment. The same form again answers like the first time.
pub(crate) async fn checkout(ctx: &Ctx, input: CheckoutInput) -> Result<CheckedOut, Problem> {
    let input = checked(input)?;
    let order = match attempt(ctx, &input).await {
        Ok(order) => order,
        Err(problem) => match before(ctx, &input.form_key).await? {
            Some(order) => order,
            // Something overdue may still hold what is wanted; it is freed on demand, however late the job comes.
            None if is_gone(&problem) && release_overdue(ctx).await? > 0 => attempt(ctx, &input).await?,
            None => return Err(problem),
        },
    };
    let next = billing::begin_payment(ctx, &order).await?;
    Ok(CheckedOut { order, next })
}

fn is_gone(problem: &Problem) -> bool {
    matches!(problem.code, "offer_sold_out" | "offer_limit")
}

fn checked(input: CheckoutInput) -> Result<CheckoutInput, Problem> {
    let mut check = Check::new();
    let name = check.line("name", &input.name, 1, 120);
    let email = check.email("email", &input.email);
    let form_key = check.line("key", &input.form_key, 1, 100);
    check.finish()?;
    Ok(CheckoutInput { name, email, form_key, ..input })
}

async fn before(ctx: &Ctx, form_key: &str) -> Result<Option<Order>, Problem> {
    ctx.tx(ORDERS_CREATE, async |tx| Ok(billing::by_form_key(tx, form_key).await?)).await
}

async fn attempt(ctx: &Ctx, input: &CheckoutInput) -> Result<Order, Problem> {
    ctx.tx(ORDERS_CREATE, async |tx| place(tx, input).await).await
}

/// One transaction: offer, client, stock, order.
async fn place(tx: &mut Tx, input: &CheckoutInput) -> Result<Order, Problem> {
    let ctx = tx.ctx().clone();
    if let Some(order) = billing::by_form_key(tx, &input.form_key).await? {
        return Ok(order);
    }
    let offer = queries::by_slug(tx, &input.offer).await?.ok_or_else(Problem::not_found)?;
    if let Some(problem) = unavailable(offer.availability(ctx.now(), ctx.tenant().currency)) {
        return Err(problem);
    }
    let (method, expires_at) = billing::choose_method(tx, offer.row.price, &input.method).await?;
    let new = NewClient { name: input.name.clone(), email: input.email.clone(), ..NewClient::default() };
    let client = clients::upsert(tx, new).await?;
    let sold = sold_of(&offer, 1);
    queries::reserve(tx, client.id, &sold.holds).await?;
    let lines = [line(&offer, &sold)];
    let new = NewOrder {
        module: crate::ID,
        client: client.id,
        client_name: &input.name,
        client_email: &client.email,
        currency: ctx.tenant().currency,
        method,
        form_key: &input.form_key,
        expires_at,
        lines: &lines,
        return_path: None,
    };
    let order = billing::place(tx, new).await?;
    audit(tx, "order.placed", order.id, json!({ "number": order.number, "total": order.total() })).await?;
    Ok(order)
}

fn line(offer: &Offer, sold: &Sold) -> NewLine {
    NewLine {
        item: offer.public_id(),
        name: offer.row.name.clone(),
        unit_price: offer.row.price,
        quantity: 1,
        detail: serde_json::to_value(sold).unwrap_or_default(),
    }
}

/// The ways in which something of this price can be paid here.
pub(crate) async fn ways_to_pay(ctx: &Ctx, price: i64) -> Result<Vec<Method>, Problem> {
    let settings = ctx.tx(ORDERS_CREATE, async |tx| Ok::<_, Problem>(billing::settings(tx).await?)).await?;
    Ok(billing::methods(&settings, billing::installed(), price))
}
