-- Roles. The owner (who runs migrations) owns everything; `app` signs in and owns nothing; in each transaction it becomes
-- `app_tenant` (one tenant's rows) or `app_system` (registry, accounts, jobs; no tenant's rows).
DO $$
DECLARE
  role record;
BEGIN
  -- Roles belong to the whole server: another database's migration may make them at the same moment.
  FOR role IN SELECT * FROM (VALUES ('app_tenant', 'NOLOGIN'), ('app_system', 'NOLOGIN'), ('app', 'LOGIN NOINHERIT')) AS r (name, options)
  LOOP
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = role.name) THEN
      BEGIN
        EXECUTE format('CREATE ROLE %I %s', role.name, role.options);
      EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
      END;
    END IF;
  END LOOP;
  FOR role IN SELECT * FROM (VALUES ('app_tenant'), ('app_system')) AS r (name)
  LOOP
    IF NOT pg_has_role('app', role.name, 'MEMBER') THEN
      BEGIN
        EXECUTE format('GRANT %I TO app', role.name);
      EXCEPTION WHEN duplicate_object OR unique_violation OR internal_error THEN NULL;
      END;
    END IF;
  END LOOP;
END $$;
GRANT USAGE ON SCHEMA public TO app, app_tenant, app_system;
