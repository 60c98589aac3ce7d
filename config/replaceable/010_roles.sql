-- Roles. The owner (who runs migrations) owns everything; `app` signs in and owns nothing; in each transaction it becomes
-- `app_tenant` (one tenant's rows) or `app_system` (registry, accounts, jobs; no tenant's rows).
DO $$
BEGIN
  PERFORM pg_advisory_xact_lock(7301);
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'app_tenant') THEN CREATE ROLE app_tenant NOLOGIN; END IF;
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'app_system') THEN CREATE ROLE app_system NOLOGIN; END IF;
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'app') THEN CREATE ROLE app LOGIN NOINHERIT; END IF;
  IF NOT pg_has_role('app', 'app_tenant', 'MEMBER') THEN GRANT app_tenant TO app; END IF;
  IF NOT pg_has_role('app', 'app_system', 'MEMBER') THEN GRANT app_system TO app; END IF;
END $$;
GRANT USAGE ON SCHEMA public TO app, app_tenant, app_system;
