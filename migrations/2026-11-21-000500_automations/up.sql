-- Automations: installed components, their store, and the record of each run.
CREATE TABLE automations (
  tenant_id uuid NOT NULL REFERENCES tenants (id),
  id uuid NOT NULL,
  name text NOT NULL CHECK (char_length(name) BETWEEN 3 AND 40),
  title text NOT NULL CHECK (char_length(title) BETWEEN 1 AND 80),
  description text NOT NULL DEFAULT '',
  version text NOT NULL,
  digest bytea NOT NULL CHECK (octet_length(digest) = 32),
  component bytea NOT NULL CHECK (octet_length(component) <= 2097152),
  triggers text[] NOT NULL,
  capabilities text[] NOT NULL,
  -- What an owner has granted, one by one; never more than was asked for.
  granted text[] NOT NULL DEFAULT '{}' CHECK (granted <@ capabilities),
  enabled boolean NOT NULL DEFAULT false,
  -- Failed runs in a row; the tenth switches it off.
  failures integer NOT NULL DEFAULT 0 CHECK (failures >= 0),
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, id),
  UNIQUE (tenant_id, name)
);
SELECT tenant_table('automations');

CREATE TABLE automation_runs (
  tenant_id uuid NOT NULL REFERENCES tenants (id),
  id uuid NOT NULL,
  automation_id uuid NOT NULL,
  event_id uuid NOT NULL,
  event_name text NOT NULL,
  version text NOT NULL,
  -- ok, failed (its own fault or report), limited (it was stopped at a limit)
  status text NOT NULL CHECK (status IN ('ok', 'failed', 'limited')),
  started_at timestamptz NOT NULL,
  took_ms bigint NOT NULL CHECK (took_ms >= 0),
  fuel bigint NOT NULL CHECK (fuel >= 0),
  calls integer NOT NULL CHECK (calls >= 0),
  failure text,
  detail text,
  output text NOT NULL DEFAULT '',
  actions jsonb NOT NULL,
  log jsonb NOT NULL,
  -- All that the run saw: with it the run can be repeated bit for bit.
  invocation jsonb NOT NULL,
  PRIMARY KEY (tenant_id, id),
  -- Once for each event, however often its job runs.
  UNIQUE (tenant_id, automation_id, event_id),
  FOREIGN KEY (tenant_id, automation_id) REFERENCES automations (tenant_id, id) ON DELETE CASCADE,
  FOREIGN KEY (tenant_id, event_id) REFERENCES events (tenant_id, id)
);
CREATE INDEX automation_runs_newest ON automation_runs (tenant_id, started_at DESC, id DESC);
SELECT tenant_table('automation_runs');

CREATE TABLE automation_store (
  tenant_id uuid NOT NULL REFERENCES tenants (id),
  automation_id uuid NOT NULL,
  key text NOT NULL,
  value text NOT NULL,
  PRIMARY KEY (tenant_id, automation_id, key),
  FOREIGN KEY (tenant_id, automation_id) REFERENCES automations (tenant_id, id) ON DELETE CASCADE
);
SELECT tenant_table('automation_store');
