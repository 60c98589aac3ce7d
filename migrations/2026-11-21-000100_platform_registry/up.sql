-- The tenant registry, identities and logins: tables of the platform itself.
CREATE EXTENSION IF NOT EXISTS btree_gist;

CREATE TABLE tenants (
  id uuid PRIMARY KEY,
  slug text NOT NULL UNIQUE CHECK (slug ~ '^[a-z0-9]([a-z0-9-]{1,38})[a-z0-9]$'),
  name text NOT NULL CHECK (char_length(name) BETWEEN 1 AND 120),
  status text NOT NULL DEFAULT 'active' CHECK (status IN ('active', 'suspended', 'archived')),
  zone text NOT NULL,
  currency text NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
  locale text NOT NULL DEFAULT 'en',
  contact_email text NOT NULL,
  brand jsonb NOT NULL DEFAULT '{}',
  -- What the operator lets the tenant switch on; null: everything.
  entitlements text[],
  version bigint NOT NULL DEFAULT 1,
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL
);
-- The look-up that every request makes runs as the login role, outside a transaction.
GRANT SELECT ON tenants TO app, app_tenant, app_system;
GRANT INSERT, UPDATE ON tenants TO app_system;

-- A renamed slug keeps redirecting for a year.
CREATE TABLE tenant_old_slugs (
  slug text PRIMARY KEY,
  tenant_id uuid NOT NULL REFERENCES tenants (id),
  until timestamptz NOT NULL
);
GRANT SELECT ON tenant_old_slugs TO app, app_system;
GRANT INSERT, UPDATE, DELETE ON tenant_old_slugs TO app_system;

-- Own domains; one that is not verified does not serve.
CREATE TABLE tenant_domains (
  domain text PRIMARY KEY CHECK (domain = lower(domain) AND char_length(domain) <= 253),
  tenant_id uuid NOT NULL REFERENCES tenants (id),
  verified_at timestamptz,
  created_at timestamptz NOT NULL
);
GRANT SELECT ON tenant_domains TO app, app_system;
GRANT INSERT, UPDATE, DELETE ON tenant_domains TO app_system;

CREATE TABLE accounts (
  id uuid PRIMARY KEY,
  email text NOT NULL UNIQUE CHECK (email = lower(email) AND char_length(email) <= 254),
  name text NOT NULL CHECK (char_length(name) BETWEEN 1 AND 120),
  password_hash text,
  email_verified_at timestamptz,
  operator boolean NOT NULL DEFAULT false,
  created_at timestamptz NOT NULL
);
GRANT SELECT, INSERT, UPDATE ON accounts TO app_system;

-- A login: one browser signed in. Only the SHA-256 of the cookie's token is kept.
CREATE TABLE logins (
  token_hash bytea PRIMARY KEY,
  account_id uuid NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
  created_at timestamptz NOT NULL,
  last_seen_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL,
  user_agent text NOT NULL DEFAULT ''
);
CREATE INDEX logins_account ON logins (account_id);
GRANT SELECT, INSERT, UPDATE, DELETE ON logins TO app_system;

-- Which accounts belong to which tenant, and as what. Read across tenants by the account's own pages.
CREATE TABLE members (
  tenant_id uuid NOT NULL REFERENCES tenants (id),
  id uuid NOT NULL,
  account_id uuid NOT NULL REFERENCES accounts (id),
  role text NOT NULL CHECK (role IN ('owner', 'admin', 'coach')),
  name text NOT NULL CHECK (char_length(name) BETWEEN 1 AND 120),
  email text NOT NULL,
  bio text NOT NULL DEFAULT '',
  created_at timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, id),
  UNIQUE (tenant_id, account_id)
);
CREATE INDEX members_account ON members (account_id);
SELECT tenant_table('members');
SELECT public_content('members');
CREATE POLICY system ON members TO app_system USING (true) WITH CHECK (true);
GRANT SELECT, INSERT, UPDATE ON members TO app_system;

CREATE TABLE clients (
  tenant_id uuid NOT NULL REFERENCES tenants (id),
  id uuid NOT NULL,
  account_id uuid REFERENCES accounts (id),
  name text NOT NULL CHECK (char_length(name) BETWEEN 1 AND 120),
  email text NOT NULL CHECK (email = lower(email) AND char_length(email) <= 254),
  phone text NOT NULL DEFAULT '',
  zone text,
  tags text[] NOT NULL DEFAULT '{}',
  created_at timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, id),
  UNIQUE (tenant_id, email)
);
CREATE INDEX clients_account ON clients (tenant_id, account_id) WHERE account_id IS NOT NULL;
SELECT tenant_table('clients');

CREATE TABLE client_notes (
  tenant_id uuid NOT NULL,
  id uuid NOT NULL,
  client_id uuid NOT NULL,
  author text NOT NULL,
  body text NOT NULL CHECK (char_length(body) BETWEEN 1 AND 4000),
  source text,
  created_at timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, id),
  UNIQUE (tenant_id, source),
  FOREIGN KEY (tenant_id, client_id) REFERENCES clients (tenant_id, id) ON DELETE CASCADE
);
SELECT tenant_table('client_notes');

-- The tenant's own switches; a module without a row follows config/features.toml.
CREATE TABLE tenant_features (
  tenant_id uuid NOT NULL REFERENCES tenants (id),
  module text NOT NULL CHECK (char_length(module) <= 40),
  enabled boolean NOT NULL,
  changed_at timestamptz NOT NULL,
  changed_by text NOT NULL,
  PRIMARY KEY (tenant_id, module)
);
SELECT tenant_table('tenant_features');
SELECT public_content('tenant_features');
CREATE POLICY registry ON tenant_features FOR SELECT TO app, app_system USING (true);
CREATE POLICY system ON tenant_features TO app_system USING (true) WITH CHECK (true);
GRANT SELECT ON tenant_features TO app;
GRANT SELECT, INSERT, UPDATE, DELETE ON tenant_features TO app_system;
