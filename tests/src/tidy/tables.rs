//! Every table keeps tenants apart, whoever made it.

use std::collections::BTreeSet;

use testkit::{Sql, TestHost};

/// Tables of the platform itself. Whatever else there is belongs to tenants.
const PLATFORM: [&str; 11] = [
    "__diesel_schema_migrations",
    "account_mails",
    "account_tokens",
    "accounts",
    "job_workers",
    "jobs",
    "logins",
    "stripe_routes",
    "tenant_domains",
    "tenant_old_slugs",
    "tenants",
];

/// Policies beside `tenant`: who may see rows of all tenants, and why, stands in the migration that makes them.
const WIDER: [&str; 6] = [
    "clients/system/app_system",
    "jobs/system/app_system",
    "members/system/app_system",
    "tenant_features/registry/app,app_system",
    "tenant_features/system/app_system",
    "tenant_policies/system/app_system",
];

/// Where the login role may read without a transaction.
const READ_BY_LOGIN: [&str; 5] =
    ["__diesel_schema_migrations", "tenant_domains", "tenant_features", "tenant_old_slugs", "tenants"];

const TABLES: &str = "SELECT c.relname FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') ORDER BY 1";

async fn sql() -> Sql {
    TestHost::get().await.shared.sql().await
}

async fn tenant_tables(sql: &Sql) -> Vec<String> {
    let mut all = sql.column(TABLES).await;
    let known: BTreeSet<&str> = PLATFORM.into_iter().collect();
    let gone: Vec<_> = known.iter().filter(|name| !all.iter().any(|table| table == *name)).collect();
    assert!(gone.is_empty(), "listed but not there: {gone:?}");
    all.retain(|table| !known.contains(table.as_str()));
    assert!(all.len() > 20, "{all:?}");
    all
}

fn list(tables: &[String]) -> String {
    tables.iter().map(|table| format!("'{table}'")).collect::<Vec<_>>().join(", ")
}

/// Tables whose tenant_id is missing, may be null, or is not filled by default.
async fn unfilled(sql: &Sql, tables: &[String]) -> Vec<String> {
    let good = sql
        .column(
            "SELECT c.relname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'tenant_id' \
             JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum \
             WHERE c.relnamespace = 'public'::regnamespace AND a.attnotnull AND a.atttypid = 'uuid'::regtype \
             AND pg_get_expr(d.adbin, d.adrelid) = '(current_setting(''app.tenant_id''::text))::uuid'",
        )
        .await;
    but(tables, &good)
}

/// Tables without forced row level security.
async fn unforced(sql: &Sql, tables: &[String]) -> Vec<String> {
    but(
        tables,
        &sql.column("SELECT relname FROM pg_class WHERE relrowsecurity AND relforcerowsecurity").await,
    )
}

/// Tables without the policy of `tenant_table()`.
async fn unbound(sql: &Sql, tables: &[String]) -> Vec<String> {
    let bound = "(tenant_id = ( SELECT (current_setting(''app.tenant_id''::text))::uuid AS current_setting))";
    let good = sql
        .column(&format!(
            "SELECT tablename FROM pg_policies WHERE policyname = 'tenant' AND permissive = 'PERMISSIVE' AND cmd = 'ALL' \
             AND roles = '{{app_tenant}}' AND qual = '{bound}' AND with_check = '{bound}'"
        ))
        .await;
    but(tables, &good)
}

/// Tables without a primary key.
async fn keyless(sql: &Sql, tables: &[String]) -> Vec<String> {
    let keyed =
        "SELECT c.relname FROM pg_constraint p JOIN pg_class c ON c.oid = p.conrelid WHERE p.contype = 'p'";
    but(tables, &sql.column(keyed).await)
}

/// Unique and exclusion indexes that do not begin with the tenant.
async fn unique_across_tenants(sql: &Sql, tables: &[String]) -> Vec<String> {
    let wrong = format!(
        "SELECT c.relname || '.' || i.relname FROM pg_index x JOIN pg_class c ON c.oid = x.indrelid \
         JOIN pg_class i ON i.oid = x.indexrelid \
         LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = x.indkey[0] \
         WHERE c.relname IN ({}) AND (x.indisunique OR x.indisexclusion) AND a.attname IS DISTINCT FROM 'tenant_id'",
        list(tables)
    );
    sql.column(&wrong).await
}

