use kernel::{Ctx, Problem, Redirect, Text};
use poem::{
    handler,
    web::{Data, Query},
};
use serde::Deserialize;

use crate::{Stripe, follow::Outcome};

/// What Stripe says of the page for saving that a client comes from, and where they were before.
#[derive(Debug, Default, Deserialize)]
pub(super) struct SavedQuery {
    #[serde(default)]
    session: String,
    #[serde(default)]
    to: String,
}

/// Whether a path leads to a page of the tenant and nowhere else.
fn is_own(path: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '/' | '-' | '_');
    path.starts_with('/') && !path.contains("//") && path.chars().all(plain)
}

/// Whether it can be the name of a session.
fn is_session(name: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '_';
    name.starts_with("cs_") && name.len() <= 200 && name.chars().all(plain)
}

/// Back from Stripe's page for saving: what was saved is there at once, whether or not its event came already.
#[handler]
pub(super) async fn do_saved(
    Data(ctx): Data<&Ctx>,
    Data(stripe): Data<&Stripe>,
    Query(query): Query<SavedQuery>,
) -> Result<Redirect, Problem> {
    if !is_own(&query.to) || !is_session(&query.session) {
        return Err(Problem::not_found());
    }
    let back = Redirect::to(ctx.path(&query.to));
    Ok(match stripe.follow_saving(ctx, &query.session).await {
        Ok(Outcome::Saved) => back.flash(Text::key("stripe-saved-flash")),
        Ok(_) => back,
        Err(failure) => {
            // The event will tell, or the poller.
            tracing::warn!(error = %failure, "what was saved can't be read on return");
            back.flash(Text::key("stripe-saving-flash"))
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_own_pages_are_gone_back_to() {
        for own in ["/me/payment-methods", "/subscription/a-b_C9"] {
            assert!(is_own(own), "{own}");
        }
        for other in
            ["", "//evil.example", "https://evil.example", "/a//b", "/\\evil", "/a?b", "me", "/%2Fevil"]
        {
            assert!(!is_own(other), "{other}");
        }
        assert!(is_session("cs_test_a1B2"));
        assert!(!is_session("pi_1") && !is_session("cs_../x") && !is_session(""));
    }
}
