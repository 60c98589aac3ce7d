//! The checkout's form: what is typed becomes a wish. No amount is ever read from it.

use kernel::{Ctx, FieldError, Form, Problem, Visit};

use crate::{
    model::{Gift, Pay, parse_local},
    service::{Buyer, CheckoutInput, Wanted},
};

/// Which button was pressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Press {
    /// What it comes to is to be shown.
    Show,
    /// It is to be ordered.
    Pay,
}

/// A code that was typed and not applied yet is applied first: nobody pays without having seen what it does.
pub(super) fn press(form: &Form) -> Press {
    if form.text("do").is_empty() && form.text("code").is_empty() { Press::Pay } else { Press::Show }
}

/// What is wanted, as far as it can be read: an unreadable number is 0, which no offer takes.
pub(super) fn wanted(slug: &str, form: &Form) -> Wanted {
    let removed = form.text("do").strip_prefix("remove:").unwrap_or_default().to_owned();
    let mut codes: Vec<String> = form.all("applied").to_vec();
    codes.retain(|code| *code != removed);
    codes.extend(form.optional("code"));
    let quantity = match form.text("quantity") {
        "" => 1,
        typed => typed.parse().unwrap_or(0),
    };
    let bumps = form.all("bump").iter().filter(|id| !id.is_empty()).cloned().collect();
    Wanted {
        offer: slug.to_owned(),
        quantity,
        bumps,
        codes,
        pay: form.text("pay").parse().unwrap_or(Pay::Full),
        without_trial: !form.text("without_trial").is_empty(),
    }
}

/// Where somebody who signs in first comes back to: the same offer, with what was chosen.
pub(super) fn back(ctx: &Ctx, wanted: &Wanted) -> String {
    let mut chosen: Vec<(&str, String)> = Vec::new();
    if wanted.quantity > 1 {
        chosen.push(("quantity", wanted.quantity.to_string()));
    }
    if wanted.pay != Pay::Full {
        chosen.push(("pay", wanted.pay.to_string()));
    }
    for (name, all) in [("bumps", &wanted.bumps), ("code", &wanted.codes)] {
        if !all.is_empty() {
            chosen.push((name, all.join(",")));
        }
    }
    let query = kernel::query(&chosen);
    let mark = if query.is_empty() { "" } else { "?" };
    let path = ctx.path(&format!("/buy/{}{mark}{query}", wanted.offer));
    // It is itself a value in the link to the login, without its name there.
    kernel::query(&[("", path)]).trim_start_matches('=').to_owned()
}

/// The whole form.
pub(super) fn input(
    ctx: &Ctx,
    wanted: &Wanted,
    form: &Form,
    visit: &Visit,
) -> Result<CheckoutInput, Problem> {
    let send_at = match form.optional("gift_date") {
        None => None,
        // In the morning of that day, where the business is.
        Some(date) => {
            let at = parse_local(&format!("{date}T08:00"), &ctx.tenant().zone);
            Some(at.ok_or_else(|| Problem::invalid(vec![FieldError::new("gift_date", "voucher_date")]))?)
        }
    };
    let gift = Gift {
        name: form.string("gift_name"),
        email: form.string("gift_email"),
        message: form.string("gift_message"),
        send_at,
    };
    Ok(CheckoutInput {
        wanted: wanted.clone(),
        buyer: Buyer {
            name: form.string("name"),
            email: form.string("email"),
            bill_to: form.string("bill_to"),
            tax_id: form.string("tax_id"),
            method: form.string("method"),
            gift,
        },
        shown: form.optional("shown"),
        form_key: form.string("key"),
        browser: visit.key(ctx, &["checkout"]),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form(pairs: &[(&str, &str)]) -> Form {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn a_typed_code_is_shown_before_it_is_paid_with() {
        assert_eq!(press(&form(&[])), Press::Pay);
        assert_eq!(press(&form(&[("code", "SPRING")])), Press::Show);
        assert_eq!(press(&form(&[("do", "apply")])), Press::Show);
    }
    #[test]
    fn what_a_form_wants() {
        let sent = form(&[
            ("quantity", "3"),
            ("bump", "prd_1"),
            ("bump", ""),
            ("applied", "SPRING"),
            ("applied", "OLD"),
            ("code", "new"),
            ("do", "remove:OLD"),
            ("pay", "parts"),
            ("price", "1"),
            ("total", "1"),
        ]);
        let wanted = wanted("ten", &sent);
        assert_eq!((wanted.quantity, wanted.bumps, wanted.pay), (3, vec!["prd_1".to_owned()], Pay::Parts));
        assert_eq!(wanted.codes, ["SPRING", "new"]);
        assert_eq!(super::wanted("ten", &form(&[("quantity", "many")])).quantity, 0);
    }
}
