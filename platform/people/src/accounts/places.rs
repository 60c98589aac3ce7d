use diesel::{QueryableByName, sql_types as st};
use diesel_async::RunQueryDsl;
use events::AccountId;
use kernel::TxError;

use super::Accounts;

/// A business where an account is staff or client.
#[derive(Clone, Debug, PartialEq, Eq, QueryableByName)]
pub struct Place {
    /// Its slug.
    #[diesel(sql_type = st::Text)]
    pub slug: String,
    /// Its name.
    #[diesel(sql_type = st::Text)]
    pub name: String,
    /// `owner`, `admin` or `coach` for staff; none for clients.
    #[diesel(sql_type = st::Nullable<st::Text>)]
    pub role: Option<String>,
}

const QUERY: &str = "
SELECT t.slug, t.name, m.role FROM members m JOIN tenants t ON t.id = m.tenant_id
WHERE m.account_id = $1 AND t.status <> 'archived'
UNION ALL
SELECT t.slug, t.name, NULL FROM clients c JOIN tenants t ON t.id = c.tenant_id
WHERE c.account_id = $1 AND t.status <> 'archived'
  AND NOT EXISTS (SELECT FROM members m WHERE m.tenant_id = c.tenant_id AND m.account_id = $1)
ORDER BY 2, 1 LIMIT 200";

impl Accounts {
    /// The businesses where an account is staff, or a client with a proved e-mail, by name.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn places(&self, account: AccountId) -> Result<Vec<Place>, TxError> {
        self.db
            .system_tx("an account's own businesses", async move |tx| {
                Ok(diesel::sql_query(QUERY).bind::<st::Uuid, _>(account).load(&mut **tx).await?)
            })
            .await
    }
}
