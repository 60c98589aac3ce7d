use events::{ClientId, Instant, LotId};
use kernel::{CallKey, Ctx, Paging, Problem};
use ledger::credits::{Lot, Movement, Part, Why};
use poem::{Request, web::Data};
use poem_openapi::{Object, OpenApi, Tags, param::Query, payload::Json};

use crate::service::{self, Account, GiveInput, Holder, TakeInput};

#[derive(Tags)]
enum Tag {
    /// Credits: what clients hold, what happened to it, and what staff give and take.
    Credits,
}

/// A lot of credits.
#[derive(Clone, Debug, Object)]
#[oai(rename = "LotOut")]
pub(super) struct LotOut {
    id: LotId,
    /// What was bought.
    name: String,
    credits: i32,
    expires_at: Option<Instant>,
    /// `order`, `plan`, `staff` or `refund`.
    origin: String,
    /// Class types and appointment types (`apt_…`) that it pays for; empty: everything.
    pays_for: Vec<String>,
}

impl From<Lot> for LotOut {
    fn from(lot: Lot) -> Self {
        Self {
            id: lot.id,
            name: lot.name,
            credits: lot.balance,
            expires_at: lot.expires_at,
            origin: lot.origin,
            pays_for: lot.pays_for,
        }
    }
}

/// What one lot had to do with a movement.
#[derive(Clone, Debug, Object)]
#[oai(rename = "MovementPart")]
pub(super) struct PartOut {
    lot: LotId,
    /// What was bought.
    name: String,
    /// Credits that came (+) or went (-).
    credits: i32,
    expires_at: Option<Instant>,
    /// Of a lot that paid: `made_for` what it paid, `expires_first`, or `oldest` where nothing that expires could pay.
    why: String,
}

impl From<Part> for PartOut {
    fn from(part: Part) -> Self {
        let why = match part.why {
            Why::MadeFor => "made_for",
            Why::ExpiresFirst => "expires_first",
            Why::Oldest => "oldest",
        };
        Self {
            lot: part.lot,
            name: part.name,
            credits: part.credits,
            expires_at: part.expires_at,
            why: why.into(),
        }
    }
}

/// A line of the history.
#[derive(Clone, Debug, Object)]
#[oai(rename = "MovementOut")]
pub(super) struct MovementOut {
    at: Instant,
    /// `grant`, `spend`, `refund`, `expire`, `revoke` or `take`.
    kind: String,
    reason: String,
    /// The member of staff who did it; empty: the client, or the platform by itself. For staff.
    actor: String,
    /// Credits that came (+) or went (-).
    amount: i64,
    /// The same by lot, in the order in which they were taken.
    parts: Vec<PartOut>,
}

impl MovementOut {
    fn of(one: Movement, is_staff: bool) -> Self {
        Self {
            at: one.at,
            kind: one.kind,
            reason: one.reason,
            actor: if is_staff { one.actor } else { String::new() },
            amount: one.amount,
            parts: one.parts.into_iter().map(Into::into).collect(),
        }
    }
}

/// A client's credits.
#[derive(Clone, Debug, Object)]
#[oai(rename = "CreditsOut")]
pub(super) struct CreditsOut {
    /// Whose; none: the one who asks is no client here.
    client: Option<ClientId>,
    /// What can be spent now.
    credits: i64,
    next_expiry: Option<Instant>,
    /// How many expire then.
    expiring: i64,
    /// In the order in which they are spent.
    lots: Vec<LotOut>,
    /// The newest first.
    history: Vec<MovementOut>,
    /// Where the history goes on.
    next_cursor: Option<String>,
}

/// What a client holds.
#[derive(Clone, Debug, Object)]
#[oai(rename = "LotList")]
pub(super) struct LotList {
    /// Whose; none: the one who asks is no client here.
    client: Option<ClientId>,
    /// In the order in which they are spent.
    items: Vec<LotOut>,
}

/// What happened to a client's credits.
#[derive(Clone, Debug, Object)]
#[oai(rename = "MovementList")]
pub(super) struct MovementList {
    /// Whose; none: the one who asks is no client here.
    client: Option<ClientId>,
    /// The newest first.
    items: Vec<MovementOut>,
    /// Where the next page begins; none: this is the last one.
    next_cursor: Option<String>,
}

/// A client with what they hold.
#[derive(Clone, Debug, Object)]
#[oai(rename = "CreditHolder")]
pub(super) struct HolderOut {
    client: ClientId,
    name: String,
    email: String,
    /// What can be spent now.
    credits: i64,
    next_expiry: Option<Instant>,
    /// How many expire then.
    expiring: i64,
}

/// A page of clients with what they hold.
#[derive(Clone, Debug, Object)]
#[oai(rename = "CreditHolderList")]
pub(super) struct HolderList {
    items: Vec<HolderOut>,
    /// Where the next page begins; none: this is the last one.
    next_cursor: Option<String>,
}

/// Credits that staff give.
#[derive(Clone, Debug, Object)]
#[oai(rename = "CreditGift")]
pub(super) struct GiftIn {
    client: ClientId,
    /// 1 to 1,000.
    credits: i64,
    /// Days until they expire, 1 to 3,650; left out: they don't.
    days: Option<i64>,
    /// Class types and appointment types (`apt_…`) that they pay for; empty: everything.
    #[oai(default)]
    pays_for: Vec<String>,
    /// Told to the client; 1 to 200 characters.
    reason: String,
}

