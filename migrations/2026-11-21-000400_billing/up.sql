-- Orders, their lines and payments. What was agreed never changes: lines, prices and totals have no UPDATE at all.

-- How a tenant takes money. Without a row: bank transfer and cash are off, the sandbox is on where the host allows it.
CREATE TABLE billing_settings (
  tenant_id uuid NOT NULL REFERENCES tenants (id),
  manual_on boolean NOT NULL DEFAULT false,
  -- Shown to a buyer who pays by transfer or in cash, Markdown.
  manual_instructions text NOT NULL DEFAULT '' CHECK (char_length(manual_instructions) <= 2000),
  manual_days integer NOT NULL DEFAULT 7 CHECK (manual_days BETWEEN 1 AND 60),
  sandbox_on boolean NOT NULL DEFAULT true,
  updated_at timestamptz NOT NULL,
  PRIMARY KEY (tenant_id),
  CHECK (NOT manual_on OR char_length(manual_instructions) > 0)
);
SELECT tenant_table('billing_settings', 'SELECT, INSERT, UPDATE');

-- Order numbers: the row is locked until the order is written, so a number is used once and none is left out.
CREATE TABLE order_counters (
  tenant_id uuid NOT NULL REFERENCES tenants (id),
  last bigint NOT NULL,
  PRIMARY KEY (tenant_id)
);
SELECT tenant_table('order_counters', 'SELECT, INSERT, UPDATE');

CREATE TABLE orders (
  tenant_id uuid NOT NULL REFERENCES tenants (id),
  id uuid NOT NULL,
  number bigint NOT NULL CHECK (number > 0),
  -- Opens the receipt without an account.
  token text NOT NULL CHECK (char_length(token) BETWEEN 20 AND 100),
  -- One form shown is one order, however often it is sent.
  form_key text NOT NULL CHECK (char_length(form_key) BETWEEN 1 AND 220),
  -- The module that made it, for example packages.
  module text NOT NULL,
  client_id uuid NOT NULL,
  client_name text NOT NULL,
  client_email text NOT NULL,
  currency text NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
  subtotal bigint NOT NULL CHECK (subtotal >= 0),
  discount bigint NOT NULL DEFAULT 0 CHECK (discount >= 0 AND discount <= subtotal),
  tax bigint NOT NULL DEFAULT 0 CHECK (tax >= 0),
  total bigint NOT NULL GENERATED ALWAYS AS (subtotal - discount + tax) STORED,
  status text NOT NULL CHECK (status IN
    ('draft', 'pending_payment', 'paid', 'partially_refunded', 'refunded', 'cancelled', 'expired')),
  provider text NOT NULL CHECK (provider IN ('free', 'manual', 'sandbox', 'stripe')),
  created_at timestamptz NOT NULL,
  -- Until when it may be paid; what it reserves is free again afterwards.
  expires_at timestamptz,
  paid_at timestamptz,
  closed_at timestamptz,
  PRIMARY KEY (tenant_id, id),
  UNIQUE (tenant_id, number),
  UNIQUE (tenant_id, token),
  UNIQUE (tenant_id, form_key),
  FOREIGN KEY (tenant_id, client_id) REFERENCES clients (tenant_id, id),
  CHECK ((status IN ('paid', 'partially_refunded', 'refunded')) = (paid_at IS NOT NULL)),
  CHECK ((status IN ('cancelled', 'expired')) = (closed_at IS NOT NULL))
);
CREATE INDEX orders_newest ON orders (tenant_id, created_at DESC, id DESC);
CREATE INDEX orders_of_client ON orders (tenant_id, client_id, created_at DESC);
CREATE INDEX orders_unpaid ON orders (tenant_id, expires_at) WHERE status IN ('draft', 'pending_payment');
CREATE INDEX orders_paid ON orders (tenant_id, paid_at) WHERE paid_at IS NOT NULL;
SELECT tenant_table('orders', 'SELECT, INSERT, UPDATE (status, provider, expires_at, paid_at, closed_at)');

CREATE TABLE order_lines (
  tenant_id uuid NOT NULL,
  id uuid NOT NULL,
  order_id uuid NOT NULL,
  position integer NOT NULL CHECK (position >= 0),
  -- Which module sells it, and what it is to that module.
  module text NOT NULL,
  item text NOT NULL,
  name text NOT NULL CHECK (char_length(name) BETWEEN 1 AND 200),
  unit_price bigint NOT NULL CHECK (unit_price >= 0),
  quantity integer NOT NULL CHECK (quantity BETWEEN 1 AND 1000),
  amount bigint NOT NULL GENERATED ALWAYS AS (unit_price * quantity) STORED,
  -- What the module must remember of the moment of sale: what it grants, what it reserved.
  detail jsonb NOT NULL DEFAULT '{}',
  PRIMARY KEY (tenant_id, id),
  UNIQUE (tenant_id, order_id, position),
  FOREIGN KEY (tenant_id, order_id) REFERENCES orders (tenant_id, id)
);
CREATE INDEX order_lines_item ON order_lines (tenant_id, item);
SELECT tenant_table('order_lines', 'SELECT, INSERT');

