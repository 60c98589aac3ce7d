//! The way of events, under the test's control.

use serde_json::{Value, json};

use super::millis;
use crate::deliver;
use crate::fail::{Fail, Outcome};
use crate::params::Params;
use crate::tx::text;
use crate::world::{World, public};

pub(super) fn perform(world: &mut World, method: &str, steps: &[&str], params: &Params) -> Outcome<Value> {
    match (method, steps) {
        ("GET", []) => Ok(world.post.shown()),
        ("POST", []) => rules(world, params),
        ("POST", ["release"]) => release(world, params),
        ("POST", ["deliver"]) => again(world, params),
        ("DELETE", []) => {
            world.post.deliveries.retain(|_, it| it.state != "held");
            Ok(json!({}))
        }
        _ => Err(Fail::no_route(method, "/_double/webhooks/…")),
    }
}

fn rules(world: &mut World, params: &Params) -> Outcome<Value> {
    let number =
        |name: &str| -> Outcome<Option<u64>> { Ok(params.int(name)?.and_then(|it| u64::try_from(it).ok())) };
    if let Some(hold) = params.flag("hold")? {
        world.post.hold = hold;
    }
    if let Some(shuffle) = params.flag("shuffle")? {
        world.post.shuffle = shuffle;
    }
    if let Some(count) = number("drop_next")? {
        world.post.drop_next = count;
    }
    if params.has("drop_types") {
        world.post.drop_kinds = params.texts("drop_types");
    }
    if let Some(copies) = number("copies")? {
        world.post.copies = copies;
    }
    if let Some(delay) = millis(params, "delay_ms")? {
        world.post.delay = delay;
    }
    if let Some(pause) = millis(params, "pause_ms")? {
        world.post.pause = pause;
    }
    if let Some(most) = number("max_attempts")? {
        world.post.max_attempts = u32::try_from(most).unwrap_or(1).max(1);
    }
    Ok(
        json!({"hold": world.post.hold, "shuffle": world.post.shuffle, "drop_next": world.post.drop_next, "drop_types": world.post.drop_kinds,
        "copies": world.post.copies, "max_attempts": world.post.max_attempts}),
    )
}

/// Lets held deliveries go: all, or so many, or those of some types; as they came, `reversed` or `shuffled`.
fn release(world: &mut World, params: &Params) -> Outcome<Value> {
    let order =
        params.word("order", &["as_made", "reversed", "shuffled"])?.unwrap_or_else(|| "as_made".to_owned());
    let kinds = params.texts("types");
    let held = |it: &deliver::Delivery| it.state == "held" && (kinds.is_empty() || kinds.contains(&it.kind));
    let mut numbers: Vec<u64> =
        world.post.deliveries.iter().filter(|(_, it)| held(it)).map(|(number, _)| *number).collect();
    match order.as_str() {
        "reversed" => numbers.reverse(),
        "shuffled" => {
            let turn = world.number("shuffled");
            numbers.sort_by_cached_key(|number| world.mixed(&format!("shuffled{turn}"), *number, 16));
        }
        _ => {}
    }
    if let Some(count) = params.int("count")?.and_then(|it| usize::try_from(it).ok()) {
        numbers.truncate(count);
    }
    for number in &numbers {
        world.post.release(*number);
    }
    world.wake.notify_one();
    Ok(json!({"released": numbers.len()}))
}

/// Sends an event again, whatever became of it before.
fn again(world: &mut World, params: &Params) -> Outcome<Value> {
    let id = params.need("event")?;
    let account = world.owner_of(&id).ok_or_else(|| Fail::missing("event", &id))?;
    let event = public(&world.accounts[&account].objects[&id]);
    let wanted = params.text("endpoint");
    let mut numbers: Vec<(u64, String)> = world
        .post
        .deliveries
        .iter()
        .filter(|(_, it)| it.event == id && wanted.as_ref().is_none_or(|wanted| *wanted == it.endpoint))
        .map(|(number, it)| (*number, it.endpoint.clone()))
        .collect();
    numbers.sort_by(|one, other| one.1.cmp(&other.1));
    numbers.dedup_by(|one, other| one.1 == other.1);
    if let (true, Some(endpoint)) = (numbers.is_empty(), &wanted) {
        let owner = world.owner_of(endpoint).ok_or_else(|| Fail::missing("webhook_endpoint", endpoint))?;
        let endpoint = world.accounts[&owner].objects[endpoint].clone();
        deliver::send(world, &event, &endpoint);
        return Ok(json!({"sent": 1, "type": text(&event, "type")}));
    }
    for (number, _) in &numbers {
        world.post.release(*number);
    }
    world.wake.notify_one();
    Ok(json!({"sent": numbers.len(), "type": text(&event, "type")}))
}