/// Foreign keys that could lead to another tenant's row. To a table of tenants: tenant_id first, on both sides. To the
/// platform's: the tenant itself or a person's account.
async fn foreign_across_tenants(sql: &Sql, tables: &[String]) -> Vec<String> {
    let tables = list(tables);
    let wrong = format!(
        "SELECT c.relname || '.' || k.conname FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid \
         JOIN pg_class f ON f.oid = k.confrelid \
         JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = k.conkey[1] \
         JOIN pg_attribute b ON b.attrelid = f.oid AND b.attnum = k.confkey[1] \
         WHERE k.contype = 'f' AND c.relname IN ({tables}) AND CASE WHEN f.relname IN ({tables}) \
           THEN a.attname <> 'tenant_id' OR b.attname <> 'tenant_id' \
           ELSE NOT (f.relname = 'tenants' AND a.attname = 'tenant_id') AND f.relname <> 'accounts' END"
    );
    sql.column(&wrong).await
}

/// Tables whose tenant_id need not name a tenant.
async fn untied(sql: &Sql, tables: &[String]) -> Vec<String> {
    let tied = "SELECT c.relname FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid \
                JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = k.conkey[1] WHERE k.contype = 'f' AND a.attname = 'tenant_id'";
    but(tables, &sql.column(tied).await)
}

/// Views that see every tenant, and functions that run as the owner.
async fn around(sql: &Sql) -> Vec<String> {
    sql.column(
        "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('v', 'm') \
         AND NOT coalesce(reloptions @> '{security_invoker=true}' OR reloptions @> '{security_invoker=on}', false) \
         UNION ALL SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace AND prosecdef AND proname <> 'bump_tenant_version' \
         UNION ALL SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace AND prosecdef \
         AND NOT coalesce(array_to_string(proconfig, ',') LIKE '%search_path=%', false) ORDER BY 1",
    )
    .await
}

/// Policies beside `tenant`.
async fn wider(sql: &Sql) -> Vec<String> {
    sql.column(
        "SELECT tablename || '/' || policyname || '/' || array_to_string(roles, ',') FROM pg_policies \
         WHERE policyname <> 'tenant' ORDER BY 1",
    )
    .await
}

fn but(tables: &[String], good: &[String]) -> Vec<String> {
    tables.iter().filter(|table| !good.contains(table)).cloned().collect()
}

#[tokio::test]
async fn every_table_keeps_tenants_apart() {
    let sql = sql().await;
    let tables = tenant_tables(&sql).await;
    let none = Vec::<String>::new();
    assert_eq!(
        unfilled(&sql, &tables).await,
        none,
        "tenant_id is missing, may be null or is not filled by default"
    );
    assert_eq!(unforced(&sql, &tables).await, none, "row level security is not forced");
    assert_eq!(unbound(&sql, &tables).await, none, "the policy is not that of tenant_table()");
    assert_eq!(keyless(&sql, &tables).await, none, "no primary key");
    assert_eq!(unique_across_tenants(&sql, &tables).await, none, "unique across tenants");
    assert_eq!(foreign_across_tenants(&sql, &tables).await, none, "a foreign key that leaves the tenant");
    assert_eq!(untied(&sql, &tables).await, none, "nothing ties tenant_id to a tenant");
    assert_eq!(around(&sql).await, none, "steps around row level security");
    assert_eq!(wider(&sql).await, WIDER, "who sees rows of all tenants");
}

/// A table, a view and a policy with everything wrong: each check sees its fault.
#[tokio::test]
async fn a_table_that_breaks_the_rules_is_seen() {
    let sql = TestHost::get().await.dedicated().await.sql().await;
    sql.run(
        "CREATE TABLE loose (tenant_id uuid, id uuid, client_id uuid UNIQUE, booking_id uuid); \
         ALTER TABLE clients ADD CONSTRAINT by_id UNIQUE (id); \
         ALTER TABLE loose ADD CONSTRAINT to_client FOREIGN KEY (client_id) REFERENCES clients (id); \
         CREATE POLICY everyone ON loose USING (true); \
         CREATE VIEW all_clients AS SELECT * FROM clients; \
         CREATE FUNCTION peek() RETURNS bigint LANGUAGE sql SECURITY DEFINER AS 'SELECT count(*) FROM clients'",
    )
    .await;
    let tables = tenant_tables(&sql).await;
    let loose = ["loose".to_owned()];
    for found in [
        unfilled(&sql, &tables).await,
        unforced(&sql, &tables).await,
        unbound(&sql, &tables).await,
        keyless(&sql, &tables).await,
        untied(&sql, &tables).await,
    ] {
        assert_eq!(found, loose);
    }
    assert_eq!(foreign_across_tenants(&sql, &tables).await, ["loose.to_client"]);
    assert_eq!(unique_across_tenants(&sql, &tables).await, ["loose.loose_client_id_key", "clients.by_id"]);
    assert_eq!(around(&sql).await, ["all_clients", "peek", "peek"]);
    assert!(wider(&sql).await.contains(&"loose/everyone/public".to_owned()));
}

