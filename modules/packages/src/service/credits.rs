use std::collections::{BTreeMap, BTreeSet};

use events::ClientId;
use kernel::{
    Check, Ctx, Paging, Permission, Problem, Tx, audit,
    csv::{self, Cell},
};
use ledger::credits::{self, Balance, Grant, Granted, Lot, Movement, Origin, Withdrawal};
use people::clients::{self, Client};
use serde_json::json;

use super::Dates;
use crate::{
    model::tidy_pays_for,
    policy::{CREDITS_READ, CREDITS_WRITE, OWN_READ},
};

/// Staff give or take at most so many credits at once.
pub(crate) const MOST_AT_ONCE: i64 = 1_000;
/// An export has at most so many lines.
const MOST_EXPORTED: usize = 100_000;

/// A client's credits.
#[derive(Clone, Debug, Default)]
pub(crate) struct Account {
    pub(crate) balance: Balance,
    pub(crate) lots: Vec<Lot>,
    pub(crate) history: Vec<Movement>,
    /// Where the next page of the history begins.
    pub(crate) next: Option<String>,
    /// Names of what the lots pay for, by their keys.
    pub(crate) names: BTreeMap<String, String>,
}

/// The credits of the client who acts; of somebody who is no client here: none.
pub(crate) async fn own_account(ctx: &Ctx, paging: &Paging) -> Result<(Option<ClientId>, Account), Problem> {
    ctx.tx(OWN_READ, async |tx: &mut Tx| match clients::of_actor(tx).await? {
        Some(client) => Ok((Some(client.id), read(tx, client.id, paging).await?)),
        None => Ok((None, Account::default())),
    })
    .await
}

/// Any client's credits, for staff.
pub(crate) async fn client_account(ctx: &Ctx, client: ClientId, paging: &Paging) -> Result<Account, Problem> {
    Ok(client_page(ctx, client, paging).await?.1)
}

/// The same, with who it is.
pub(crate) async fn client_page(
    ctx: &Ctx,
    client: ClientId,
    paging: &Paging,
) -> Result<(Client, Account), Problem> {
    ctx.tx(CREDITS_READ, async |tx: &mut Tx| {
        let found = known(tx, client).await?;
        Ok((found, read(tx, client, paging).await?))
    })
    .await
}

async fn known(tx: &mut Tx, client: ClientId) -> Result<Client, Problem> {
    clients::by_id(tx, client).await?.ok_or_else(Problem::not_found)
}

/// The credits of a client, who may be the one who acts. Somebody else's are found by staff only.
pub(crate) async fn account_of(
    ctx: &Ctx,
    client: Option<ClientId>,
    paging: &Paging,
) -> Result<(Option<ClientId>, Account), Problem> {
    if let Some(client) = client.filter(|_| ctx.may(CREDITS_READ)) {
        return Ok((Some(client), client_account(ctx, client, paging).await?));
    }
    let own = own_account(ctx, paging).await?;
    if client.is_some() && client != own.0 { Err(Problem::not_found()) } else { Ok(own) }
}

async fn read(tx: &mut Tx, client: ClientId, paging: &Paging) -> Result<Account, Problem> {
    credits::due(tx, client).await?;
    let history = credits::history(tx, client, paging).await?;
    let (history, next) = paging.cut(history, |one| (one.at, one.id));
    let lots = credits::lots(tx, client).await?;
    let keys: BTreeSet<String> = lots.iter().flat_map(|lot| lot.pays_for.iter().cloned()).collect();
    let keys: Vec<String> = keys.into_iter().collect();
    let names = if keys.is_empty() { Vec::new() } else { credits::names(tx, &keys).await? };
    Ok(Account {
        balance: credits::balance(tx, client).await?,
        lots,
        history,
        next,
        names: names.into_iter().collect(),
    })
}

/// A client with what they hold.
#[derive(Clone, Debug)]
pub(crate) struct Holder {
    pub(crate) client: Client,
    pub(crate) balance: Balance,
}

