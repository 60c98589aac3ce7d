//! Onboarding of a connected account, and receipts.

use super::{layout, money, wants};
use crate::api::connect;
use crate::params::Params;
use crate::server::Answer;
use crate::tx::{Tx, int, text};

/// The form that a coach fills in at Stripe: one button does.
pub(super) fn setup(tx: &mut Tx<'_>, token: &str, params: &Params, post: bool) -> Answer {
    let link = tx.now_of(token);
    if int(&link, "expires_at") < tx.now() || link["_used"] == true {
        return Answer::see(text(&link, "_refresh"));
    }
    if !post {
        return layout(
            "Connect your account",
            "<p>Stripe asks who you are and where your money should go.</p><form method=\"post\"><button type=\"submit\" class=\"first\" name=\"complete\" value=\"1\" id=\"complete\">Complete onboarding</button><button type=\"submit\" name=\"later\" value=\"1\" id=\"later\">Finish later</button><button type=\"submit\" name=\"expire\" value=\"1\" id=\"expire\">Let this link expire</button></form>",
        );
    }
    if wants(params, "expire") {
        return Answer::see(text(&link, "_refresh"));
    }
    tx.change(token, serde_json::json!({"_used": true}));
    if wants(params, "complete") {
        connect::enable(tx, text(&link, "_account"), true, true, None);
    }
    Answer::see(text(&link, "_return"))
}

/// What was paid.
pub(super) fn receipt(tx: &mut Tx<'_>, id: &str) -> Answer {
    let charge = tx.now_of(id);
    let amount = money(int(&charge, "amount"), text(&charge, "currency"));
    layout("Receipt", &format!("<p>{amount}, {}</p>", text(&charge, "status")))
}