#[tokio::test]
async fn roles_hold_no_more_than_they_must() {
    let sql = sql().await;
    let tables = tenant_tables(&sql).await;
    let login = sql.column("SELECT DISTINCT table_name FROM information_schema.role_table_grants WHERE grantee = 'app' ORDER BY 1").await;
    let more: Vec<_> = login.iter().filter(|table| !READ_BY_LOGIN.contains(&table.as_str())).collect();
    assert!(more.is_empty(), "the login role reads {more:?}");
    let kinds = sql
        .column(
            "SELECT DISTINCT privilege_type FROM information_schema.role_table_grants WHERE grantee = 'app'",
        )
        .await;
    assert_eq!(kinds, ["SELECT"]);
    let strong = "grantee IN ('app', 'app_tenant', 'app_system', 'PUBLIC') AND privilege_type IN ('TRUNCATE', 'REFERENCES', 'TRIGGER')";
    let strong = sql
        .column(&format!("SELECT table_name FROM information_schema.role_table_grants WHERE {strong}"))
        .await;
    assert!(strong.is_empty(), "{strong:?}");
    let public = sql.column("SELECT table_name FROM information_schema.role_table_grants WHERE grantee = 'PUBLIC' AND table_schema = 'public'").await;
    assert!(public.is_empty(), "{public:?}");
    let system = sql
        .column(&format!(
            "SELECT DISTINCT table_name FROM information_schema.role_column_grants WHERE grantee = 'app_system' AND table_name IN ({}) ORDER BY 1",
            list(&tables)
        ))
        .await;
    assert_eq!(
        system,
        ["clients", "members", "tenant_features", "tenant_policies"],
        "the platform's role reaches into tenants"
    );
    let roles = sql.one("SELECT count(*) FROM pg_roles WHERE rolname LIKE 'app%' AND (rolsuper OR rolbypassrls OR rolcreaterole OR rolcreatedb OR rolinherit AND rolname = 'app')").await;
    assert_eq!(roles, "0", "a role of the application is too strong");
    let owned = sql.one("SELECT count(*) FROM pg_class c JOIN pg_roles r ON r.oid = c.relowner WHERE r.rolname LIKE 'app%'").await;
    assert_eq!(owned, "0", "a role of the application owns something");
}

#[tokio::test]
async fn columns_are_of_kinds_that_keep_their_indexes() {
    let sql = sql().await;
    let enums = sql
        .column("SELECT typname FROM pg_type WHERE typtype = 'e' AND typnamespace = 'public'::regnamespace")
        .await;
    assert!(enums.is_empty(), "comparing an enum is not leakproof; text with CHECK is: {enums:?}");
    let naive = sql
        .column(
            "SELECT table_name || '.' || column_name FROM information_schema.columns WHERE table_schema = 'public' \
             AND data_type IN ('timestamp without time zone', 'real', 'double precision', 'money') \
             AND table_name <> '__diesel_schema_migrations'",
        )
        .await;
    assert!(naive.is_empty(), "{naive:?}");
}

#[tokio::test]
async fn ledgers_and_audit_are_append_only_for_the_application() {
    let sql = sql().await;
    let mut wrong = Vec::new();
    for table in ["audit", "events", "credit_entries", "credit_transactions"] {
        for right in ["UPDATE", "DELETE", "TRUNCATE"] {
            if sql.one(&format!("SELECT has_table_privilege('app_tenant', '{table}', '{right}')")).await
                == "t"
            {
                wrong.push(format!("{right} on {table}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:?}");
}
