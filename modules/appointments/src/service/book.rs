//! Booking: one short transaction. Mails and all else follow from the event.

use std::sync::Arc;

use diesel_async::AsyncPgConnection;
use events::{Instant, MemberId};
use futures::try_join;
use kernel::{Ctx, Problem, Tx, audit};
use ledger::calendar;
use people::clients;
use serde_json::json;

pub(crate) use super::book_input::{BookInput, StaffBookInput};
use super::{
    book_input::{Desk, Order, check, check_staff},
    credits,
    faults::with_answers,
    holds::{LONG_HOLD, check_holds, free_overdue, over_job, place_order},
    pay, place,
    slots::{Scope, facts_of_start, free, offer_of},
    step,
    tell::tell,
};
use crate::{
    error::BookError,
    model::{
        Booking, PlaceKind, State, Terms,
        details::{Answers, Duration},
        intake::answered,
        load::Load,
        offer::{Asked, Offer, Verdict, nearest},
        phone::asked,
        state::CancelledBy,
    },
    policy::{BOOKINGS_CREATE, BOOKINGS_WRITE, reach},
    queries::{
        bookings::{booking_by_form_key, booking_insert, other_coaches_insert},
        steps::step_insert,
    },
    rooms::rooms,
};

/// How many other slots the loser of a race is shown.
const NEAREST: usize = 6;
const DAY: i64 = 1_440;

/// A booking that was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Booked {
    pub booking: Booking,
    /// Where its payer goes on: a path of this host or a provider's address. `None`: nothing to pay (now).
    pub next: Option<String>,
}

/// Books a slot, at once and for certain; what is to be paid or approved keeps its slot meanwhile. The second submit of the
/// same form answers like the first.
///
/// # Errors
/// 422 with the fields at fault; 409 `slot_taken` with the nearest free slots when somebody was faster, `too_many_holds`
/// for a client who holds three slots unpaid, `no_way_to_pay` when the business offers none.
pub(crate) async fn book(ctx: &Ctx, input: &BookInput) -> Result<Booked, Problem> {
    let order = match check(ctx, input, Desk::Client) {
        Ok(order) => order,
        Err(problem) => return Err(with_answers(ctx, input, problem).await),
    };
    let booking = attempts(ctx, &order).await?;
    let next = if booking.state == State::Held {
        // The slot is held whatever the provider does; its page offers to pay as well.
        pay::first(ctx, &booking).await.ok()
    } else {
        None
    };
    Ok(Booked { booking, next })
}

/// Books for a client. The second submit of the same form answers like the first.
///
/// # Errors
/// 422 with the fields at fault; 409 `slot_taken` when the ledger has the time already.
pub(crate) async fn book_for(ctx: &Ctx, input: &StaffBookInput) -> Result<Booked, Problem> {
    let mut order = check_staff(ctx, input)?;
    if let Some(own) = reach(ctx) {
        // Coaches plan their own time.
        let coach = *order.coach.get_or_insert(own);
        if coach != own {
            return Err(Problem::field("coach", "coach_not_offering"));
        }
    }
    Ok(Booked { booking: attempts(ctx, &order).await?, next: None })
}

/// Tries once, and once more when something held beyond its time stood in the way.
async fn attempts(ctx: &Ctx, order: &Order) -> Result<Booking, Problem> {
    let permission = if order.desk == Desk::Client { BOOKINGS_CREATE } else { BOOKINGS_WRITE };
    let attempt = async || ctx.tx(permission, async |tx: &mut Tx| attempt(tx, order).await).await;
    let refused = match attempt().await {
        Ok(booking) => return Ok(booking),
        Err(error) => error,
    };
    // The first submit of a form takes the slot; the second finds it taken, and is answered with that booking.
    if order.is_keyed && refused.is_clients() {
        let again = async |tx: &mut Tx| booking_by_form_key(tx, &order.form_key).await.map_err(Problem::from);
        if let Some(booking) = ctx.tx(permission, again).await? {
            return Ok(booking);
        }
    }
    if refused.is_taken() && free_overdue(ctx).await > 0 {
        return attempt().await.map_err(Problem::from);
    }
    Err(refused.into())
}

