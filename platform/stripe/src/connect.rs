//! Connects a business: an account made through the platform, or keys of its own.

use billing::{Method, PAYMENTS_WRITE, TryState};
use kernel::{Check, Ctx, FieldError, Problem, audit};
use serde_json::{Value, json};
use stripe_connect::{account as account_calls, account_link as links};

use crate::{
    Stripe,
    account::Account,
    call::{Plain, Trouble},
    model::{AccountState, takes, text},
    queries::{self, Mode, NewAccount, Style},
    settings::{is_live, is_secret, is_word},
    vault::hint,
};

/// Where the studio shows the connection.
pub(crate) const PAGE: &str = "/studio/payments/stripe";
/// So many pages are ended at most while somebody waits; the others end by themselves.
const MOST_PAGES: i64 = 50;

/// Keys of a business, as typed.
#[derive(Clone, Default)]
pub(crate) struct Keys {
    pub(crate) secret: String,
    pub(crate) publishable: String,
    pub(crate) webhook: String,
}

impl Stripe {
    /// Makes an account for the business, or goes on with the one that was made, and answers where on Stripe's pages the
    /// business tells about itself.
    pub(crate) async fn begin_connect(&self, ctx: &Ctx) -> Result<String, Problem> {
        if !ctx.may(PAYMENTS_WRITE) {
            return Err(kernel::TxError::Denied(PAYMENTS_WRITE).into());
        }
        in_its_currency(ctx)?;
        let known = self.account(ctx).await?.filter(|account| account.row.mode == Mode::Connect);
        let id = match known {
            Some(account) => account.row.account_id,
            None => self.make_account(ctx).await?,
        };
        let back = |path: &str| format!("{}/{}{PAGE}{path}", self.settings().origin, ctx.tenant().slug);
        let link = links::CreateAccountLink::new(&id, links::CreateAccountLinkType::AccountOnboarding)
            .refresh_url(back("/refresh"))
            .return_url(back("/return"));
        let made = self.line().ask(&self.platform(false)?, &link).await?;
        Ok(text(&made, "/url").to_owned())
    }

    async fn make_account(&self, ctx: &Ctx) -> Result<String, Problem> {
        use account_calls::{
            CreateAccount, CreateAccountController as Controller, CreateAccountControllerFees as Fees,
            CreateAccountControllerFeesPayer as FeesPayer, CreateAccountControllerLosses as Losses,
            CreateAccountControllerLossesPayments as LossesPayments,
            CreateAccountControllerRequirementCollection as Requirements,
            CreateAccountControllerStripeDashboard as Dashboard,
            CreateAccountControllerStripeDashboardType as DashboardType,
        };
        // The business deals with Stripe itself: fees, losses, papers and pages.
        let controller = Controller {
            fees: Some(Fees { payer: Some(FeesPayer::Account) }),
            losses: Some(Losses { payments: Some(LossesPayments::Stripe) }),
            requirement_collection: Some(Requirements::Stripe),
            stripe_dashboard: Some(Dashboard { type_: Some(DashboardType::Full) }),
        };
        let tenant = ctx.tenant();
        let tags = [("tenant".to_owned(), tenant.id.to_string())];
        let request = CreateAccount::new()
            .controller(controller)
            .email(tenant.contact_email.as_str())
            .metadata(std::collections::HashMap::from(tags));
        let key = format!("account/{}", tenant.id);
        let made = self.line().once(&self.platform(false)?, &request, &key).await?;
        let state = AccountState::read(&made);
        self.lead(&state.id, tenant.id).await?;
        let (id, live) = (state.id.clone(), is_live(&self.settings().secret_key));
        let new = NewAccount {
            mode: Mode::Connect,
            state,
            secret_key: None,
            webhook_secret: None,
            publishable_key: String::new(),
            key_hint: String::new(),
            live,
        };
        write(ctx, new).await?;
        Ok(id)
    }