-- Money that came in, and tries that failed. A row never changes.
CREATE TABLE payments (
  tenant_id uuid NOT NULL,
  id uuid NOT NULL,
  order_id uuid NOT NULL,
  provider text NOT NULL,
  -- What the provider calls it: the same payment told twice is one.
  reference text NOT NULL CHECK (char_length(reference) BETWEEN 1 AND 200),
  status text NOT NULL CHECK (status IN ('succeeded', 'failed')),
  amount bigint NOT NULL CHECK (amount >= 0),
  currency text NOT NULL,
  note text NOT NULL DEFAULT '' CHECK (char_length(note) <= 500),
  at timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, id),
  UNIQUE (tenant_id, provider, reference),
  FOREIGN KEY (tenant_id, order_id) REFERENCES orders (tenant_id, id)
);
CREATE INDEX payments_of_order ON payments (tenant_id, order_id);
SELECT tenant_table('payments', 'SELECT, INSERT');

-- What happened to an order, for the timeline.
CREATE TABLE order_steps (
  tenant_id uuid NOT NULL,
  id uuid NOT NULL,
  -- Tells steps of the same moment apart.
  seq bigint NOT NULL GENERATED ALWAYS AS IDENTITY,
  order_id uuid NOT NULL,
  at timestamptz NOT NULL,
  kind text NOT NULL CHECK (kind IN
    ('placed', 'payment_started', 'payment_failed', 'paid', 'cancelled', 'expired', 'granted')),
  -- Who did it, in words; empty for the buyer.
  actor text NOT NULL DEFAULT '',
  detail text NOT NULL DEFAULT '',
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, order_id) REFERENCES orders (tenant_id, id)
);
CREATE INDEX order_steps_of_order ON order_steps (tenant_id, order_id, at, seq);
SELECT tenant_table('order_steps', 'SELECT, INSERT');

-- Invariant: when a transaction ends, an order's subtotal is the sum of its lines, it has at least one, its lines are in
-- order, and a paid order is covered by its payments in its own currency.
CREATE FUNCTION order_adds_up() RETURNS trigger LANGUAGE plpgsql SET search_path = public AS $$
DECLARE
  o orders;
  wanted uuid;
  lines bigint;
  sum_of_lines bigint;
  paid bigint;
BEGIN
  wanted := CASE TG_TABLE_NAME WHEN 'orders' THEN NEW.id ELSE (to_jsonb(NEW) ->> 'order_id')::uuid END;
  SELECT * INTO o FROM orders WHERE tenant_id = NEW.tenant_id AND id = wanted;
  SELECT count(*), coalesce(sum(amount), 0) INTO lines, sum_of_lines
    FROM order_lines WHERE tenant_id = o.tenant_id AND order_id = o.id;
  IF lines = 0 OR sum_of_lines <> o.subtotal THEN
    RAISE EXCEPTION 'order % does not add up: % lines of % for a subtotal of %', o.number, lines, sum_of_lines, o.subtotal
      USING ERRCODE = 'check_violation', CONSTRAINT = 'orders_subtotal_is_sum_of_lines';
  END IF;
  IF o.paid_at IS NOT NULL THEN
    SELECT coalesce(sum(amount), 0) INTO paid FROM payments
      WHERE tenant_id = o.tenant_id AND order_id = o.id AND status = 'succeeded' AND currency = o.currency;
    IF paid < o.total THEN
      RAISE EXCEPTION 'order % is paid with % of %', o.number, paid, o.total
        USING ERRCODE = 'check_violation', CONSTRAINT = 'orders_paid_is_covered';
    END IF;
  END IF;
  RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER order_adds_up AFTER INSERT OR UPDATE ON orders
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION order_adds_up();
CREATE CONSTRAINT TRIGGER order_adds_up AFTER INSERT ON order_lines
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION order_adds_up();

-- Invariant: a payment is in the currency of its order.
CREATE FUNCTION payment_in_currency() RETURNS trigger LANGUAGE plpgsql SET search_path = public AS $$
BEGIN
  IF NOT EXISTS (SELECT FROM orders WHERE tenant_id = NEW.tenant_id AND id = NEW.order_id AND currency = NEW.currency) THEN
    RAISE EXCEPTION 'a payment in another currency than its order'
      USING ERRCODE = 'check_violation', CONSTRAINT = 'payments_currency_of_order';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER payment_in_currency BEFORE INSERT ON payments FOR EACH ROW EXECUTE FUNCTION payment_in_currency();
