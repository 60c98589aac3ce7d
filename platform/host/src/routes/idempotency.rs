//! `Idempotency-Key` on unsafe API calls: the same call again gets the same answer and has no second effect.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use diesel::{ExpressionMethods, OptionalExtension, QueryDsl, QueryResult, sql_types as st};
use diesel_async::RunQueryDsl;
use events::Instant;
use kernel::{CallKey, Ctx, Problem, Tx};
use poem::{
    Body, Endpoint, Request, RequestParts, Response,
    endpoint::BoxEndpoint,
    http::{HeaderValue, StatusCode, header},
};
use sha2::{Digest, Sha256};

use super::answer;
use crate::{core::IDEMPOTENCY_USE, schema::idempotency_keys as keys};

/// Seconds after which a call that never answered (its process died) may be tried again; longer than any request lives.
const ABANDONED_AFTER: i64 = 120;

/// Seconds that an answer is kept.
const KEPT: i64 = 86_400;

enum Claim {
    Ours,
    Running,
    OtherRequest,
    Answered(u16, Vec<u8>),
}

/// Runs the call, or answers as it was answered before.
///
/// # Errors
/// 422 at `Idempotency-Key` when the key can't be used, 409 while a call with it still runs.
pub async fn run(
    ctx: &Ctx,
    inner: &BoxEndpoint<'static, Response>,
    mut parts: RequestParts,
    body: Vec<u8>,
) -> Result<Response, Problem> {
    let Some(key) = parts.headers.get("idempotency-key").cloned() else {
        return Ok(answer(inner.call(Request::from_parts(parts, body.into())).await));
    };
    let key = key.to_str().ok().filter(|key| (1..=200).contains(&key.len()));
    let key = key.ok_or_else(|| Problem::field("Idempotency-Key", "idempotency_key"))?;
    let who = ctx.actor().account().map(|account| account.to_string()).unwrap_or_default();
    let scope = format!("{} {} {who}", parts.method, parts.uri.path());
    let hash = Sha256::digest(&body).to_vec();
    match ctx.tx(IDEMPOTENCY_USE, async |tx| claim(tx, key, &scope, &hash).await).await? {
        Claim::Ours => {}
        Claim::Running => return Err(Problem::conflict("idempotency_in_progress")),
        Claim::OtherRequest => return Err(Problem::field("Idempotency-Key", "idempotency_key_reused")),
        Claim::Answered(status, body) => return Ok(replay(status, body)),
    }
    parts.extensions.insert(call_key(key, &scope, &hash));
    let response = answer(inner.call(Request::from_parts(parts, body.into())).await);
    keep(ctx, key, &scope, response).await
}

/// What the handler may know the call by. The body is part of it, so that no caller meets what another one made.
fn call_key(key: &str, scope: &str, hash: &[u8]) -> CallKey {
    let digest = Sha256::new()
        .chain_update(scope)
        .chain_update([0])
        .chain_update(key)
        .chain_update([0])
        .chain_update(hash);
    CallKey(format!("call-{}", URL_SAFE_NO_PAD.encode(digest.finalize())))
}

async fn claim(tx: &mut Tx, key: &str, scope: &str, hash: &[u8]) -> Result<Claim, Problem> {
    let now = tx.ctx().now();
    forget_old(tx, key, scope, now.plus_seconds(-KEPT)).await?;
    let row =
        (keys::key.eq(key), keys::scope.eq(scope), keys::request_hash.eq(hash), keys::created_at.eq(now));
    let inserted =
        diesel::insert_into(keys::table).values(row).on_conflict_do_nothing().execute(&mut **tx).await?;
    if inserted == 1 {
        return Ok(Claim::Ours);
    }
    let known = keys::table.filter(keys::key.eq(key)).filter(keys::scope.eq(scope));
    let found: Option<(Vec<u8>, Option<i32>, Option<Vec<u8>>)> =
        known.select((keys::request_hash, keys::status, keys::body)).first(&mut **tx).await.optional()?;
    let Some((known_hash, status, body)) = found else { return Ok(Claim::Running) };
    if known_hash != hash {
        return Ok(Claim::OtherRequest);
    }
    if let (Some(status), Some(body)) = (status.and_then(|status| u16::try_from(status).ok()), body) {
        return Ok(Claim::Answered(status, body));
    }
    let taken_over = diesel::update(known)
        .filter(keys::created_at.lt(now.plus_seconds(-ABANDONED_AFTER)))
        .set(keys::created_at.eq(now))
        .execute(&mut **tx)
        .await?;
    Ok(if taken_over == 1 { Claim::Ours } else { Claim::Running })
}

/// Deletes a few answers that are older, this key's own in any case, so that the table holds about a day.
async fn forget_old(tx: &mut Tx, key: &str, scope: &str, before: Instant) -> QueryResult<usize> {
    let sql = "DELETE FROM idempotency_keys WHERE (scope, key) IN \
               (SELECT scope, key FROM idempotency_keys WHERE scope = $2 AND key = $3 AND created_at < $1 \
               UNION ALL SELECT * FROM (SELECT scope, key FROM idempotency_keys WHERE created_at < $1 \
               ORDER BY created_at LIMIT 20 FOR UPDATE SKIP LOCKED) oldest)";
    let query = diesel::sql_query(sql).bind::<st::Timestamptz, _>(before);
    query.bind::<st::Text, _>(scope).bind::<st::Text, _>(key).execute(&mut **tx).await
}

fn replay(status: u16, body: Vec<u8>) -> Response {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::OK);
    let kind =
        if status.is_success() { "application/json; charset=utf-8" } else { "application/problem+json" };
    Response::builder()
        .status(status)
        .header(header::CONTENT_TYPE, kind)
        .header("idempotency-replayed", HeaderValue::from_static("true"))
        .body(body)
}

/// Keeps the answer for the next call with this key. A server error is not kept: the call may be tried again.
async fn keep(ctx: &Ctx, key: &str, scope: &str, response: Response) -> Result<Response, Problem> {
    let status = response.status();
    let known = keys::table.filter(keys::key.eq(key)).filter(keys::scope.eq(scope));
    if !status.is_success() {
        // Nothing was done: the key is free for a corrected call, as the answer itself says what to correct.
        ctx.tx(IDEMPOTENCY_USE, async |tx| -> Result<usize, Problem> {
            Ok(diesel::delete(known).execute(&mut **tx).await?)
        })
        .await?;
        return Ok(response);
    }
    let (parts, body) = response.into_parts();
    let bytes = body.into_vec().await.map_err(Problem::internal)?;
    let set = (keys::status.eq(Some(i32::from(status.as_u16()))), keys::body.eq(Some(bytes.clone())));
    ctx.tx(IDEMPOTENCY_USE, async |tx| -> Result<usize, Problem> {
        Ok(diesel::update(known).set(set).execute(&mut **tx).await?)
    })
    .await?;
    Ok(Response::from_parts(parts, Body::from(bytes)))
}
