use billing::{
    SUBSCRIPTIONS_READ,
    subscriptions::{SubscriptionFilter, Wish},
};
use events::{ClientId, SubscriptionId};
use kernel::{Api, Ctx, Paging, Problem};
use poem::web::Data;
use poem_openapi::{
    OpenApi, Tags,
    param::{Path, Query},
    payload::Json,
};

use super::{
    service,
    types::{
        CancelIn, ChangeIn, ChangedOut, PauseIn, PreviewOut, SubscriptionDetail, SubscriptionList,
        SubscriptionOut, UseIn,
    },
};

/// The API: subscriptions, for staff and for those whose they are.
#[must_use]
pub fn api() -> Api {
    Api::new(SubscriptionsApi)
}

#[derive(Tags)]
pub(super) enum Tag {
    /// What clients pay again and again.
    Subscriptions,
}

struct SubscriptionsApi;

#[OpenApi(prefix_path = "/api/v1/:slug", tag = "Tag::Subscriptions")]
impl SubscriptionsApi {
    /// Subscriptions
    ///
    /// All of the business for staff, one's own for a client; the newest first.
    #[oai(path = "/subscriptions", method = "get", operation_id = "list_subscriptions")]
    #[expect(clippy::too_many_arguments, reason = "one parameter of the request each")]
    async fn list_subscriptions(
        &self,
        ctx: Data<&Ctx>,
        /// Only in this state.
        status: Query<Option<String>>,
        /// Only to this plan: `pln_…`.
        plan: Query<Option<String>>,
        /// Only of this client.
        client: Query<Option<ClientId>>,
        /// Part of the client's name or e-mail, or of the plan's name.
        search: Query<Option<String>>,
        cursor: Query<Option<String>>,
        limit: Query<Option<i64>>,
    ) -> Result<Json<SubscriptionList>, Problem> {
        let status = status.0.filter(|text| !text.is_empty()).map(|text| text.parse()).transpose();
        let filter = SubscriptionFilter {
            status: status.map_err(|_| Problem::field("status", "subscription_status"))?,
            item: plan.0.unwrap_or_default(),
            client: client.0,
            search: search.0.unwrap_or_default(),
        };
        let paging = Paging::new(cursor.0.as_deref(), limit.0)?;
        if !ctx.may(SUBSCRIPTIONS_READ) {
            let items = service::mine(&ctx).await?.iter().map(SubscriptionOut::of).collect();
            return Ok(Json(SubscriptionList { items, next_cursor: None }));
        }
        let (rows, next_cursor) = service::list(&ctx, &filter, &paging).await?;
        let items = rows.iter().map(|row| SubscriptionOut::of(&row.subscription)).collect();
        Ok(Json(SubscriptionList { items, next_cursor }))
    }

    /// One subscription
    ///
    /// With its orders, its timeline, and what it may be changed to.
    #[oai(path = "/subscriptions/:id", method = "get", operation_id = "get_subscription")]
    async fn get_subscription(
        &self,
        ctx: Data<&Ctx>,
        id: Path<SubscriptionId>,
    ) -> Result<Json<SubscriptionDetail>, Problem> {
        let detail = if ctx.may(SUBSCRIPTIONS_READ) {
            service::for_staff(&ctx, id.0).await?
        } else {
            service::detail(&ctx, id.0, service::own(&ctx).await?).await?
        };
        Ok(Json(SubscriptionDetail::of(&detail)))
    }

    /// Pause a subscription
    ///
    /// Nothing is charged and nothing is given until it goes on; what is left of the paid period is there then.
    #[oai(path = "/subscriptions/:id/pause", method = "post", operation_id = "pause_subscription")]
    async fn pause_subscription(
        &self,
        ctx: Data<&Ctx>,
        id: Path<SubscriptionId>,
        body: Json<PauseIn>,
    ) -> Result<Json<SubscriptionOut>, Problem> {
        let PauseIn { until, reason } = body.0;
        act(&ctx, id.0, &Wish::Pause(until), reason).await
    }

