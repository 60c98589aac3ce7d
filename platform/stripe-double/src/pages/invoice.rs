//! The page of an invoice that is owed.

use super::{error, layout, message, money, ways};
use crate::api::confirm::{self, Confirm};
use crate::api::{intents, methods};
use crate::params::Params;
use crate::server::Answer;
use crate::tx::{Tx, int, text};

/// Shows it, or pays.
pub(super) fn page(tx: &mut Tx<'_>, id: &str, params: &Params, post: bool) -> Answer {
    if !post {
        return show(tx, id, None);
    }
    let invoice = tx.now_of(id);
    let paid =
        params.need("method").and_then(|token| methods::resolve(tx, &token, "method")).and_then(|method| {
            let back = format!("{}/i/{id}", tx.world.base_url);
            let by = Confirm {
                method: Some(text(&method, "id").to_owned()),
                return_url: Some(back),
                ..Confirm::default()
            };
            confirm::confirm(tx, text(&invoice, "_payment_intent"), &by)
        });
    match paid {
        Ok(intent) if intent["status"] == "requires_action" => {
            Answer::see(text(&intent["next_action"]["redirect_to_url"], "url"))
        }
        Ok(_) => show(tx, id, None),
        Err(fail) => show(tx, id, Some(&message(&fail))),
    }
}

fn show(tx: &mut Tx<'_>, id: &str, problem: Option<&str>) -> Answer {
    let invoice = tx.now_of(id);
    let currency = text(&invoice, "currency");
    let title = format!("Invoice {}", text(&invoice, "number"));
    let total = format!(
        "<p>Total: <strong id=\"total\">{}</strong></p>",
        money(int(&invoice, "amount_due"), currency)
    );
    if invoice["status"] != "open" {
        return layout(&title, &format!("{total}<p id=\"status\">{}</p>", text(&invoice, "status")));
    }
    let kinds = intents::debits(currency);
    layout(
        &title,
        &format!("{}{total}<form method=\"post\">{}</form>", error(problem), ways("Pay", &kinds, currency)),
    )
}