    /// Reads the account's state and writes it down.
    pub(crate) async fn refresh(&self, ctx: &Ctx, account: &Account) -> Result<AccountState, Problem> {
        let state = match account.row.mode {
            Mode::Connect => {
                let path = format!("/accounts/{}", account.row.account_id);
                let platform = self.platform(account.caller.background)?;
                AccountState::read(&self.line().ask(&platform, &Plain::get(path, Value::Null)).await?)
            }
            Mode::Keys => self.own_state(account).await?,
        };
        let permission = crate::account::right(ctx);
        ctx.tx(permission, async |tx| {
            queries::account_state(tx, &state).await?;
            billing::set_card_ready(tx, state.charges && takes(ctx.tenant().currency)).await?;
            Ok::<_, Problem>(())
        })
        .await?;
        Ok(state)
    }

    /// The state of the account that a key belongs to. A restricted key that may not read it still may charge.
    async fn own_state(&self, account: &Account) -> Result<AccountState, Trouble> {
        match self.line().ask(&account.caller, &Plain::get("/account", Value::Null)).await {
            Ok(found) => Ok(AccountState::read(&found)),
            Err(Trouble::Forbidden(_)) => {
                let probe = Plain::get("/payment_intents", json!({"limit": 1}));
                let (charges, trouble) = match self.line().ask(&account.caller, &probe).await {
                    Ok(_) => (true, String::new()),
                    Err(Trouble::Forbidden(words)) => (false, words),
                    Err(other) => return Err(other),
                };
                let id = account.row.account_id.clone();
                Ok(AccountState { id, charges, payouts: charges, details: charges, trouble })
            }
            Err(other) => Err(other),
        }
    }

    /// Connects a business by its own keys, which are tried at Stripe before they are stored.
    pub(crate) async fn connect_keys(&self, ctx: &Ctx, keys: Keys) -> Result<(), Problem> {
        if !ctx.may(PAYMENTS_WRITE) {
            return Err(kernel::TxError::Denied(PAYMENTS_WRITE).into());
        }
        in_its_currency(ctx)?;
        let keys = checked(keys)?;
        let state = self.tried(&keys).await?;
        let tenant = ctx.tenant().id;
        let seal = |secret: &str| {
            let sealed = self.0.vault.seal(tenant, self.0.entropy.bytes(), secret);
            sealed.map_err(Problem::internal)
        };
        let new = NewAccount {
            mode: Mode::Keys,
            state,
            secret_key: Some(seal(&keys.secret)?),
            webhook_secret: if keys.webhook.is_empty() { None } else { Some(seal(&keys.webhook)?) },
            key_hint: hint(&keys.secret),
            live: is_live(&keys.secret),
            publishable_key: keys.publishable,
        };
        self.lead_nowhere(tenant).await?;
        write(ctx, new).await
    }

    async fn tried(&self, keys: &Keys) -> Result<AccountState, Problem> {
        let caller = self.with_key(&keys.secret, false)?;
        let at_key = |words: String| {
            let wrong = FieldError::new("secret_key", "stripe_key_refused").arg("words", words);
            Problem::invalid(vec![wrong])
        };
        // A key that can't even list payments is of no use here.
        match self.line().ask(&caller, &Plain::get("/payment_intents", json!({"limit": 1}))).await {
            Ok(_) => {}
            Err(trouble) if trouble.may_pass() => return Err(trouble.into()),
            Err(other) => return Err(at_key(other.to_string())),
        }
        match self.line().ask(&caller, &Plain::get("/account", Value::Null)).await {
            Ok(found) => Ok(AccountState::read(&found)),
            Err(Trouble::Forbidden(_)) => {
                Ok(AccountState { charges: true, payouts: true, details: true, ..AccountState::default() })
            }
            Err(other) => Err(other.into()),
        }
    }

    /// Forgets the connection. Payments that were made stay where they are; what is still open is not collected any more: pages
    /// of Stripe on which buyers might still pay the old account are ended while it can be reached.
    pub(crate) async fn disconnect(&self, ctx: &Ctx) -> Result<(), Problem> {
        // From here on none is opened anew.
        ctx.tx(PAYMENTS_WRITE, async |tx| Ok::<_, Problem>(billing::set_card_ready(tx, false).await?))
            .await?;
        self.end_pages(ctx).await?;
        ctx.tx(PAYMENTS_WRITE, async |tx| {
            queries::disconnect(tx).await?;
            audit(tx, "stripe.disconnected", tx.ctx().tenant().id, json!({})).await?;
            Ok::<_, Problem>(())
        })
        .await?;
        Ok(self.lead_nowhere(ctx.tenant().id).await?)
    }

