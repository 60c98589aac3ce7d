use billing::{BILLING_RUN, ORDER_LINK, PAYMENTS_WRITE, ProviderError};
use kernel::{Actor, Ctx, Permission, Problem};

use crate::{
    Stripe,
    call::{Caller, Trouble},
    queries::{self, AccountRow, Mode, Style},
};

/// The account of a business, ready to be asked.
#[derive(Clone, Debug)]
pub(crate) struct Account {
    pub(crate) row: AccountRow,
    pub(crate) caller: Caller,
}

impl Account {
    /// As our tables name it: a connected account, or the key's own.
    pub(crate) fn name(&self) -> &str {
        if self.row.account_id.is_empty() { "own" } else { &self.row.account_id }
    }
    /// Whether buyers pay on our own page.
    pub(crate) fn is_element(&self) -> bool {
        self.row.style == Style::Element
    }
}

/// What whoever acts may do here: a person who pays, staff, or a job.
pub(crate) fn right(ctx: &Ctx) -> Permission {
    let all = [BILLING_RUN, PAYMENTS_WRITE];
    all.into_iter().find(|permission| ctx.may(*permission)).unwrap_or(ORDER_LINK)
}

impl Stripe {
    /// The tenant's account; `None`: none is connected.
    pub(crate) async fn account(&self, ctx: &Ctx) -> Result<Option<Account>, Problem> {
        let row = ctx.read_tx(right(ctx), async |tx| Ok::<_, Problem>(queries::account(tx).await?)).await?;
        row.map(|row| self.caller_of(ctx, row)).transpose()
    }
    /// The tenant's account, for a call that needs one.
    pub(crate) async fn connected(&self, ctx: &Ctx) -> Result<Account, Problem> {
        self.account(ctx).await?.ok_or_else(|| ProviderError::NotOffered.into())
    }
    /// The way to an account as it is stored.
    pub(crate) fn caller_of(&self, ctx: &Ctx, row: AccountRow) -> Result<Account, Problem> {
        let background = matches!(ctx.actor(), Actor::System { .. });
        let caller = match row.mode {
            Mode::Connect => self.for_connected(&row.account_id, background)?,
            Mode::Keys => {
                let stored = row.secret_key.as_deref().unwrap_or_default();
                let secret = self.0.vault.open(ctx.tenant().id, stored).map_err(Problem::internal)?;
                self.with_key(&secret, background)?
            }
        };
        Ok(Account { row, caller })
    }
    /// Asks with the platform's key for a connected account.
    pub(crate) fn for_connected(&self, account: &str, background: bool) -> Result<Caller, Problem> {
        let platform = self.platform(background)?;
        Ok(Caller { account: Some(account.to_owned()), ..platform })
    }
    /// Asks with the platform's key for itself.
    pub(crate) fn platform(&self, background: bool) -> Result<Caller, Problem> {
        let key = &self.settings().secret_key;
        if key.is_empty() {
            return Err(ProviderError::NotOffered.into());
        }
        Ok(self.with_key(key, background)?)
    }
    /// Asks with a key.
    pub(crate) fn with_key(&self, key: &str, background: bool) -> Result<Caller, Trouble> {
        Ok(Caller { client: self.line().client(key)?, account: None, background })
    }
    /// Names the account to the script of the card form.
    pub(crate) fn publishable<'a>(&'a self, row: &'a AccountRow) -> &'a str {
        match row.mode {
            Mode::Connect => &self.settings().publishable_key,
            Mode::Keys => &row.publishable_key,
        }
    }
    /// The platform's part of payments on the account, in hundredths of a percent.
    pub(crate) fn fee(&self, row: &AccountRow) -> u32 {
        match row.mode {
            Mode::Connect => self.settings().application_fee,
            Mode::Keys => 0,
        }
    }
}
