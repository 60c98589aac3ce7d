//! Templates and texts, part of the binary.

use std::borrow::Cow;

use kernel::Source;

macro_rules! templates {
    ($($name:literal),* $(,)?) => {
        vec![$((
            concat!("appointments/", $name).to_owned(),
            Cow::Borrowed(include_str!(concat!("../templates/", $name, ".hbs"))),
        )),*]
    };
}

pub(crate) fn source() -> Source {
    let mut templates = templates![
        "block_types",
        "booking",
        "booking_rows",
        "cancel",
        "card_client",
        "card_next",
        "card_upcoming",
        "choose",
        "details",
        "mails/asked",
        "mails/asked.text",
        "mails/cancelled.mjml",
        "mails/cancelled.subject",
        "mails/cancelled.text",
        "mails/cancelled_coach.mjml",
        "mails/cancelled_coach.subject",
        "mails/cancelled_coach.text",
        "mails/confirmed.mjml",
        "mails/confirmed.subject",
        "mails/confirmed.text",
        "mails/confirmed_coach.mjml",
        "mails/confirmed_coach.subject",
        "mails/confirmed_coach.text",
        "mails/declined.mjml",
        "mails/declined.subject",
        "mails/declined.text",
        "mails/expired.mjml",
        "mails/expired.subject",
        "mails/expired.text",
        "mails/follow_up.mjml",
        "mails/follow_up.subject",
        "mails/follow_up.text",
        "mails/held.mjml",
        "mails/held.subject",
        "mails/held.text",
        "mails/late.mjml",
        "mails/late.subject",
        "mails/late.text",
        "mails/late_coach.mjml",
        "mails/late_coach.subject",
        "mails/late_coach.text",
        "mails/note_shared.mjml",
        "mails/note_shared.subject",
        "mails/note_shared.text",
        "mails/reminder.mjml",
        "mails/reminder.subject",
        "mails/reminder.text",
        "mails/requested.mjml",
        "mails/requested.subject",
        "mails/requested.text",
        "mails/requested_coach.mjml",
        "mails/requested_coach.subject",
        "mails/requested_coach.text",
        "mails/rescheduled.mjml",
        "mails/rescheduled.subject",
        "mails/rescheduled.text",
        "mails/rescheduled_coach.mjml",
        "mails/rescheduled_coach.subject",
        "mails/rescheduled_coach.text",
        "mails/row",
        "mails/when",
        "mails/when.text",
        "mails/where",
        "mails/where.text",
        "month",
        "my_bookings",
        "pick",
        "place",
        "state",
        "studio_availability",
        "studio_booking",
        "studio_bookings",
        "studio_cancel",
        "studio_type",
        "studio_types",
        "summary",
        "taken",
    ];
    // The same words in the text part of mails.
    templates
        .push(("appointments/place.text".to_owned(), Cow::Borrowed(include_str!("../templates/place.hbs"))));
    Source {
        name: "appointments",
        templates,
        texts: [
            include_str!("../locales/en/appointments.ftl"),
            include_str!("../locales/en/client.ftl"),
            include_str!("../locales/en/schedule.ftl"),
            include_str!("../locales/en/mails.ftl"),
            include_str!("../locales/en/studio.ftl"),
        ]
        .map(|text| ("en".into(), Cow::Borrowed(text)))
        .to_vec(),
    }
}