    /// Ends at the account what buyers have open there, as far as it answers: a key that was revoked holds nobody back.
    async fn end_pages(&self, ctx: &Ctx) -> Result<(), Problem> {
        let Some(account) = self.account(ctx).await? else { return Ok(()) };
        let soon = ctx.now().plus_minutes(1);
        let open = ctx.tx(PAYMENTS_WRITE, async |tx| {
            Ok::<_, Problem>(billing::open_tries(tx, Method::Stripe, soon, soon, MOST_PAGES).await?)
        });
        for turn in open.await?.iter().filter(|turn| turn.state == TryState::Open) {
            if let Err(failure) = self.give_up(ctx, &account, turn).await {
                tracing::warn!(error = ?Problem::from(failure), "a page of an account that is left stays open");
                break;
            }
        }
        Ok(())
    }
}

/// Where buyers pay.
pub(crate) async fn set_style(ctx: &Ctx, style: Style) -> Result<(), Problem> {
    ctx.tx(PAYMENTS_WRITE, async |tx| {
        queries::style(tx, style).await?;
        audit(tx, "stripe.style_changed", tx.ctx().tenant().id, json!({ "style": style })).await?;
        Ok(())
    })
    .await
}

/// Refuses a business whose currency Stripe does not take as it is counted here.
fn in_its_currency(ctx: &Ctx) -> Result<(), Problem> {
    let currency = ctx.tenant().currency;
    let refused = || Problem::conflict("stripe_currency").arg("currency", currency.code());
    takes(currency).then_some(()).ok_or_else(refused)
}

async fn write(ctx: &Ctx, new: NewAccount) -> Result<(), Problem> {
    let ready = new.state.charges && takes(ctx.tenant().currency);
    let detail = json!({ "mode": new.mode, "account": new.state.id, "live": new.live });
    ctx.tx(PAYMENTS_WRITE, async |tx| {
        queries::connect(tx, new).await?;
        billing::set_card_ready(tx, ready).await?;
        audit(tx, "stripe.connected", tx.ctx().tenant().id, detail).await?;
        Ok(())
    })
    .await
}

fn checked(keys: Keys) -> Result<Keys, Problem> {
    let Keys { secret, publishable, webhook } = keys;
    let mut check = Check::new();
    check.require(is_secret(&secret), "secret_key", "stripe_secret_key");
    let public = publishable.starts_with("pk_") && is_word(&publishable) && publishable.len() <= 200;
    check.require(public, "publishable_key", "stripe_publishable_key");
    let signs = webhook.is_empty() || webhook.starts_with("whsec_") && is_word(&webhook);
    check.require(signs, "webhook_secret", "stripe_webhook_secret");
    if is_secret(&secret) && public {
        check.require(is_live(&secret) == is_live(&publishable), "publishable_key", "stripe_modes_differ");
    }
    check.finish()?;
    Ok(Keys { secret, publishable, webhook })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wrong(secret: &str, publishable: &str, webhook: &str) -> Vec<String> {
        let keys = Keys { secret: secret.into(), publishable: publishable.into(), webhook: webhook.into() };
        let fields = checked(keys).err().map(|problem| problem.fields).unwrap_or_default();
        fields.into_iter().map(|error| format!("{} {}", error.field, error.code)).collect()
    }

    #[test]
    fn keys_are_held_against_each_other() {
        assert!(wrong("rk_test_abcdefgh", "pk_test_abcdefgh", "whsec_abcdefgh").is_empty());
        assert!(wrong("rk_test_abcdefgh", "pk_test_abcdefgh", "").is_empty());
        assert_eq!(wrong("pk_test_abcdefgh", "pk_test_abcdefgh", ""), ["secret_key stripe_secret_key"]);
        assert_eq!(
            wrong("sk_live_abcdefgh", "pk_test_abcdefgh", ""),
            ["publishable_key stripe_modes_differ"]
        );
        assert_eq!(wrong("sk_test_abcdefgh", "sk_test_abcdefgh", "x").len(), 2);
        assert_eq!(wrong("sk_test_abc\r\nX: y", "pk_test_abcdefgh", ""), ["secret_key stripe_secret_key"]);
    }
}
