-- Makes a table a tenant table: default, policy, FORCE, grants. Called by migrations, so that nobody types it.
-- The setting is read through a sub-select: evaluated once a statement instead of once a row.
-- No missing_ok: without a bound tenant a statement is an error, not an empty answer.
CREATE OR REPLACE FUNCTION tenant_table(name regclass, grants text DEFAULT 'SELECT, INSERT, UPDATE, DELETE') RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
  EXECUTE format('ALTER TABLE %s ALTER COLUMN tenant_id SET DEFAULT current_setting(''app.tenant_id'')::uuid', name);
  EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', name);
  EXECUTE format('ALTER TABLE %s FORCE ROW LEVEL SECURITY', name);
  EXECUTE format(
    'CREATE POLICY tenant ON %s TO app_tenant USING (tenant_id = (SELECT current_setting(''app.tenant_id'')::uuid)) '
    'WITH CHECK (tenant_id = (SELECT current_setting(''app.tenant_id'')::uuid))', name);
  EXECUTE format('GRANT %s ON %s TO app_tenant', grants, name);
END $$;

-- A change of such a table changes the tenant's public content: its version grows, and caches keyed by it are stale.
-- Runs as its owner: `pg_temp` stands last, or a temporary table named `tenants` would be taken for the registry.
CREATE OR REPLACE FUNCTION bump_tenant_version() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
DECLARE
  tenant text := current_setting('app.tenant_id', true);
BEGIN
  -- Outside a tenant's transaction (a tenant file is applied) the registry's own code raises the version.
  IF tenant IS NOT NULL AND tenant <> '' THEN
    UPDATE tenants SET version = version + 1 WHERE id = tenant::uuid;
  END IF;
  RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION public_content(name regclass) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  EXECUTE format('CREATE TRIGGER public_content AFTER INSERT OR UPDATE OR DELETE ON %s '
                 'FOR EACH STATEMENT EXECUTE FUNCTION bump_tenant_version()', name);
END $$;
