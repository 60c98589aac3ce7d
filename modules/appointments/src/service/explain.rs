//! "Explain this time": which rule opens or closes a start, for staff.

use events::{BookingId, Id, Instant, MemberId, SharedSlotId};
use kernel::{Ctx, Problem, Tx};
use ledger::calendar::Taken;

use super::slots::{Scope, facts, offer_of};
use crate::{
    model::{
        explained::{CoachAnswer, Reason, Rule, TakenBy, coach_answer},
        load::{BOOKING, Facts, Load, SEATS},
        offer::{Asked, Offer},
    },
    policy::AVAILABILITY_READ,
    queries::{bookings::times_of, offers::TypeRef},
};

/// A question about one start.
#[derive(Clone, Debug)]
pub(crate) struct ExplainAsked {
    pub kind: TypeRef,
    /// `None`: all who offer it.
    pub coach: Option<MemberId>,
    /// How long; `None`: the first of the type's lengths.
    pub minutes: Option<i64>,
    pub start: Instant,
}

/// The answer, coach by coach.
#[derive(Clone, Debug)]
pub(crate) struct Explained {
    pub type_name: String,
    pub start: Instant,
    pub end: Instant,
    /// Whether clients can book it now.
    pub is_open: bool,
    /// Seats left; 0 when it is closed.
    pub seats_left: u32,
    /// What closes it for everybody, whoever the coach is.
    pub for_all: Vec<Reason>,
    pub coaches: Vec<(MemberId, String, CoachAnswer)>,
}

/// Says which rules open or close a start. It asks the engine the same question as the slots do, so it can't disagree
/// with them.
///
/// # Errors
/// 404 for an unknown type, 422 for a coach, a length or a start that makes no sense.
pub(crate) async fn explain(ctx: &Ctx, asked: &ExplainAsked) -> Result<Explained, Problem> {
    ctx.tx(AVAILABILITY_READ, async |tx: &mut Tx| {
        let offer = offer_of(tx, &asked.kind).await?.ok_or_else(Problem::not_found)?;
        let of: Vec<MemberId> = match asked.coach {
            Some(_) => offer.choice(asked.coach)?,
            None => offer.coaches.iter().map(|coach| coach.id).collect(),
        };
        let minutes = offer.length(asked.minutes)?.minutes;
        let range = (asked.start, asked.start.plus_seconds(1));
        let facts = facts(tx, &offer, Scope { of: &of, minutes, range }).await?;
        let taken = taken(tx, &facts).await?;
        answer(&offer, (&of, minutes, tx.ctx().now()), asked.start, &facts, &taken)
    })
    .await
}

/// The blocks of the ledger with what takes them.
async fn taken(tx: &mut Tx, facts: &Facts) -> Result<Vec<(Taken, Option<TakenBy>)>, Problem> {
    let of_kind = |kind: &str| {
        facts.taken.iter().filter(|block| block.kind == kind).map(|block| block.source_id).collect()
    };
    let (bookings, slots): (Vec<_>, Vec<_>) = (of_kind(BOOKING), of_kind(SEATS));
    let ids: Vec<BookingId> = bookings.into_iter().map(Id::from_uuid).collect();
    let slots: Vec<SharedSlotId> = slots.into_iter().map(Id::from_uuid).collect();
    let rows = times_of(tx, &ids, &slots).await?;
    let by = |block: &Taken| {
        let found = rows.iter().find(|row| {
            let slot = row.1.is_some_and(|slot| slot.uuid() == block.source_id);
            row.0.uuid() == block.source_id || (block.kind == SEATS && slot)
        });
        found.map(|(id, _, start, end)| TakenBy { booking: Some(*id), start: *start, end: *end })
    };
    Ok(facts.taken.iter().map(|block| (block.clone(), by(block))).collect())
}

fn answer(
    offer: &Offer,
    (of, minutes, now): (&[MemberId], i32, Instant),
    start: Instant,
    facts: &Facts,
    taken: &[(Taken, Option<TakenBy>)],
) -> Result<Explained, Problem> {
    let load = Load::new(facts, None)?;
    let explained = offer.explain(Asked { of, minutes, load: &load, now }, start)?;
    let explained = explained.ok_or_else(|| Problem::field("start", "out_of_calendar"))?;
    let end = start.plus_minutes(minutes.into());
    let asked: Vec<_> = offer.coaches.iter().filter(|coach| of.contains(&coach.id)).collect();
    let coach = |host: &availability::HostAnswer| {
        let coach = asked.get(host.host)?;
        let taken_at = |at: Instant| {
            let own = taken.iter().filter(|(block, _)| block.coach_id == coach.id);
            own.filter(|(block, _)| block.starts_at <= at && at < block.ends_at).find_map(|(_, by)| *by)
        };
        let full_at = |index: usize| load.busy_of(coach.id).get(index).map(|busy| Instant::new(busy.start()));
        Some((coach.id, coach.name.clone(), coach_answer(host, (start, end), taken_at, full_at)))
    };
    let off = !offer.kind.active;
    Ok(Explained {
        type_name: offer.kind.name.clone(),
        start,
        end,
        is_open: explained.is_open() && !off,
        seats_left: if off { 0 } else { explained.seats_left },
        for_all: off.then(|| Reason::plain(Rule::TypeOff)).into_iter().collect(),
        coaches: explained.hosts.iter().filter_map(coach).collect(),
    })
}