async fn attempt(tx: &mut Tx, order: &Order) -> Result<Booking, BookError> {
    let is_staff = order.desk != Desk::Client;
    let offer = offer_of(tx, &order.kind).await?.filter(|offer| offer.kind.active || is_staff);
    let offer = offer.ok_or_else(|| Problem::field("type", "unknown_type"))?;
    let length = offer.length(order.minutes)?;
    let answers = answered(&asked(&offer.kind), &order.answers, !is_staff)?;
    let of = offer.choice(order.coach)?;
    if (offer.kind.limits.is_set() && !is_staff) || offer.is_shared() {
        // A limit is a decision about more than one stretch of time: one at a time. Seats lock their coach's time: who may
        // try several coaches locks all of them first, in one order.
        calendar::lock_time(tx, &of).await?;
    }
    let scope = Scope { of: &of, minutes: length.minutes, range: (order.start, order.start) };
    let load = Load::new(&facts_of_start(tx, &offer, scope).await?, None)?;
    let plan = Plan { offer: &offer, order, length, load: &load };
    plan.judge(tx, &of)?;
    let booking = plan.draft(tx.ctx(), answers);
    match plan.take(tx, of, booking).await? {
        Some((booking, others)) => plan.write(tx, booking, &others).await,
        None => Err(taken(tx, &plan).await?.into()),
    }
}

/// What is being booked.
struct Plan<'a> {
    offer: &'a Arc<Offer>,
    order: &'a Order,
    length: Duration,
    load: &'a Load,
}

/// Coaches who take part besides the first, with their names.
type Others = Vec<(MemberId, String)>;

