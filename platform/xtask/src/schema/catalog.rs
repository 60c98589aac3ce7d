//! What the database says about its tables.

use std::collections::BTreeMap;

use anyhow::{Context, Result};
use embedded::Postgres;
use serde::Deserialize;

use crate::steps::output;

/// All ordinary and partitioned tables and views of the schema `public`, with their columns in order and their primary
/// keys in the order of the key, as one line of JSON.
const QUERY: &str = "
SELECT coalesce(json_object_agg(c.relname, json_build_object(
  'columns', (
    SELECT json_agg(json_build_object('name', a.attname, 'type', format_type(a.atttypid, NULL),
                                      'nullable', NOT a.attnotnull AND c.relkind <> 'v') ORDER BY a.attnum)
    FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped),
  'key', coalesce((
    SELECT json_agg(a.attname ORDER BY array_position(i.indkey::int2[], a.attnum))
    FROM pg_index i JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = ANY (i.indkey)
    WHERE i.indrelid = c.oid AND i.indisprimary), '[]'::json),
  'of_a_tenant', c.relrowsecurity AND EXISTS (
    SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'tenant_id' AND a.attnotnull)))::jsonb::text, '{}')
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p', 'v')
  AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = c.oid AND d.deptype = 'e')
  AND NOT coalesce((SELECT true FROM pg_inherits h WHERE h.inhrelid = c.oid), false)";

/// One table of the database.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(super) struct Table {
    pub(super) columns: Vec<Column>,
    /// The primary key's columns; empty when there is none.
    pub(super) key: Vec<String>,
    /// True when each row is bound to a tenant by row level security. A table whose `tenant_id` may be null holds rows of
    /// the platform too, so code must say whose it writes.
    pub(super) of_a_tenant: bool,
}

/// One column of a table.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(super) struct Column {
    pub(super) name: String,
    /// The type's name as PostgreSQL writes it, for example `timestamp with time zone`.
    #[serde(rename = "type")]
    pub(super) sql: String,
    pub(super) nullable: bool,
}

/// Reads the catalogue.
pub(super) fn read(server: &Postgres) -> Result<BTreeMap<String, Table>> {
    let text = output(super::psql(server).args(["--command", QUERY]))?;
    serde_json::from_str(&text).context("the catalogue's answer")
}

#[cfg(test)]
mod tests {
    use embedded::Options;

    use super::*;

    #[test]
    fn tables_are_read_as_they_are() {
        let folder = crate::services::open_folder().unwrap();
        let server = Postgres::start(&Options::for_tests(folder.path())).unwrap();
        let sql = "CREATE EXTENSION pg_stat_statements;
            CREATE TABLE work (id uuid PRIMARY KEY, tenant_id uuid); ALTER TABLE work ENABLE ROW LEVEL SECURITY;
            CREATE TABLE notes (dropped int, b text, tenant_id uuid, a int2[] NOT NULL, PRIMARY KEY (tenant_id, b));
            ALTER TABLE notes DROP COLUMN dropped; ALTER TABLE notes ENABLE ROW LEVEL SECURITY;";
        output(super::super::psql(&server).args(["--command", sql])).unwrap();
        let tables = read(&server).unwrap();
        let names: Vec<_> = tables.keys().collect();
        assert_eq!(names, ["notes", "work"], "tables and views of extensions are not ours");
        let notes = tables.get("notes").unwrap();
        let columns: Vec<_> = notes.columns.iter().map(|c| (&*c.name, &*c.sql, c.nullable)).collect();
        assert_eq!(columns, [("b", "text", false), ("tenant_id", "uuid", false), ("a", "smallint[]", false)]);
        assert_eq!(notes.key, ["tenant_id", "b"]);
        assert!(notes.of_a_tenant && !tables.get("work").unwrap().of_a_tenant);
    }
}
