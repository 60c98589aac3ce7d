//! Pages: thin, they read the request, call a service and hand over a view.

mod link;
mod me;
mod methods;
mod studio;

use billing::subscriptions::Wish;
use events::{Instant, SubscriptionId};
use jiff::tz::TimeZone;
use kernel::{Audience, Ctx, Form, PageRoute, Problem};
use poem::{get, post};

/// The pages.
#[must_use]
pub fn all() -> Vec<PageRoute> {
    use Audience::{Client, Public, Studio};
    vec![
        PageRoute::new(Client, "/:slug/me/subscriptions", get(me::list)),
        PageRoute::new(Client, "/:slug/me/subscriptions/:id", get(me::show).post(me::act)),
        PageRoute::new(Client, "/:slug/me/subscriptions/:id/change", get(me::preview).post(me::change)),
        PageRoute::new(Client, "/:slug/me/payment-methods", get(methods::list).post(methods::add)),
        PageRoute::new(Client, "/:slug/me/payment-methods/:id/default", post(methods::choose)),
        PageRoute::new(Client, "/:slug/me/payment-methods/:id/remove", post(methods::remove)),
        PageRoute::new(Public, "/:slug/subscription/:token", get(link::show).post(link::act)),
        PageRoute::new(
            Public,
            "/:slug/pay/sandbox-card/:token",
            get(methods::sandbox_card).post(methods::save_sandbox_card),
        ),
        PageRoute::new(Studio, "/:slug/studio/subscriptions", get(studio::list)),
        PageRoute::new(Studio, "/:slug/studio/subscriptions.csv", get(studio::download)),
        PageRoute::new(Studio, "/:slug/studio/subscriptions/:id", get(studio::show).post(studio::act)),
        PageRoute::new(
            Studio,
            "/:slug/studio/subscriptions/:id/change",
            get(studio::preview).post(studio::change),
        ),
    ]
}

fn id(text: &str) -> Result<SubscriptionId, Problem> {
    text.parse().map_err(|_| Problem::not_found())
}

/// What a button of a form wants, with the key of what is said when it is done.
fn wish(ctx: &Ctx, form: &Form) -> Result<(Wish, &'static str), Problem> {
    Ok(match form.text("wish") {
        "pause" => (Wish::Pause(until(ctx, form.text("until"))?), "subscriptions-done-paused"),
        "resume" => (Wish::Resume, "subscriptions-done-resumed"),
        "end" => (Wish::EndWithPeriod, "subscriptions-done-ending"),
        "end_now" => (Wish::EndNow { refund: form.ticked("refund") }, "subscriptions-done-ended"),
        "keep" => (Wish::Keep, "subscriptions-done-kept"),
        _ => return Err(Problem::field("wish", "payment_outcome")),
    })
}

/// The beginning of a day in the business's zone; `None`: nothing was typed.
pub(super) fn until(ctx: &Ctx, text: &str) -> Result<Option<Instant>, Problem> {
    if text.is_empty() {
        return Ok(None);
    }
    let wrong = || Problem::field("until", "date");
    let date: jiff::civil::Date = text.parse().map_err(|_| wrong())?;
    let zone = TimeZone::get(&ctx.tenant().zone).unwrap_or(TimeZone::UTC);
    Ok(Some(Instant::new(date.to_zoned(zone).map_err(|_| wrong())?.timestamp())))
}