impl Plan<'_> {
    /// Refuses what is not on offer. Staff may book whatever is to come.
    fn judge(&self, tx: &Tx, of: &[MemberId]) -> Result<(), Problem> {
        let (start, now) = (self.order.start, tx.ctx().now());
        let is_past = start <= now;
        if self.order.desk != Desk::Client {
            return if is_past { Err(Problem::field("start", "in_the_past")) } else { Ok(()) };
        }
        match self.offer.judge(self.asked(tx, of), start)? {
            Verdict::Closed(code) => Err(Problem::field("start", code)),
            Verdict::Open | Verdict::Taken => Ok(()),
        }
    }
    fn asked<'b>(&'b self, tx: &Tx, of: &'b [MemberId]) -> Asked<'b> {
        Asked { of, minutes: self.length.minutes, load: self.load, now: tx.ctx().now() }
    }
    /// Whose turn it is among those that are left.
    fn turn(&self, tx: &Tx, of: &[MemberId]) -> Result<Option<MemberId>, Problem> {
        let is_client = self.order.desk == Desk::Client;
        if self.offer.takes_all() {
            let is_open =
                !is_client || self.offer.judge(self.asked(tx, of), self.order.start)? == Verdict::Open;
            return Ok(of.first().copied().filter(|_| is_open));
        }
        if !is_client {
            return Ok(of.first().copied());
        }
        self.offer.assign(self.asked(tx, of), self.order.start)
    }
    /// Takes the time: of whoever is free and had least; when somebody was faster, of the next one.
    async fn take(
        &self,
        tx: &mut Tx,
        mut of: Vec<MemberId>,
        mut booking: Booking,
    ) -> Result<Option<(Booking, Others)>, Problem> {
        while let Some(coach) = self.turn(tx, &of)? {
            let part: Vec<MemberId> = if self.offer.takes_all() { of.clone() } else { vec![coach] };
            booking.coach_id = coach;
            booking.coach_name = self.name(coach);
            if place::take(tx, self.offer, &mut booking, &part).await? {
                let others = part.iter().filter(|id| **id != coach);
                let others = others.map(|id| (*id, self.name(*id))).collect();
                return Ok(Some((booking, others)));
            }
            of.retain(|id| !part.contains(id));
        }
        Ok(None)
    }
    fn name(&self, coach: MemberId) -> String {
        let found = self.offer.coaches.iter().find(|one| one.id == coach);
        found.map(|one| one.name.clone()).unwrap_or_default()
    }
    fn state(&self) -> State {
        let is_paid = self.length.price > 0;
        match self.order.desk {
            Desk::Staff { ask_payment } if ask_payment && is_paid => State::Held,
            Desk::Staff { .. } => State::Confirmed,
            Desk::Client if self.offer.kind.needs_approval => State::Requested,
            Desk::Client if is_paid && !self.with_credits() => State::Held,
            Desk::Client => State::Confirmed,
        }
    }
    /// Whether its client's credits pay.
    fn with_credits(&self) -> bool {
        self.order.with_credits && self.length.price > 0
    }
    /// The booking as it will be; coach and client are filled in when its time is taken.
    fn draft(&self, ctx: &Ctx, answers: Answers) -> Booking {
        let (now, kind, order) = (ctx.now(), &self.offer.kind, self.order);
        let stretch = self.offer.stretch(order.start, self.length.minutes);
        let place = if kind.place_kind == PlaceKind::Room {
            rooms().name(&ctx.new_token())
        } else {
            kind.place.clone()
        };
        Booking {
            id: ctx.new_id(),
            type_id: kind.id,
            type_name: kind.name.clone(),
            coach_id: ctx.new_id(),
            coach_name: String::new(),
            client_id: ctx.new_id(),
            client_name: order.name.clone(),
            client_email: order.email.clone(),
            client_zone: order.zone.clone(),
            note: order.note.clone(),
            state: self.state(),
            starts_at: stretch.start,
            ends_at: stretch.end,
            blocked_from: stretch.from,
            blocked_to: stretch.to,
            place_kind: kind.place_kind,
            place,
            token: ctx.new_token(),
            form_key: order.form_key.clone(),
            sequence: 0,
            cancelled_at: None,
            cancelled_by: None,
            cancel_reason: None,
            created_at: now,
            updated_at: now,
            order_id: None,
            held_until: None,
            slot_id: None,
            answers,
            terms: Terms::of(kind, self.length.price, ctx.tenant().currency),
        }
    }
    /// Writes the booking whose time is taken, and tells of it.
    async fn write(&self, tx: &mut Tx, mut booking: Booking, others: &Others) -> Result<Booking, BookError> {
        let new = clients::NewClient {
            name: booking.client_name.clone(),
            email: booking.client_email.clone(),
            phone: String::new(),
            zone: Some(booking.client_zone.clone()),
        };
        booking.client_id = clients::upsert(tx, new).await?.id;
        if self.with_credits() {
            credits::pay(tx, &self.offer.kind, &mut booking, self.order.desk != Desk::Client).await?;
        } else if booking.state == State::Held {
            self.hold(tx, &mut booking).await?;
        }
        let detail = json!({
            "from": null, "to": booking.state, "start": booking.starts_at, "coach": booking.coach_id,
        });
        let by = if self.order.desk == Desk::Client { CancelledBy::Client } else { CancelledBy::Staff };
        let action = format!("booking.{}", booking.state.word());
        let conn: &AsyncPgConnection = tx;
        let made = step::made(tx.ctx(), &booking, by);
        booking_insert(conn, &booking).await?;
        // One round trip: nothing here waits for another's answer.
        try_join!(
            step_insert(conn, &made),
            tell(tx, &booking, by, ""),
            audit(tx, &action, booking.id, detail),
        )?;
        if !others.is_empty() {
            other_coaches_insert(tx, booking.id, others).await?;
        }
        if let Some(job) = over_job(&booking) {
            tx.enqueue(job).await?;
        }
        Ok(booking)
    }
    /// Keeps the slot for its payment.
    async fn hold(&self, tx: &mut Tx, booking: &mut Booking) -> Result<(), Problem> {
        let minutes = if self.order.desk == Desk::Client {
            check_holds(tx, booking).await?;
            self.offer.kind.hold_minutes.into()
        } else {
            LONG_HOLD
        };
        place_order(tx, booking, minutes).await.map(drop)
    }
}

/// 409 with the free slots nearest to the wanted one.
async fn taken(tx: &mut Tx, plan: &Plan<'_>) -> Result<Problem, Problem> {
    let start = plan.order.start;
    let of = plan.offer.choice(plan.order.coach)?;
    let range = (start.plus_minutes(-3 * DAY), start.plus_minutes(21 * DAY));
    let scope = Scope { of: &of, minutes: plan.length.minutes, range };
    let (free, _) = free(tx, plan.offer, scope, None).await?;
    let free: Vec<Instant> = free.into_iter().map(|slot| slot.start).filter(|at| *at != start).collect();
    Ok(Problem::conflict("slot_taken").with("nearest", nearest(&free, start, NEAREST)))
}
