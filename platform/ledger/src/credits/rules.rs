//! What modules add to the ledger: credits that are due by the clock, the business's rule for returns, names of what is
//! paid for.

use std::{fmt, future::ready, sync::OnceLock};

use diesel::QueryResult;
use events::ClientId;
use kernel::{BoxFuture, Problem, Tx};

use super::{CreditError, OnExpired};

/// Gives a client what the clock owes them, and writes off what it ended. Again: nothing.
pub type DueRule = for<'a> fn(&'a mut Tx, ClientId) -> BoxFuture<'a, Result<(), Problem>>;
/// What becomes of a return to an expired lot, in this business.
pub type ReturnRule = for<'a> fn(&'a mut Tx) -> BoxFuture<'a, Result<OnExpired, Problem>>;
/// Which of these streams have ended: their lots are as good as expired.
pub type EndedRule = for<'a> fn(&'a mut Tx, &'a [String]) -> BoxFuture<'a, Result<Vec<String>, Problem>>;
/// Names for people of those keys that a module knows: `apt_…` → *First talk*.
pub type NamesRule =
    for<'a> fn(&'a mut Tx, &'a [String]) -> BoxFuture<'a, QueryResult<Vec<(String, String)>>>;

/// How modules take part in what happens to credits. A value; begin with [`CreditRules::none`]. The rules hold whether the
/// module is on or off for the tenant: what was paid for outlives a switch.
#[derive(Clone)]
pub struct CreditRules {
    /// Called before credits are read or spent, so that lateness of a job never costs a client anything.
    pub due: DueRule,
    /// What becomes of a return to an expired lot.
    pub on_expired: ReturnRule,
    /// Which streams have ended.
    pub ended: EndedRule,
    /// Names of what credits pay for.
    pub names: Vec<NamesRule>,
}

impl CreditRules {
    /// Nothing comes by the clock; returns live for a week.
    #[must_use]
    pub const fn none() -> Self {
        Self {
            due: |_, _| Box::pin(ready(Ok(()))),
            on_expired: |_| Box::pin(ready(Ok(OnExpired::NewLot { days: 7 }))),
            ended: |_, _| Box::pin(ready(Ok(Vec::new()))),
            names: Vec::new(),
        }
    }
}

impl fmt::Debug for CreditRules {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CreditRules").field("names", &self.names.len()).finish_non_exhaustive()
    }
}

static INSTALLED: OnceLock<CreditRules> = OnceLock::new();
static NONE: CreditRules = CreditRules::none();

/// The host's door: the rules of this process, given once at start. Answers `false` when some were given before.
pub fn install_rules(rules: CreditRules) -> bool {
    INSTALLED.set(rules).is_ok()
}

pub(super) fn rules() -> &'static CreditRules {
    INSTALLED.get().unwrap_or(&NONE)
}

/// Gives a client what is due by the clock, and writes off what it ended: whoever reads credits calls it first. Spending
/// does so by itself.
///
/// # Errors
/// What the rule refuses, and the database.
pub async fn due(tx: &mut Tx, client: ClientId) -> Result<(), CreditError> {
    (rules().due)(tx, client).await.map_err(CreditError::rule)
}

/// Names for people of what credits pay for; a key that no module knows is its own name.
///
/// # Errors
/// When the database refuses a statement.
pub async fn names(tx: &mut Tx, keys: &[String]) -> QueryResult<Vec<(String, String)>> {
    let mut known = Vec::new();
    for rule in &rules().names {
        known.extend(rule(tx, keys).await?);
    }
    let named = |key: &String| {
        let found = known.iter().find(|(of, _)| of == key);
        (key.clone(), found.map_or_else(|| key.clone(), |(_, name)| name.clone()))
    };
    Ok(keys.iter().map(named).collect())
}
