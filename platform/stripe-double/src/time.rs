//! What happens by itself when its time has come.

use crate::api::{checkout, confirm, refunds, subscriptions};
use crate::tx::Tx;
use crate::world::{Timer, World};

/// Moves the clock; all that is due on the way happens at its own time, in order.
pub(crate) fn advance(world: &mut World, to: i64) {
    let was = world.frozen;
    while let Some((time, _)) = world.timers.keys().next().copied().filter(|(time, _)| *time <= to) {
        let Some((_, timer)) = world.timers.pop_first() else { break };
        world.frozen = Some(time);
        run(world, &timer);
    }
    world.frozen = was;
    match was {
        Some(_) => world.frozen = Some(to),
        None => world.ahead += (to - world.now()).max(0),
    }
}

fn run(world: &mut World, timer: &Timer) {
    let mut tx = Tx::on(world, &timer.account);
    let id = timer.id.as_str();
    if tx.get(id).is_none() {
        return;
    }
    match timer.what {
        "session" => checkout::expire(&mut tx, id),
        "debit" => confirm::debit_due(&mut tx, id),
        "refund" => refunds::due(&mut tx, id),
        "renew" => subscriptions::renew(&mut tx, id),
        "cancel" => subscriptions::cancel_due(&mut tx, id),
        "upcoming" => subscriptions::upcoming(&mut tx, id),
        "trial_will_end" => subscriptions::trial_will_end(&mut tx, id),
        "incomplete" => subscriptions::expire_incomplete(&mut tx, id),
        "resume_collection" => subscriptions::resume_collection(&mut tx, id),
        "retry" => crate::api::invoices::retry(&mut tx, id),
        _ => {}
    }
}
