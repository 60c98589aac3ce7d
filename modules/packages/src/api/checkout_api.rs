//! `/checkout`: what it would cost, the order, and its payment on a page of one's own.

use kernel::{CallKey, Ctx, Problem, Tries};
use poem::{Request, web::Data};
use poem_openapi::{OpenApi, payload::Json};

use super::{
    Tag,
    checkout_types::{CheckoutIn, CheckoutOut, IntentIn, IntentOut, QuoteIn, QuoteOut},
};
use crate::{
    policy::ORDERS_CREATE,
    service::{self, CheckoutInput, Priced},
};

/// The checkout.
pub(crate) struct CheckoutApi;

#[OpenApi(prefix_path = "/api/v1/:slug", tag = "Tag::Packages")]
impl CheckoutApi {
    /// Buy
    ///
    /// Places an order and begins its payment. Prices are the offers'; send the same `Idempotency-Key` again to get the
    /// same answer. Without a login as the client who has the e-mail, whatever that client's limits, plans or trials stand
    /// against is answered by one refusal: 422 at `email`, `checkout_sign_in`.
    #[oai(path = "/checkout", method = "post", operation_id = "checkout")]
    async fn checkout(
        &self,
        ctx: Data<&Ctx>,
        tries: Data<&Tries>,
        request: &Request,
        body: Json<CheckoutIn>,
    ) -> Result<Json<CheckoutOut>, Problem> {
        let (wanted, buyer, shown) = body.0.split();
        let form_key = CallKey::of(request).map_or_else(|| ctx.new_token(), str::to_owned);
        let typed = !wanted.codes.is_empty();
        let input = CheckoutInput { wanted, buyer, shown, form_key, browser: String::new() };
        let done =
            service::slowed(&tries, typed, Box::pin(service::checkout(&ctx, input)), |_| false).await?;
        Ok(Json(CheckoutOut {
            order: done.order.id,
            number: done.order.number,
            status: done.order.status.to_string(),
            total: done.order.total(),
            due: done.order.due(),
            receipt: ctx.link(&done.order.own_path()),
            token: done.order.token,
            next: done.next,
        }))
    }

    /// What it would cost
    ///
    /// Lines, discounts, taxes, what is paid now and later. Codes that don't hold are named in `refused`; nothing is
    /// stored.
    #[oai(path = "/checkout/quote", method = "post", operation_id = "quote_checkout")]
    async fn quote(
        &self,
        ctx: Data<&Ctx>,
        tries: Data<&Tries>,
        body: Json<QuoteIn>,
    ) -> Result<Json<QuoteOut>, Problem> {
        let wanted = body.0.wanted().normal();
        let unknown = |priced: &Priced| priced.refused.iter().any(|error| error.code == "code_unknown");
        let typed = !wanted.codes.is_empty();
        let priced = service::slowed(&tries, typed, service::price(&ctx, &wanted), unknown).await?;
        Ok(Json(QuoteOut::of(&priced)))
    }

    /// Pay on a page of one's own
    ///
    /// Begins the payment of an order for the provider's script (Stripe's Payment Element). 409 when the order waits for no
    /// payment, or its provider has no such script.
    #[oai(path = "/checkout/payment-intent", method = "post", operation_id = "begin_payment_intent")]
    async fn payment_intent(
        &self,
        ctx: Data<&Ctx>,
        body: Json<IntentIn>,
    ) -> Result<Json<IntentOut>, Problem> {
        let token = body.0.order;
        let found = ctx
            .tx(ORDERS_CREATE, async |tx| Ok::<_, Problem>(billing::by_token(tx, &token).await?))
            .await?
            .filter(|order| order.module == crate::ID);
        let order = found.ok_or_else(Problem::not_found)?;
        if !order.may_be_paid(ctx.now()) {
            return Err(Problem::conflict("order_closed"));
        }
        let start = billing::installed().element(&ctx, &order).await?;
        let start = start.ok_or_else(|| Problem::conflict("payment_no_element"))?;
        Ok(Json(IntentOut {
            script: start.script,
            client_secret: start.client_secret,
            publishable_key: start.publishable_key,
            account: start.account,
        }))
    }
}
