//! A booking as its mails need it, and how they are queued.

use events::BookingId;
use kernel::{
    Ctx, JobError, Tx,
    mail::{self, Attachment, Draft, MailView},
};
use people::members::{self, Member};

use crate::{
    ics::{Method, Person},
    invite::{invite, invite_coach, place},
    mails::Facts,
    model::{Booking, PaidWith},
    pages::views::AnswerRow,
    queries::{bookings::booking_by_id, letters::coaches_beside, schedules::schedule_of},
    service::credits::paid_with,
};

/// A booking with the coaches who take part.
pub(super) struct Scene {
    pub(super) booking: Booking,
    pub(super) coaches: Vec<Coach>,
    /// The credits that paid it.
    paid_with: Vec<PaidWith>,
}

/// A coach, and the zone in which they read times.
pub(super) struct Coach {
    pub(super) member: Member,
    pub(super) zone: String,
}

/// What makes a mail about a booking one: `booking/{id}/{version}/{what}/{to}`.
#[derive(Clone, Copy)]
pub(super) struct About<'a> {
    /// What it tells, once for each version of the booking.
    pub(super) what: &'a str,
    /// Whether a calendar file goes with it, and what a calendar should do with it.
    pub(super) file: Option<Method>,
}

impl Scene {
    pub(super) async fn load(tx: &mut Tx, id: BookingId) -> Result<Self, JobError> {
        let booking =
            booking_by_id(tx, id).await?.ok_or_else(|| JobError::Fail(format!("no booking {id}")))?;
        let beside = coaches_beside(tx, id).await?;
        let mut coaches = Vec::new();
        for coach in std::iter::once(booking.coach_id).chain(beside) {
            coaches.extend(Coach::load(tx, coach).await?);
        }
        let paid_with = paid_with(tx, &booking).await?;
        Ok(Self { booking, coaches, paid_with })
    }

    /// What all mails tell, for a reader in this zone.
    pub(super) fn facts(&self, ctx: &Ctx, zone: &str) -> Facts {
        let booking = &self.booking;
        Facts {
            type_name: booking.type_name.clone(),
            coach_name: self.coach_names(),
            client_name: booking.client_name.clone(),
            client_email: booking.client_email.clone(),
            note: booking.note.clone(),
            paid_with: self.paid_with.clone(),
            answers: AnswerRow::all(&booking.answers),
            start: booking.starts_at,
            end: booking.ends_at,
            zone: zone.to_owned(),
            place_kind: booking.place_kind,
            place: place(ctx, booking),
            link: ctx.link(&booking.path()),
            studio_link: ctx.link(&format!("/studio/bookings/{}", booking.id)),
            book_link: ctx.link("/book"),
        }
    }

    /// The same for the client.
    pub(super) fn client_facts(&self, ctx: &Ctx) -> Facts {
        self.facts(ctx, &self.booking.client_zone)
    }

    fn coach_names(&self) -> String {
        let first = std::iter::once(self.booking.coach_name.as_str());
        let others = self.coaches.iter().map(|coach| &coach.member);
        let others = others.filter(|member| member.id != self.booking.coach_id).map(|one| one.name.as_str());
        first.chain(others).collect::<Vec<_>>().join(", ")
    }

    /// `booking/{id}/{sequence}/…`: one mail for each version of the booking, purpose and person.
    fn key(&self, what: &str, to: &str) -> String {
        format!("booking/{}/{}/{what}/{to}", self.booking.id, self.booking.sequence)
    }

    pub(super) async fn to_client<M: MailView>(
        &self,
        tx: &mut Tx,
        about: About<'_>,
        view: &M,
    ) -> Result<(), JobError> {
        let file = about.file.map(|method| attachment(method, invite(tx.ctx(), &self.booking, method, &[])));
        self.queue_to_client(tx, self.key(about.what, "client"), file, view).await
    }

    /// With a key of its own.
    pub(super) async fn queue_to_client<M: MailView>(
        &self,
        tx: &mut Tx,
        key: String,
        file: Option<Attachment>,
        view: &M,
    ) -> Result<(), JobError> {
        let draft = Draft {
            key,
            template: M::TEMPLATE,
            data: content(view)?,
            to_email: self.booking.client_email.clone(),
            to_name: self.booking.client_name.clone(),
            client: Some(self.booking.client_id),
            attachments: file.into_iter().collect(),
        };
        Ok(mail::queue(tx, draft).await?)
    }

    /// To every coach who takes part, each in their own zone.
    pub(super) async fn to_coaches<M: MailView>(
        &self,
        tx: &mut Tx,
        about: About<'_>,
        view: impl Fn(Facts) -> M,
    ) -> Result<(), JobError> {
        let people: Vec<Person> = self.coaches.iter().map(Coach::person).collect();
        for coach in &self.coaches {
            self.to_coach(tx, coach, &people, about, &view).await?;
        }
        Ok(())
    }

    /// To one coach; `people` are those who are named in the file.
    pub(super) async fn to_coach<M: MailView>(
        &self,
        tx: &mut Tx,
        coach: &Coach,
        people: &[Person],
        about: About<'_>,
        view: &impl Fn(Facts) -> M,
    ) -> Result<(), JobError> {
        let file = about
            .file
            .map(|method| attachment(method, invite_coach(tx.ctx(), &self.booking, method, people)));
        let draft = Draft {
            key: self.key(about.what, &coach.member.id.to_string()),
            template: M::TEMPLATE,
            data: content(&view(self.facts(tx.ctx(), &coach.zone)))?,
            to_email: coach.member.email.clone(),
            to_name: coach.member.name.clone(),
            client: None,
            attachments: file.into_iter().collect(),
        };
        Ok(mail::queue(tx, draft).await?)
    }
}

impl Coach {
    /// `None` when they are no longer of the staff.
    pub(super) async fn load(tx: &mut Tx, id: events::MemberId) -> Result<Option<Self>, JobError> {
        let Some(member) = members::by_id(tx, id).await? else { return Ok(None) };
        let (zone, _) = schedule_of(tx, id).await?;
        let zone = zone.unwrap_or_else(|| tx.ctx().tenant().zone.clone());
        Ok(Some(Self { member, zone }))
    }
    pub(super) fn person(&self) -> Person {
        Person { name: self.member.name.clone(), email: self.member.email.clone() }
    }
}

fn content<M: MailView>(view: &M) -> Result<serde_json::Value, JobError> {
    serde_json::to_value(view).map_err(|error| JobError::Fail(error.to_string()))
}

fn attachment(method: Method, text: String) -> Attachment {
    Attachment {
        name: "appointment.ics".into(),
        content_type: format!("text/calendar; method={}; charset=utf-8", method.word()),
        text,
    }
}
