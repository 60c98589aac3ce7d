//! What staff need at hand to book for a client: types, coaches, clients.

use events::{AppointmentTypeId, ClientId, MemberId};
use kernel::{Check, Ctx, Paging, Problem, Tx};
use people::{
    clients::{self, Client},
    members::{self, Member},
};

use super::credits::{self, CreditOffer};
use crate::{
    model::AppointmentType,
    policy::{BOOKINGS_READ, BOOKINGS_WRITE, reach},
    queries::types::{type_by_id, types_all},
};

/// How many clients a search finds.
const FOUND: i64 = 8;

/// What a form to book for a client asks for.
#[derive(Clone, Debug, Default)]
pub(crate) struct DeskAsked {
    pub kind: Option<AppointmentTypeId>,
    pub client: Option<ClientId>,
    /// Part of a name, e-mail, telephone or tag; empty: nobody is looked for.
    pub search: String,
}

/// What is at hand.
#[derive(Clone, Debug, Default)]
pub(crate) struct Desk {
    /// All types that are on.
    pub types: Vec<AppointmentType>,
    /// The chosen one with the coaches who offer it.
    pub kind: Option<(AppointmentType, Vec<MemberId>)>,
    pub coaches: Vec<Member>,
    pub client: Option<Client>,
    /// What the client's credits could pay.
    pub credits: Option<CreditOffer>,
    pub found: Vec<Client>,
}

/// Reads it. A type that is off and a client who is unknown are as if not named.
///
/// # Errors
/// 422 when the search text is too long.
pub(crate) async fn desk(ctx: &Ctx, asked: &DeskAsked) -> Result<Desk, Problem> {
    let mut check = Check::new();
    let search = check.line("search", &asked.search, 0, 200);
    check.finish()?;
    ctx.tx(BOOKINGS_WRITE, async |tx: &mut Tx| {
        let mut types = types_all(tx).await?;
        types.retain(|kind| kind.active);
        let only = if let [only] = types.as_slice() { Some(only.id) } else { None };
        let kind = match asked.kind.or(only) {
            Some(id) => type_by_id(tx, id).await?.filter(|(kind, _)| kind.active),
            None => None,
        };
        let client = match asked.client {
            Some(id) => clients::by_id(tx, id).await?,
            None => None,
        };
        let credits = match (&kind, &client) {
            (Some((kind, _)), Some(client)) if costs(kind) => credits::of_client(tx, client.id, kind).await?,
            _ => None,
        };
        let mut found = Vec::new();
        if !search.is_empty() {
            found = clients::list(tx, &search, &Paging { after: None, limit: FOUND }).await?;
            found.truncate(usize::try_from(FOUND).unwrap_or(8));
        }
        Ok(Desk { types, kind, coaches: within_reach(tx).await?, client, credits, found })
    })
    .await
}

/// Whether some length of a type is to be paid.
fn costs(kind: &AppointmentType) -> bool {
    kind.durations().iter().any(|one| one.price > 0)
}

/// The name of a client, for a list that shows one's bookings.
///
/// # Errors
/// When the acting person may not.
pub(crate) async fn client_name(ctx: &Ctx, client: ClientId) -> Result<Option<String>, Problem> {
    ctx.tx(BOOKINGS_READ, async |tx: &mut Tx| Ok(clients::by_id(tx, client).await?.map(|client| client.name)))
        .await
}

/// The types by which a list can be narrowed down, also those that are off.
///
/// # Errors
/// When the acting person may not.
pub(crate) async fn types(ctx: &Ctx) -> Result<Vec<AppointmentType>, Problem> {
    ctx.tx(BOOKINGS_READ, async |tx: &mut Tx| types_all(tx).await.map_err(Problem::from)).await
}

/// The coaches who offer a type, by name.
///
/// # Errors
/// When the acting person may not.
pub(crate) async fn offering(ctx: &Ctx, kind: AppointmentTypeId) -> Result<Vec<Member>, Problem> {
    ctx.tx(BOOKINGS_READ, async |tx: &mut Tx| {
        let of = type_by_id(tx, kind).await?.map(|(_, coaches)| coaches).unwrap_or_default();
        let mut coaches = within_reach(tx).await?;
        coaches.retain(|coach| of.contains(&coach.id));
        Ok(coaches)
    })
    .await
}

/// Coaches whose time the acting person plans.
async fn within_reach(tx: &mut Tx) -> Result<Vec<Member>, Problem> {
    let own = reach(tx.ctx());
    let mut coaches = members::coaches(tx).await?;
    coaches.retain(|coach| own.is_none_or(|own| own == coach.id));
    Ok(coaches)
}