/// Credits that staff take.
#[derive(Clone, Debug, Object)]
#[oai(rename = "CreditWithdrawal")]
pub(super) struct WithdrawalIn {
    client: ClientId,
    /// 1 to 1,000.
    credits: i64,
    /// Told to the client; 1 to 200 characters.
    reason: String,
}

/// Credits of clients.
pub(crate) struct CreditsApi;

#[OpenApi(prefix_path = "/api/v1/:slug", tag = "Tag::Credits")]
impl CreditsApi {
    /// Clients with their credits
    ///
    /// For staff: those who hold some; with `search` all whom it finds.
    #[oai(path = "/credits", method = "get", operation_id = "list_credits")]
    async fn list(
        &self,
        ctx: Data<&Ctx>,
        /// Part of a name or an e-mail.
        search: Query<Option<String>>,
        cursor: Query<Option<String>>,
        limit: Query<Option<i64>>,
    ) -> Result<Json<HolderList>, Problem> {
        let paging = Paging::new(cursor.0.as_deref(), limit.0)?;
        let (items, next_cursor) = service::holders(&ctx, &search.0.unwrap_or_default(), &paging).await?;
        let holder = |one: Holder| HolderOut {
            client: one.client.id,
            name: one.client.name,
            email: one.client.email,
            credits: one.balance.credits,
            next_expiry: one.balance.next_expiry,
            expiring: one.balance.expiring,
        };
        Ok(Json(HolderList { items: items.into_iter().map(holder).collect(), next_cursor }))
    }

    /// Credits
    ///
    /// One's own, or for staff those of `client`: balance, lots and history.
    #[oai(path = "/credits/balance", method = "get", operation_id = "credits_balance")]
    async fn balance(
        &self,
        ctx: Data<&Ctx>,
        /// Whose; left out: one's own.
        client: Query<Option<ClientId>>,
        /// Where the history goes on.
        cursor: Query<Option<String>>,
        limit: Query<Option<i64>>,
    ) -> Result<Json<CreditsOut>, Problem> {
        account(&ctx, client.0, cursor.0.as_deref(), limit.0).await.map(Json)
    }

    /// Lots of credits
    ///
    /// One's own, or for staff those of `client`: what can be spent, in the order in which it will be.
    #[oai(path = "/credits/lots", method = "get", operation_id = "credit_lots")]
    async fn lots(
        &self,
        ctx: Data<&Ctx>,
        /// Whose; left out: one's own.
        client: Query<Option<ClientId>>,
    ) -> Result<Json<LotList>, Problem> {
        let all = account(&ctx, client.0, None, Some(1)).await?;
        Ok(Json(LotList { client: all.client, items: all.lots }))
    }

    /// History of credits
    ///
    /// One's own, or for staff those of `client`, the newest first.
    #[oai(path = "/credits/history", method = "get", operation_id = "credit_history")]
    async fn history(
        &self,
        ctx: Data<&Ctx>,
        /// Whose; left out: one's own.
        client: Query<Option<ClientId>>,
        cursor: Query<Option<String>>,
        limit: Query<Option<i64>>,
    ) -> Result<Json<MovementList>, Problem> {
        let all = account(&ctx, client.0, cursor.0.as_deref(), limit.0).await?;
        Ok(Json(MovementList { client: all.client, items: all.history, next_cursor: all.next_cursor }))
    }

    /// Give credits
    ///
    /// By staff, with a reason that the client reads. Send the same `Idempotency-Key` again to get the same answer.
    #[oai(path = "/credits/give", method = "post", operation_id = "give_credits")]
    async fn give(
        &self,
        ctx: Data<&Ctx>,
        request: &Request,
        body: Json<GiftIn>,
    ) -> Result<Json<CreditsOut>, Problem> {
        let GiftIn { client, credits, days, pays_for, reason } = body.0;
        let input = GiveInput { credits, days, pays_for, reason, key: key(request) };
        service::give(&ctx, client, &input).await?;
        account(&ctx, Some(client), None, None).await.map(Json)
    }

    /// Take credits
    ///
    /// By staff, with a reason that the client reads; those first that expire first. Send the same `Idempotency-Key` again
    /// to get the same answer.
    #[oai(path = "/credits/take", method = "post", operation_id = "take_credits")]
    async fn take(
        &self,
        ctx: Data<&Ctx>,
        request: &Request,
        body: Json<WithdrawalIn>,
    ) -> Result<Json<CreditsOut>, Problem> {
        let WithdrawalIn { client, credits, reason } = body.0;
        service::take(&ctx, client, &TakeInput { credits, reason, key: key(request) }).await?;
        account(&ctx, Some(client), None, None).await.map(Json)
    }
}

/// What makes a call one; empty: it has no key.
fn key(request: &Request) -> String {
    CallKey::of(request).unwrap_or_default().to_owned()
}

async fn account(
    ctx: &Ctx,
    client: Option<ClientId>,
    cursor: Option<&str>,
    limit: Option<i64>,
) -> Result<CreditsOut, Problem> {
    let paging = Paging::new(cursor, limit)?;
    let (client, account): (_, Account) = service::account_of(ctx, client, &paging).await?;
    let is_staff = ctx.may(crate::policy::CREDITS_READ);
    Ok(CreditsOut {
        client,
        credits: account.balance.credits,
        next_expiry: account.balance.next_expiry,
        expiring: account.balance.expiring,
        lots: account.lots.into_iter().map(Into::into).collect(),
        history: account.history.into_iter().map(|one| MovementOut::of(one, is_staff)).collect(),
        next_cursor: account.next,
    })
}
