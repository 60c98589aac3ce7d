-- Subscriptions: something that is paid again and again. Each period that is paid is an order.
CREATE TABLE subscriptions (
  tenant_id uuid NOT NULL REFERENCES tenants (id),
  id uuid NOT NULL,
  -- Opens its page without an account.
  token text NOT NULL CHECK (char_length(token) BETWEEN 20 AND 100),
  -- Which module sold it, and what it is to that module.
  module text NOT NULL,
  item text NOT NULL,
  name text NOT NULL CHECK (char_length(name) BETWEEN 1 AND 200),
  client_id uuid NOT NULL,
  currency text NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
  -- Price of a period, minor units.
  price bigint NOT NULL CHECK (price >= 0),
  -- {"name": "VAT", "bp": 2000, "inclusive": true}; NULL: none.
  tax jsonb,
  every text NOT NULL CHECK (every IN ('week', 'month', 'year')),
  every_count integer NOT NULL CHECK (every_count BETWEEN 1 AND 52),
  -- The term: so many periods are paid, then it ends. NULL: until somebody ends it.
  periods integer CHECK (periods BETWEEN 1 AND 120),
  periods_paid integer NOT NULL DEFAULT 0 CHECK (periods_paid >= 0),
  -- A discount on the next periods: {"name", "code", "bp" | "amount", "left": 3 | null}.
  discount jsonb,
  -- A change of what is subscribed to that waits for its payment or for the period's end: {"terms", "order" | null, "at"}.
  planned jsonb,
  -- What the client may do alone: {"cancel": "any_time" | "after_term" | "never", "pause": true, "pause_days": 60, "change": true, "trial_days": 0}.
  rules jsonb NOT NULL DEFAULT '{}',
  -- What the module remembers of the moment of sale, and needs each period.
  detail jsonb NOT NULL DEFAULT '{}',
  status text NOT NULL CHECK (status IN ('incomplete', 'trialing', 'active', 'past_due', 'paused', 'ended')),
  provider text NOT NULL,
  -- What the provider calls it; empty: the platform renews it.
  reference text NOT NULL DEFAULT '' CHECK (char_length(reference) <= 200),
  -- The day from which periods count.
  anchor timestamptz,
  period_start timestamptz,
  period_end timestamptz,
  -- Ends with the period.
  ends_with_period boolean NOT NULL DEFAULT false,
  ended_at timestamptz,
  paused_at timestamptz,
  -- When a pause ends by itself.
  resumes_at timestamptz,
  -- Since when a period is owed, mails sent about it (0/3/5/7 days), and when the next step is.
  owed_since timestamptz,
  dunned integer NOT NULL DEFAULT 0 CHECK (dunned BETWEEN 0 AND 4),
  -- When the platform looks at it next: a renewal, a try, a reminder, the end of trial or pause.
  next_at timestamptz,
  -- Moment of the provider's state that is written here: an older one never overwrites it.
  provider_at timestamptz,
  created_at timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, id),
  UNIQUE (tenant_id, token),
  FOREIGN KEY (tenant_id, client_id) REFERENCES clients (tenant_id, id),
  CHECK ((status = 'ended') = (ended_at IS NOT NULL)),
  CHECK ((status = 'paused') = (paused_at IS NOT NULL)),
  CHECK (period_start < period_end)
);
CREATE UNIQUE INDEX subscriptions_reference ON subscriptions (tenant_id, provider, reference) WHERE reference <> '';
CREATE INDEX subscriptions_newest ON subscriptions (tenant_id, created_at DESC, id DESC);
CREATE INDEX subscriptions_of_client ON subscriptions (tenant_id, client_id, created_at DESC);
CREATE INDEX subscriptions_next ON subscriptions (tenant_id, next_at) WHERE next_at IS NOT NULL;
CREATE INDEX subscriptions_of_module ON subscriptions (tenant_id, module, status);
SELECT tenant_table('subscriptions', 'SELECT, INSERT, UPDATE');

-- Which of a client's subscriptions to the same thing each is: from 0, the first place that is free. One that is over has
-- none. Two that are bought in one moment can't have the same place, so a seller's limit holds under any race.
CREATE TABLE subscription_places (
  tenant_id uuid NOT NULL,
  client_id uuid NOT NULL,
  module text NOT NULL,
  item text NOT NULL,
  place integer NOT NULL CHECK (place >= 0),
  subscription_id uuid NOT NULL,
  PRIMARY KEY (tenant_id, client_id, module, item, place),
  CONSTRAINT subscription_places_of_one UNIQUE (tenant_id, subscription_id),
  FOREIGN KEY (tenant_id, subscription_id) REFERENCES subscriptions (tenant_id, id)
);
SELECT tenant_table('subscription_places', 'SELECT, INSERT, DELETE');
CREATE FUNCTION subscription_takes_place() RETURNS trigger LANGUAGE plpgsql SET search_path = public AS $$
DECLARE
  n integer := 0;
BEGIN
  IF TG_OP = 'UPDATE' THEN
    IF NEW.item = OLD.item AND (NEW.status = 'ended') = (OLD.status = 'ended') THEN
      RETURN NULL;
    END IF;
    DELETE FROM subscription_places WHERE tenant_id = NEW.tenant_id AND subscription_id = NEW.id;
  END IF;
  WHILE NEW.status <> 'ended' LOOP
    INSERT INTO subscription_places (tenant_id, client_id, module, item, place, subscription_id)
      VALUES (NEW.tenant_id, NEW.client_id, NEW.module, NEW.item, n, NEW.id)
      ON CONFLICT ON CONSTRAINT subscription_places_pkey DO NOTHING;
    EXIT WHEN FOUND;
    n := n + 1;
  END LOOP;
  RETURN NULL;
END $$;
CREATE TRIGGER subscription_takes_place AFTER INSERT OR UPDATE OF item, status ON subscriptions
  FOR EACH ROW EXECUTE FUNCTION subscription_takes_place();

ALTER TABLE orders ADD CONSTRAINT orders_subscription
  FOREIGN KEY (tenant_id, subscription_id) REFERENCES subscriptions (tenant_id, id);
-- The first period begins when it is paid, and so does one that is paid after a pause for want of money.
GRANT UPDATE (period_start, period_end) ON orders TO app_tenant;
-- A period is paid by one order.
CREATE UNIQUE INDEX orders_one_a_period ON orders (tenant_id, subscription_id, period_start)
  WHERE subscription_id IS NOT NULL AND period_start IS NOT NULL AND status NOT IN ('cancelled', 'expired');

-- What happened to a subscription, for people.
CREATE TABLE subscription_steps (
  tenant_id uuid NOT NULL,
  id uuid NOT NULL,
  seq bigint NOT NULL GENERATED ALWAYS AS IDENTITY,
  subscription_id uuid NOT NULL,
  at timestamptz NOT NULL,
  kind text NOT NULL CHECK (char_length(kind) BETWEEN 1 AND 40),
  actor text NOT NULL DEFAULT '',
  detail text NOT NULL DEFAULT '' CHECK (char_length(detail) <= 500),
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, subscription_id) REFERENCES subscriptions (tenant_id, id)
);
CREATE INDEX subscription_steps_of ON subscription_steps (tenant_id, subscription_id, at, seq);
SELECT tenant_table('subscription_steps', 'SELECT, INSERT');
