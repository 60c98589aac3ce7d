-- Events, jobs and mails: what follows from a change, written in the transaction of the change.
CREATE TABLE events (
  tenant_id uuid NOT NULL REFERENCES tenants (id),
  id uuid NOT NULL,
  name text NOT NULL,
  version integer NOT NULL,
  payload jsonb NOT NULL,
  occurred_at timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, id)
);
CREATE INDEX events_name ON events (tenant_id, name, occurred_at DESC);
SELECT tenant_table('events', 'SELECT, INSERT');

-- The job table is the outbox. A job without a tenant belongs to the platform.
CREATE TABLE jobs (
  id uuid PRIMARY KEY,
  tenant_id uuid REFERENCES tenants (id),
  kind text NOT NULL CHECK (char_length(kind) <= 120),
  args jsonb NOT NULL,
  status text NOT NULL DEFAULT 'pending' CHECK (status IN ('pending', 'running', 'done', 'dead')),
  run_at timestamptz NOT NULL,
  attempts integer NOT NULL DEFAULT 0,
  max_attempts integer NOT NULL DEFAULT 12,
  unique_key text,
  locked_by text,
  locked_at timestamptz,
  done_at timestamptz,
  last_error text,
  request_id text NOT NULL DEFAULT '',
  created_at timestamptz NOT NULL
);
CREATE UNIQUE INDEX jobs_unique_key ON jobs (tenant_id, unique_key) NULLS NOT DISTINCT WHERE unique_key IS NOT NULL;
CREATE INDEX jobs_due ON jobs (run_at) WHERE status = 'pending';
CREATE INDEX jobs_running ON jobs (locked_at) WHERE status = 'running';
CREATE INDEX jobs_of_tenant ON jobs (tenant_id, created_at DESC);
ALTER TABLE jobs ENABLE ROW LEVEL SECURITY;
ALTER TABLE jobs FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON jobs TO app_tenant USING (tenant_id = (SELECT current_setting('app.tenant_id')::uuid))
  WITH CHECK (tenant_id = (SELECT current_setting('app.tenant_id')::uuid));
CREATE POLICY system ON jobs TO app_system USING (true) WITH CHECK (true);
GRANT SELECT, INSERT ON jobs TO app_tenant;
GRANT SELECT, INSERT, UPDATE, DELETE ON jobs TO app_system;

-- Workers that are alive. Names carry a boot id, so that a name never comes back.
CREATE TABLE job_workers (
  id text PRIMARY KEY,
  last_seen timestamptz NOT NULL
);
GRANT SELECT, INSERT, UPDATE, DELETE ON job_workers TO app_system;

-- Each mail to a person: what, why, when, state. `key` makes it exactly one an event and person.
CREATE TABLE mails (
  tenant_id uuid NOT NULL REFERENCES tenants (id),
  id uuid NOT NULL,
  key text NOT NULL CHECK (char_length(key) <= 200),
  template text NOT NULL,
  data jsonb NOT NULL,
  to_email text NOT NULL,
  to_name text NOT NULL,
  attachments jsonb NOT NULL DEFAULT '[]',
  client_id uuid,
  status text NOT NULL DEFAULT 'queued' CHECK (status IN ('queued', 'sent', 'failed')),
  subject text,
  html text,
  body_text text,
  last_error text,
  created_at timestamptz NOT NULL,
  sent_at timestamptz,
  PRIMARY KEY (tenant_id, id),
  UNIQUE (tenant_id, key),
  FOREIGN KEY (tenant_id, client_id) REFERENCES clients (tenant_id, id)
);
CREATE INDEX mails_newest ON mails (tenant_id, created_at DESC);
SELECT tenant_table('mails');

-- Answers of unsafe API calls, kept a day by the caller's Idempotency-Key.
CREATE TABLE idempotency_keys (
  tenant_id uuid NOT NULL REFERENCES tenants (id),
  key text NOT NULL CHECK (char_length(key) BETWEEN 1 AND 200),
  scope text NOT NULL,
  request_hash bytea NOT NULL,
  status integer,
  body bytea,
  created_at timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, scope, key)
);
SELECT tenant_table('idempotency_keys');

-- Who did what: append-only.
CREATE TABLE audit (
  tenant_id uuid NOT NULL REFERENCES tenants (id),
  id uuid NOT NULL,
  at timestamptz NOT NULL,
  actor jsonb NOT NULL,
  action text NOT NULL,
  subject text NOT NULL,
  detail jsonb NOT NULL DEFAULT '{}',
  request_id text NOT NULL DEFAULT '',
  PRIMARY KEY (tenant_id, id)
);
CREATE INDEX audit_newest ON audit (tenant_id, at DESC);
SELECT tenant_table('audit', 'SELECT, INSERT');
