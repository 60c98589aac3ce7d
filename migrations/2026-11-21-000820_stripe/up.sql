-- How each business is connected to Stripe, and the inbox of Stripe's events.

-- Finds the tenant of an account before anything of it is read.
CREATE TABLE stripe_routes (
  account_id text PRIMARY KEY CHECK (account_id ~ '^acct_[A-Za-z0-9]{1,60}$'),
  tenant_id uuid NOT NULL UNIQUE REFERENCES tenants (id)
);
GRANT SELECT, INSERT, DELETE ON stripe_routes TO app_system;

CREATE TABLE stripe_accounts (
  tenant_id uuid NOT NULL REFERENCES tenants (id),
  -- connect: a connected account of the platform's; keys: the business's own restricted key.
  mode text NOT NULL CHECK (mode IN ('connect', 'keys')),
  account_id text NOT NULL DEFAULT '' CHECK (char_length(account_id) <= 70),
  -- Encrypted with the installation's key; never shown again.
  secret_key bytea,
  webhook_secret bytea,
  publishable_key text NOT NULL DEFAULT '' CHECK (char_length(publishable_key) <= 200),
  -- The last four characters of the secret key, to tell keys apart.
  key_hint text NOT NULL DEFAULT '' CHECK (char_length(key_hint) <= 8),
  live boolean NOT NULL DEFAULT false,
  charges_enabled boolean NOT NULL DEFAULT false,
  payouts_enabled boolean NOT NULL DEFAULT false,
  details_submitted boolean NOT NULL DEFAULT false,
  -- Why the account can't be used, in Stripe's words; empty: it can.
  trouble text NOT NULL DEFAULT '' CHECK (char_length(trouble) <= 500),
  -- element: the card form stands on the page; checkout: the buyer goes to Stripe's own page.
  style text NOT NULL DEFAULT 'checkout' CHECK (style IN ('element', 'checkout')),
  -- Moment of the state that is written here.
  provider_at timestamptz,
  -- Up to when Stripe was asked for events whose delivery was lost.
  polled_at timestamptz,
  connected_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  PRIMARY KEY (tenant_id),
  CHECK (mode = 'keys' OR secret_key IS NULL),
  CHECK (mode = 'connect' OR secret_key IS NOT NULL)
);
SELECT tenant_table('stripe_accounts');

-- The inbox: stored before the answer, handled by a job.
CREATE TABLE stripe_events (
  tenant_id uuid NOT NULL REFERENCES tenants (id),
  -- evt_…
  id text NOT NULL CHECK (char_length(id) BETWEEN 1 AND 100),
  account text NOT NULL DEFAULT '' CHECK (char_length(account) <= 70),
  kind text NOT NULL CHECK (char_length(kind) BETWEEN 1 AND 100),
  -- What it is about: pi_…, cs_…, in_….
  object text NOT NULL DEFAULT '' CHECK (char_length(object) <= 200),
  live boolean NOT NULL,
  payload jsonb NOT NULL,
  -- When Stripe made it, and when it came.
  created_at timestamptz NOT NULL,
  received_at timestamptz NOT NULL,
  -- ignored: nothing handles this kind.
  state text NOT NULL DEFAULT 'received' CHECK (state IN ('received', 'handled', 'ignored', 'failed')),
  -- webhook, or poller when its delivery was lost.
  way text NOT NULL DEFAULT 'webhook' CHECK (way IN ('webhook', 'poller')),
  runs integer NOT NULL DEFAULT 0 CHECK (runs >= 0),
  -- What came of it, for staff.
  outcome text NOT NULL DEFAULT '' CHECK (char_length(outcome) <= 500),
  handled_at timestamptz,
  PRIMARY KEY (tenant_id, id)
);
CREATE INDEX stripe_events_newest ON stripe_events (tenant_id, received_at DESC, id DESC);
CREATE INDEX stripe_events_by_state ON stripe_events (tenant_id, state, received_at DESC, id DESC);
SELECT tenant_table('stripe_events', 'SELECT, INSERT, UPDATE (state, runs, outcome, handled_at)');

-- Our products, plans and prices as Stripe knows them. An edit makes a new price.
CREATE TABLE stripe_objects (
  tenant_id uuid NOT NULL REFERENCES tenants (id),
  -- The account they are in: product or price.
  account text NOT NULL CHECK (char_length(account) <= 70),
  kind text NOT NULL CHECK (kind IN ('product', 'price')),
  -- Ours: prd_…, or prd_…/29700/GBP/month/1 for a price.
  local text NOT NULL CHECK (char_length(local) BETWEEN 1 AND 200),
  reference text NOT NULL CHECK (char_length(reference) BETWEEN 1 AND 200),
  -- What was sent last, to see whether it changed.
  digest text NOT NULL DEFAULT '' CHECK (char_length(digest) <= 100),
  updated_at timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, account, kind, local)
);
SELECT tenant_table('stripe_objects');

-- The nightly comparison with Stripe's own books.
CREATE TABLE stripe_audits (
  tenant_id uuid NOT NULL REFERENCES tenants (id),
  id uuid NOT NULL,
  since timestamptz NOT NULL,
  until timestamptz NOT NULL,
  -- Payments and refunds that were compared, and the sum of what differs in minor units.
  compared integer NOT NULL,
  difference bigint NOT NULL,
  -- Each difference: [{"reference": "pi_…", "ours": 0, "theirs": 9000, "currency": "GBP", "what": "payment_missing"}].
  findings jsonb NOT NULL DEFAULT '[]',
  at timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, id)
);
CREATE INDEX stripe_audits_newest ON stripe_audits (tenant_id, at DESC, id DESC);
SELECT tenant_table('stripe_audits', 'SELECT, INSERT');

-- How often a refund was asked for anew after it had failed: part of the key that makes a call to the provider one.
ALTER TABLE refunds ADD COLUMN turn integer NOT NULL DEFAULT 0 CHECK (turn >= 0);
GRANT UPDATE (turn) ON refunds TO app_tenant;
-- Staff paid it back themselves; no provider knows of it.
ALTER TABLE refunds ADD COLUMN by_hand boolean NOT NULL DEFAULT false;
GRANT UPDATE (by_hand) ON refunds TO app_tenant;