/// Clients with their credits: those who hold some, or all whom the search finds.
pub(crate) async fn holders(
    ctx: &Ctx,
    search: &str,
    paging: &Paging,
) -> Result<(Vec<Holder>, Option<String>), Problem> {
    ctx.read_tx(CREDITS_READ, async |tx: &mut Tx| {
        if search.trim().is_empty() {
            let (held, next) = paging.cut(credits::holders(tx, paging).await?, credits::Held::key);
            let mut all = Vec::with_capacity(held.len());
            let ids: Vec<ClientId> = held.iter().map(|one| one.client).collect();
            let people = clients::by_ids(tx, &ids).await?;
            for one in held {
                let client = people.iter().find(|client| client.id == one.client);
                all.extend(client.map(|client| Holder { client: client.clone(), balance: one.balance }));
            }
            return Ok::<_, Problem>((all, next));
        }
        let found = clients::list(tx, search, paging).await?;
        let (found, next) = paging.cut(found, |client| (client.created_at, client.id.uuid()));
        let ids: Vec<ClientId> = found.iter().map(|client| client.id).collect();
        let held = credits::balances(tx, &ids).await?;
        let holder = |client: Client| {
            let balance = held.iter().find(|one| one.client == client.id).map(|one| one.balance);
            Holder { client, balance: balance.unwrap_or_default() }
        };
        Ok((found.into_iter().map(holder).collect(), next))
    })
    .await
}

/// Credits that staff give, as typed.
#[derive(Clone, Debug, Default)]
pub(crate) struct GiveInput {
    pub(crate) credits: i64,
    /// Days until they expire; `None`: they don't.
    pub(crate) days: Option<i64>,
    /// What they pay for; empty: everything.
    pub(crate) pays_for: Vec<String>,
    /// Told to the client.
    pub(crate) reason: String,
    /// The same form once more gives nothing more.
    pub(crate) key: String,
}

/// Gives credits to a client. Again with the same key: nothing more.
///
/// # Errors
/// 404 for an unknown client, 422 with the fields at fault.
pub(crate) async fn give(ctx: &Ctx, client: ClientId, input: &GiveInput) -> Result<(), Problem> {
    let mut check = Check::new();
    let credits = amount(&mut check, input.credits);
    let days = input.days.map(|days| check.number("days", days, 1, 3_650));
    let pays_for = tidy_pays_for(&input.pays_for);
    let fits = |one: &String| one.chars().count() <= 60 && !one.chars().any(char::is_control);
    check.require(pays_for.len() <= 50 && pays_for.iter().all(fits), "pays_for", "credits_pay_for");
    let reason = check.line("reason", &input.reason, 1, 200);
    check.finish()?;
    let source = source(ctx, client, &input.key);
    ctx.tx(CREDITS_WRITE, async |tx: &mut Tx| {
        known(tx, client).await?;
        let expires_at = days.map(|days| tx.ctx().now().plus_minutes(days * 24 * 60));
        let grant = Grant {
            client,
            source: &source,
            origin: Origin::Staff,
            name: &reason,
            credits,
            expires_at,
            pays_for: &pays_for,
        };
        if let Granted::Granted(lot) = credits::grant(tx, grant).await? {
            let detail =
                json!({ "credits": credits, "reason": reason, "lot": lot, "expires_at": expires_at });
            audit(tx, "credits.given", client, detail).await?;
        }
        Ok(())
    })
    .await
}

/// Credits that staff take, as typed.
#[derive(Clone, Debug, Default)]
pub(crate) struct TakeInput {
    pub(crate) credits: i64,
    /// Told to the client.
    pub(crate) reason: String,
    /// The same form once more takes nothing more.
    pub(crate) key: String,
}

/// Takes credits from a client, those first that expire first. Again with the same key: nothing more.
///
/// # Errors
/// 404 for an unknown client, 409 `credits_short` with `missing`, 422 with the fields at fault.
pub(crate) async fn take(ctx: &Ctx, client: ClientId, input: &TakeInput) -> Result<(), Problem> {
    let mut check = Check::new();
    let credits = amount(&mut check, input.credits);
    let reason = check.line("reason", &input.reason, 1, 200);
    check.finish()?;
    let source = source(ctx, client, &input.key);
    ctx.tx(CREDITS_WRITE, async |tx: &mut Tx| {
        known(tx, client).await?;
        let wanted = Withdrawal { client, source: &source, reason: &reason, credits };
        let taken = credits::take(tx, wanted).await?;
        let detail = json!({ "credits": credits, "reason": reason, "lots": taken.len() });
        audit(tx, "credits.taken", client, detail).await?;
        Ok(())
    })
    .await
}

