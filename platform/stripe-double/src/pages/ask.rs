//! The bank's page that asks a customer to authenticate.

use super::{layout, with_query};
use crate::api::{confirm, setups};
use crate::params::Params;
use crate::server::Answer;
use crate::tx::{Tx, text};

/// Yes or no.
pub(super) const FORM: &str = "<p>Your bank asks whether this payment is yours.</p><form method=\"post\"><button type=\"submit\" class=\"first\" name=\"answer\" value=\"ok\" id=\"3ds-complete\">Complete</button><button type=\"submit\" name=\"answer\" value=\"fail\" id=\"3ds-fail\">Fail</button></form>";

/// Tells the page that opened it in a frame.
const FRAME_DONE: &str = "<p>Done.</p><script>parent.postMessage('stripe-double-3ds', '*')</script>";

/// Shows it, or takes the answer and sends the customer back.
pub(super) fn page(tx: &mut Tx<'_>, id: &str, params: &Params, post: bool) -> Answer {
    let intent = tx.now_of(id);
    let setup = intent["object"] == "setup_intent";
    if params.text("secret").as_deref() != intent["client_secret"].as_str() {
        return super::missing();
    }
    if !post && intent["status"] == "requires_action" {
        return layout("3-D Secure", FORM);
    }
    if post {
        let ok = params.text("answer").as_deref() == Some("ok");
        // What the bank says stands in the intent.
        let _ = if setup { setups::authenticated(tx, id, ok) } else { confirm::authenticated(tx, id, ok) };
    }
    let after = tx.now_of(id);
    let back = params.text("return_url").or_else(|| after["_return_url"].as_str().map(str::to_owned));
    match back {
        Some(back) if params.text("frame").is_none() => {
            let status = if ["succeeded", "processing", "requires_capture"].contains(&text(&after, "status"))
            {
                "succeeded"
            } else {
                "failed"
            };
            let kind = if setup { "setup_intent" } else { "payment_intent" };
            let secret = format!("{kind}_client_secret");
            Answer::see(&with_query(
                &back,
                &[(kind, id), (&secret, text(&after, "client_secret")), ("redirect_status", status)],
            ))
        }
        _ => layout("3-D Secure", FRAME_DONE),
    }
}
