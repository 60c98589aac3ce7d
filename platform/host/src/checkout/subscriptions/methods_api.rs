//! What one saved to pay with: the same as on `/me/payment-methods`.

use billing::SavedMethod;
use events::{Instant, OrderId, SavedMethodId, SubscriptionId};
use kernel::{Ctx, Problem};
use poem::web::Data;
use poem_openapi::{Object, OpenApi, param::Path, payload::Json};

use super::{api::Tag, service};

/// Something to pay with. Of a card only what is printed on receipts.
#[derive(Clone, Debug, Object)]
struct PaymentMethodOut {
    id: SavedMethodId,
    /// Who keeps it: `stripe` or `sandbox`.
    provider: String,
    /// `card`, `sepa_debit`.
    kind: String,
    /// As receipts name it: `Visa •• 4242`.
    label: String,
    /// `visa`; empty: none.
    brand: String,
    /// The last four digits; empty: none.
    last4: String,
    exp_month: Option<i32>,
    exp_year: Option<i32>,
    /// Whether it is used unless something else is chosen.
    default: bool,
    /// It pays this subscription alone, which was bought without a login.
    only_for_subscription: Option<SubscriptionId>,
    /// It pays the instalments of this order alone, which was bought without a login.
    only_for_order: Option<OrderId>,
    created_at: Instant,
}

impl PaymentMethodOut {
    fn of(saved: &SavedMethod) -> Self {
        Self {
            id: saved.id,
            provider: saved.provider.to_string(),
            kind: saved.kind.clone(),
            label: saved.label(),
            brand: saved.brand.clone(),
            last4: saved.last4.clone(),
            exp_month: saved.exp_month,
            exp_year: saved.exp_year,
            default: saved.is_default,
            only_for_subscription: saved.subscription_id,
            only_for_order: saved.order_id,
            created_at: saved.created_at,
        }
    }
}

/// What one saved to pay with.
#[derive(Clone, Debug, Object)]
struct PaymentMethodList {
    /// What is used first, then the newest.
    items: Vec<PaymentMethodOut>,
    /// Whether the business offers a way to pay that saves something.
    can_add: bool,
}

/// The payment methods of the client who acts.
pub struct MethodsApi;

#[OpenApi(prefix_path = "/api/v1/:slug", tag = "Tag::Subscriptions")]
impl MethodsApi {
    /// Own payment methods
    ///
    /// What one saved with this business to pay with. Another one is saved on the provider's page, which
    /// `/me/payment-methods` leads to.
    #[oai(path = "/payment-methods", method = "get", operation_id = "list_payment_methods")]
    async fn list_payment_methods(&self, ctx: Data<&Ctx>) -> Result<Json<PaymentMethodList>, Problem> {
        let (saved, can_add) = service::methods(&ctx).await?;
        let items = saved.iter().map(|(saved, _)| PaymentMethodOut::of(saved)).collect();
        Ok(Json(PaymentMethodList { items, can_add }))
    }

    /// Pay with this one
    ///
    /// From now on, unless something else is chosen for a subscription. 409 `method_alone` for one that pays a single thing.
    #[oai(path = "/payment-methods/:id/default", method = "post", operation_id = "choose_payment_method")]
    async fn choose_payment_method(
        &self,
        ctx: Data<&Ctx>,
        id: Path<SavedMethodId>,
    ) -> Result<Json<PaymentMethodList>, Problem> {
        service::choose_method(&ctx, id.0).await?;
        self.list_payment_methods(ctx).await
    }

    /// Remove a payment method
    ///
    /// Here and at the provider; the newest of the others is used then. 404 for one that is not one's own, or is gone.
    #[oai(path = "/payment-methods/:id", method = "delete", operation_id = "remove_payment_method")]
    async fn remove_payment_method(
        &self,
        ctx: Data<&Ctx>,
        id: Path<SavedMethodId>,
    ) -> Result<Json<PaymentMethodList>, Problem> {
        service::remove_method(&ctx, id.0).await?;
        self.list_payment_methods(ctx).await
    }
}