fn amount(check: &mut Check, credits: i64) -> i32 {
    i32::try_from(check.number("credits", credits, 1, MOST_AT_ONCE)).unwrap_or(0)
}

/// What makes one form one movement.
fn source(ctx: &Ctx, client: ClientId, key: &str) -> String {
    let readable = !key.is_empty() && key.len() <= 100 && key.bytes().all(|byte| byte.is_ascii_graphic());
    let key = if readable { key.to_owned() } else { ctx.new_token() };
    format!("staff/{client}/{key}")
}

/// All that happened to a client's credits, the newest first, for an export.
pub(crate) async fn whole_history(
    ctx: &Ctx,
    permission: Permission,
    client: ClientId,
) -> Result<(Client, Vec<Movement>), Problem> {
    ctx.tx(permission, async |tx: &mut Tx| {
        let found = known(tx, client).await?;
        credits::due(tx, client).await?;
        let (mut all, mut paging) = (Vec::new(), Paging { after: None, limit: 100 });
        loop {
            let page = credits::history(tx, client, &paging).await?;
            let (page, next) = paging.cut(page, |one| (one.at, one.id));
            all.extend(page);
            match next {
                Some(next) if all.len() < MOST_EXPORTED => paging = Paging::new(Some(&next), Some(100))?,
                _ => return Ok::<_, Problem>((found, all)),
            }
        }
    })
    .await
}

/// A history as comma-separated values; who did it is for staff. Times are on the wall clock of the business.
pub(crate) fn history_file(history: &[Movement], dates: &Dates, is_staff: bool) -> String {
    let zone = format!("time ({})", dates.zone());
    let head = [zone.as_str(), "kind", "credits", "for", "from", "expires", "by"];
    let mut text = csv::MARK.to_owned();
    csv::line(&mut text, &head.map(Cell::plain));
    for one in history {
        let from: Vec<&str> = one.parts.iter().map(|part| part.name.as_str()).collect();
        let expires = one.parts.iter().filter_map(|part| part.expires_at).min();
        let by = if is_staff { one.actor.as_str() } else { "" };
        let cells = [
            Cell::plain(dates.wall(one.at)),
            Cell::plain(&one.kind),
            Cell::plain(one.amount),
            Cell::text(&one.reason),
            Cell::text(from.join("; ")),
            Cell::maybe(expires.map(|at| dates.wall(at))),
            Cell::text(by),
        ];
        csv::line(&mut text, &cells);
    }
    text
}

#[cfg(test)]
mod tests {
    use ledger::credits::{Part, Why};

    use super::*;

    #[test]
    fn a_history_is_a_table_without_formulas() {
        let part = |name: &str, expires_at: Option<&str>| Part {
            lot: "lot_00000000000000000000000000000007".parse().unwrap(),
            source: "staff/x".into(),
            origin: "staff".into(),
            name: name.into(),
            credits: -1,
            expires_at: expires_at.map(|at| at.parse().unwrap()),
            why: Why::Oldest,
        };
        let one = Movement {
            id: uuid::Uuid::from_u128(7),
            at: "2026-07-01T09:30:00Z".parse().unwrap(),
            kind: "spend".into(),
            source: "spend/x".into(),
            reason: "=cmd(), \"x\"".into(),
            actor: "Anna".into(),
            amount: -2,
            parts: vec![part("Ten", Some("2026-08-01T00:00:00Z")), part("Gift", None)],
        };
        let dates = Dates::new("Europe/London");
        let staff = history_file(std::slice::from_ref(&one), &dates, true);
        let expected = "\u{feff}time (Europe/London),kind,credits,for,from,expires,by\r\n\
             2026-07-01 10:30:00,spend,-2,\"'=cmd(), \"\"x\"\"\",\"Ten; Gift\",2026-08-01 01:00:00,Anna\r\n";
        assert_eq!(staff, expected);
        assert!(!history_file(&[one], &dates, false).contains("Anna"));
    }
}
