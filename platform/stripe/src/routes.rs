//! Which tenant an account is. Asked before anything of a tenant is read, so outside of all of them.

use db::TxError;
use diesel::{ExpressionMethods, OptionalExtension, QueryDsl};
use diesel_async::RunQueryDsl;
use events::TenantId;
use kernel::Problem;

use crate::{Stripe, schema::stripe_routes as table};

impl Stripe {
    /// The tenant that an account was connected for.
    ///
    /// # Errors
    /// When the database is away.
    pub async fn tenant_of(&self, account: &str) -> Result<Option<TenantId>, TxError> {
        let look = async |tx: &mut db::SystemTx| {
            let found = table::table.find(account).select(table::tenant_id);
            Ok::<_, TxError>(found.first::<TenantId>(&mut **tx).await.optional()?)
        };
        self.0.db.system_tx("events of connected accounts name no tenant", look).await
    }
    /// Leads events of an account to a tenant, and of no other account.
    ///
    /// # Errors
    /// 409 when the account is another tenant's.
    pub(crate) async fn lead(&self, account: &str, tenant: TenantId) -> Result<(), Problem> {
        let write = async |tx: &mut db::SystemTx| {
            diesel::delete(
                table::table.filter(table::tenant_id.eq(tenant)).filter(table::account_id.ne(account)),
            )
            .execute(&mut **tx)
            .await?;
            let row = (table::account_id.eq(account), table::tenant_id.eq(tenant));
            diesel::insert_into(table::table).values(row).on_conflict_do_nothing().execute(&mut **tx).await?;
            let owner =
                table::table.find(account).select(table::tenant_id).first::<TenantId>(&mut **tx).await?;
            if owner == tenant { Ok(()) } else { Err(Problem::conflict("stripe_account_taken")) }
        };
        self.0.db.system_tx("which tenant an account is", write).await
    }
    /// Events of the tenant's account lead nowhere any more.
    pub(crate) async fn lead_nowhere(&self, tenant: TenantId) -> Result<(), TxError> {
        let write = async |tx: &mut db::SystemTx| {
            let gone = diesel::delete(table::table.filter(table::tenant_id.eq(tenant)));
            gone.execute(&mut **tx).await?;
            Ok::<_, TxError>(())
        };
        self.0.db.system_tx("which tenant an account is", write).await
    }
}
