//! On each confirmed booking: a note on the client's page, the tag `booked`, and a line in the log.

use coach_automation::{actions, automation, json, log, BookingConfirmed, Data, Error, Event, Value};

automation!(welcome);

fn welcome(event: Event) -> Result<Value, Error> {
    let Data::BookingConfirmed(booking) = event.data else {
        log::warn(&format!("nothing to do on {}", event.name));
        return Ok(json!({ "noted": false }));
    };
    actions::add_note(&booking.client, &note(&booking))?;
    actions::tag_client(&booking.client, "booked")?;
    log::info(&format!("noted {} for {}", booking.booking, booking.client_name));
    Ok(json!({ "noted": true, "booking": booking.booking }))
}

fn note(booking: &BookingConfirmed) -> String {
    format!("Booked {} for {}.", booking.appointment_name, booking.start.to_minute())
}