    /// Resume a subscription
    #[oai(path = "/subscriptions/:id/resume", method = "post", operation_id = "resume_subscription")]
    async fn resume_subscription(
        &self,
        ctx: Data<&Ctx>,
        id: Path<SubscriptionId>,
    ) -> Result<Json<SubscriptionOut>, Problem> {
        act(&ctx, id.0, &Wish::Resume, None).await
    }

    /// End a subscription
    ///
    /// With the paid period, or at once.
    #[oai(path = "/subscriptions/:id/cancel", method = "post", operation_id = "cancel_subscription")]
    async fn cancel_subscription(
        &self,
        ctx: Data<&Ctx>,
        id: Path<SubscriptionId>,
        body: Json<CancelIn>,
    ) -> Result<Json<SubscriptionOut>, Problem> {
        let CancelIn { now, refund, reason } = body.0;
        let wish = match now {
            Some(true) => Wish::EndNow { refund: refund == Some(true) },
            _ => Wish::EndWithPeriod,
        };
        act(&ctx, id.0, &wish, reason).await
    }

    /// Keep a subscription
    ///
    /// It is not to end with the period, and not to change, after all.
    #[oai(path = "/subscriptions/:id/keep", method = "post", operation_id = "keep_subscription")]
    async fn keep_subscription(
        &self,
        ctx: Data<&Ctx>,
        id: Path<SubscriptionId>,
    ) -> Result<Json<SubscriptionOut>, Problem> {
        act(&ctx, id.0, &Wish::Keep, None).await
    }

    /// Pay a subscription with something else
    ///
    /// Its client chooses, signed in, among what they saved. What they pay their others with stays as it is.
    #[oai(path = "/subscriptions/:id/pay-with", method = "post", operation_id = "pay_subscription_with")]
    async fn pay_subscription_with(
        &self,
        ctx: Data<&Ctx>,
        id: Path<SubscriptionId>,
        body: Json<UseIn>,
    ) -> Result<Json<SubscriptionDetail>, Problem> {
        let who = service::own(&ctx).await?;
        service::use_method(&ctx, id.0, who, body.0.saved).await?;
        Ok(Json(SubscriptionDetail::of(&service::detail(&ctx, id.0, who).await?)))
    }

    /// What a change would mean
    ///
    /// Nothing changes. The change itself does the very same, by the seconds that are left then.
    #[oai(
        path = "/subscriptions/:id/change-preview",
        method = "post",
        operation_id = "preview_subscription_change"
    )]
    async fn preview_subscription_change(
        &self,
        ctx: Data<&Ctx>,
        id: Path<SubscriptionId>,
        body: Json<ChangeIn>,
    ) -> Result<Json<PreviewOut>, Problem> {
        let (who, when) = (service::who(&ctx).await?, body.0.when()?);
        let (_, _, preview) = service::preview(&ctx, id.0, who, &body.0.to, when).await?;
        Ok(Json(PreviewOut::of(&preview)))
    }

    /// Change a subscription
    ///
    /// To another plan. What is to be paid is collected when it can be; else the answer says where it is paid.
    #[oai(path = "/subscriptions/:id/change", method = "post", operation_id = "change_subscription")]
    async fn change_subscription(
        &self,
        ctx: Data<&Ctx>,
        id: Path<SubscriptionId>,
        body: Json<ChangeIn>,
    ) -> Result<Json<ChangedOut>, Problem> {
        let (who, when) = (service::who(&ctx).await?, body.0.when()?);
        let reason = body.0.reason.unwrap_or_default();
        let carried = service::change(&ctx, id.0, who, &body.0.to, when, &reason).await?;
        Ok(Json(ChangedOut {
            subscription: SubscriptionOut::of(&carried.subscription),
            pay_at: carried.order.map(|order| ctx.link(&order.own_path())),
        }))
    }
}

async fn act(
    ctx: &Ctx,
    id: SubscriptionId,
    wish: &Wish,
    reason: Option<String>,
) -> Result<Json<SubscriptionOut>, Problem> {
    let who = service::who(ctx).await?;
    let carried = service::carry_out(ctx, id, who, wish, &reason.unwrap_or_default()).await?;
    Ok(Json(SubscriptionOut::of(&carried.subscription)))
}
