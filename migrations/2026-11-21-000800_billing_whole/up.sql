-- Orders with taxes, discounts, instalments, refunds by line and disputes; what clients saved to pay with.

-- Taxes that a business adds or includes. A rate that orders used is archived, never changed.
CREATE TABLE tax_rates (
  tenant_id uuid NOT NULL REFERENCES tenants (id),
  id uuid NOT NULL,
  -- As it stands on receipts: VAT, USt.
  name text NOT NULL CHECK (char_length(name) BETWEEN 1 AND 40),
  -- Hundredths of a percent: 2000 is 20 %.
  bp integer NOT NULL CHECK (bp BETWEEN 0 AND 10000),
  archived_at timestamptz,
  created_at timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, id)
);
SELECT tenant_table('tax_rates', 'SELECT, INSERT, UPDATE (archived_at)');
SELECT public_content('tax_rates');

-- Who sells, as it stands on receipts and invoices. Empty: the business's own name and contact.
ALTER TABLE billing_settings
  ADD COLUMN seller_name text NOT NULL DEFAULT '' CHECK (char_length(seller_name) <= 120),
  ADD COLUMN seller_address text NOT NULL DEFAULT '' CHECK (char_length(seller_address) <= 500),
  ADD COLUMN seller_tax_id text NOT NULL DEFAULT '' CHECK (char_length(seller_tax_id) <= 60),
  ADD COLUMN invoice_note text NOT NULL DEFAULT '' CHECK (char_length(invoice_note) <= 1000),
  ADD COLUMN card_on boolean NOT NULL DEFAULT true,
  -- Whether an account is connected that takes charges; the provider says so.
  ADD COLUMN card_ready boolean NOT NULL DEFAULT false;

ALTER TABLE orders
  -- Tax that the prices contain; beside the total, not on top of it.
  ADD COLUMN tax_included bigint NOT NULL DEFAULT 0 CHECK (tax_included >= 0),
  -- What is to be paid next, minor units; zero: nothing, or nothing any more.
  ADD COLUMN due_now bigint NOT NULL DEFAULT 0 CHECK (due_now >= 0),
  -- When the next instalment of a paid order is due.
  ADD COLUMN next_due_at timestamptz,
  -- What the buyer wants on the invoice: company and address, tax number.
  ADD COLUMN bill_to text NOT NULL DEFAULT '' CHECK (char_length(bill_to) <= 500),
  ADD COLUMN buyer_tax_id text NOT NULL DEFAULT '' CHECK (char_length(buyer_tax_id) <= 60),
  -- The period of a subscription that it pays.
  ADD COLUMN subscription_id uuid,
  ADD COLUMN period_start timestamptz,
  ADD COLUMN period_end timestamptz,
  ADD CONSTRAINT orders_period CHECK ((period_start IS NULL) = (period_end IS NULL) AND period_start < period_end);
-- The tables' owner sees their rows only while row level security is not forced on it.
-- Sums don't change here, and the trigger that checks them would not see the lines.
ALTER TABLE orders NO FORCE ROW LEVEL SECURITY, DISABLE TRIGGER USER;
UPDATE orders SET due_now = total WHERE status IN ('draft', 'pending_payment', 'expired', 'cancelled');
ALTER TABLE orders FORCE ROW LEVEL SECURITY, ENABLE TRIGGER USER;
GRANT UPDATE (due_now, next_due_at, bill_to, buyer_tax_id) ON orders TO app_tenant;
CREATE INDEX orders_of_subscription ON orders (tenant_id, subscription_id, created_at DESC) WHERE subscription_id IS NOT NULL;
CREATE INDEX orders_next_due ON orders (tenant_id, next_due_at) WHERE next_due_at IS NOT NULL;
-- Lists by state, method and number stay quick with many orders.
CREATE INDEX orders_by_status ON orders (tenant_id, status, created_at DESC, id DESC);
CREATE INDEX orders_by_provider ON orders (tenant_id, provider, created_at DESC, id DESC);

ALTER TABLE order_lines
  -- item: what was wanted; bump: added beside it; proration: the difference of a changed plan.
  ADD COLUMN role text NOT NULL DEFAULT 'item' CHECK (role IN ('item', 'bump', 'proration')),
  ADD COLUMN discount bigint NOT NULL DEFAULT 0 CHECK (discount >= 0),
  ADD COLUMN tax bigint NOT NULL DEFAULT 0 CHECK (tax >= 0),
  ADD COLUMN tax_name text NOT NULL DEFAULT '',
  ADD COLUMN tax_bp integer NOT NULL DEFAULT 0 CHECK (tax_bp BETWEEN 0 AND 10000),
  -- Whether the price contains the tax.
  ADD COLUMN tax_inclusive boolean NOT NULL DEFAULT true,
  ADD CONSTRAINT order_lines_discount CHECK (discount <= unit_price * quantity),
  ADD CONSTRAINT order_lines_of_their_order UNIQUE (tenant_id, order_id, id);

-- Where an order's discount comes from.
CREATE TABLE order_discounts (
  tenant_id uuid NOT NULL,
  order_id uuid NOT NULL,
  position integer NOT NULL CHECK (position >= 0),
  kind text NOT NULL CHECK (kind IN ('coupon', 'voucher')),
  -- What the buyer typed, in upper case.
  code text NOT NULL CHECK (char_length(code) <= 60),
  name text NOT NULL CHECK (char_length(name) <= 120),
  amount bigint NOT NULL CHECK (amount > 0),
  PRIMARY KEY (tenant_id, order_id, position),
  FOREIGN KEY (tenant_id, order_id) REFERENCES orders (tenant_id, id)
);
SELECT tenant_table('order_discounts', 'SELECT, INSERT');

-- Instalments: deposit and rest, or so many parts. An order that is paid at once has none.
CREATE TABLE order_dues (
  tenant_id uuid NOT NULL,
  order_id uuid NOT NULL,
  -- 0 is the first, which makes the order paid and hands out what was bought.
  position integer NOT NULL CHECK (position BETWEEN 0 AND 36),
  amount bigint NOT NULL CHECK (amount > 0),
  due_at timestamptz NOT NULL,
  -- Set with its payment; `void` when the rest is not owed any more.
  state text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'paid', 'void')),
  -- Tries to collect it, reminders sent, and when the next of them is.
  tries integer NOT NULL DEFAULT 0 CHECK (tries >= 0),
  next_try_at timestamptz,
  PRIMARY KEY (tenant_id, order_id, position),
  FOREIGN KEY (tenant_id, order_id) REFERENCES orders (tenant_id, id)
);
CREATE INDEX order_dues_open ON order_dues (tenant_id, due_at) WHERE state = 'open';
SELECT tenant_table('order_dues', 'SELECT, INSERT, UPDATE (state, tries, next_try_at)');

ALTER TABLE payments
  -- Which instalment it pays.
  ADD COLUMN due integer NOT NULL DEFAULT 0 CHECK (due >= 0),
  -- What it was paid with, for people: Visa •• 4242.
  ADD COLUMN label text NOT NULL DEFAULT '' CHECK (char_length(label) <= 80);
DROP INDEX payments_one_pays;
-- Each instalment is paid by one payment; whatever else comes goes back.
CREATE UNIQUE INDEX payments_one_pays ON payments (tenant_id, order_id, due) WHERE status = 'succeeded';

ALTER TABLE order_steps DROP CONSTRAINT order_steps_kind_check;
ALTER TABLE order_steps ADD CONSTRAINT order_steps_kind_check CHECK (kind IN
  ('placed', 'payment_started', 'payment_failed', 'paid', 'cancelled', 'expired', 'granted', 'nothing_to_grant',
   'payment_returned', 'refund_requested', 'refund_done', 'refund_failed', 'processing', 'instalment_paid',
   'instalment_failed', 'instalment_reminded', 'disputed', 'dispute_won', 'dispute_lost', 'receipt_sent', 'taken_back',
   'undone', 'refund_twice'));

ALTER TABLE refunds DROP CONSTRAINT refunds_cause_check;
ALTER TABLE refunds ADD CONSTRAINT refunds_cause_check CHECK (cause IN
  ('staff', 'cancelled', 'unavailable', 'late', 'twice', 'provider', 'dispute'));
-- Which lines a refund is for; none: the order as a whole.
CREATE TABLE refund_lines (
  tenant_id uuid NOT NULL,
  refund_id uuid NOT NULL,
  order_id uuid NOT NULL,
  line_id uuid NOT NULL,
  amount bigint NOT NULL CHECK (amount > 0),
  PRIMARY KEY (tenant_id, refund_id, line_id),
  FOREIGN KEY (tenant_id, refund_id) REFERENCES refunds (tenant_id, id),
  FOREIGN KEY (tenant_id, order_id, line_id) REFERENCES order_lines (tenant_id, order_id, id)
);
CREATE INDEX refund_lines_of_line ON refund_lines (tenant_id, line_id);
SELECT tenant_table('refund_lines', 'SELECT, INSERT');

-- A cardholder's bank wants money back.
CREATE TABLE disputes (
  tenant_id uuid NOT NULL,
  id uuid NOT NULL,
  order_id uuid NOT NULL,
  payment_id uuid NOT NULL,
  provider text NOT NULL,
  reference text NOT NULL CHECK (char_length(reference) BETWEEN 1 AND 200),
  amount bigint NOT NULL CHECK (amount >= 0),
  currency text NOT NULL,
  reason text NOT NULL DEFAULT '' CHECK (char_length(reason) <= 100),
  state text NOT NULL CHECK (state IN ('open', 'under_review', 'won', 'lost')),
  answer_by timestamptz,
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  -- Whether the bank has the money; while it only asks, the business may still give it back.
  held boolean NOT NULL DEFAULT true,
  PRIMARY KEY (tenant_id, id),
  CONSTRAINT disputes_reference UNIQUE (tenant_id, provider, reference),
  FOREIGN KEY (tenant_id, order_id, payment_id) REFERENCES payments (tenant_id, order_id, id)
);
CREATE INDEX disputes_of_order ON disputes (tenant_id, order_id, payment_id);
CREATE INDEX disputes_open ON disputes (tenant_id, created_at) WHERE state IN ('open', 'under_review');
SELECT tenant_table('disputes', 'SELECT, INSERT, UPDATE (state, answer_by, updated_at, held)');

-- What a provider was asked to collect: a session, an intent. The poller looks at those whose outcome nobody told.
CREATE TABLE payment_tries (
  tenant_id uuid NOT NULL,
  id uuid NOT NULL,
  order_id uuid NOT NULL,
  due integer NOT NULL,
  -- Counts the tries for one instalment: part of the key that makes a call to the provider one.
  turn integer NOT NULL CHECK (turn >= 0),
  provider text NOT NULL,
  -- What the provider calls it; empty until it answered.
  reference text NOT NULL DEFAULT '' CHECK (char_length(reference) <= 200),
  -- session or intent.
  kind text NOT NULL CHECK (char_length(kind) <= 20),
  amount bigint NOT NULL CHECK (amount > 0),
  state text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'processing', 'succeeded', 'failed', 'ended')),
  created_at timestamptz NOT NULL,
  looked_at timestamptz,
  PRIMARY KEY (tenant_id, id),
  CONSTRAINT payment_tries_turn UNIQUE (tenant_id, order_id, due, turn),
  FOREIGN KEY (tenant_id, order_id) REFERENCES orders (tenant_id, id)
);
CREATE UNIQUE INDEX payment_tries_reference ON payment_tries (tenant_id, provider, reference) WHERE reference <> '';
CREATE INDEX payment_tries_open ON payment_tries (tenant_id, created_at) WHERE state IN ('open', 'processing');
SELECT tenant_table('payment_tries', 'SELECT, INSERT, UPDATE (reference, state, looked_at)');

-- A client as a provider knows them.
CREATE TABLE provider_customers (
  tenant_id uuid NOT NULL,
  client_id uuid NOT NULL,
  provider text NOT NULL,
  -- The account of the business there: another account knows other customers.
  account text NOT NULL CHECK (char_length(account) <= 100),
  reference text NOT NULL CHECK (char_length(reference) BETWEEN 1 AND 200),
  created_at timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, client_id, provider, account),
  UNIQUE (tenant_id, provider, account, reference),
  FOREIGN KEY (tenant_id, client_id) REFERENCES clients (tenant_id, id)
);
SELECT tenant_table('provider_customers', 'SELECT, INSERT');

-- What a client saved to pay with. Of a card only what is printed on receipts.
CREATE TABLE payment_methods (
  tenant_id uuid NOT NULL,
  id uuid NOT NULL,
  client_id uuid NOT NULL,
  provider text NOT NULL,
  reference text NOT NULL CHECK (char_length(reference) BETWEEN 1 AND 200),
  -- card, sepa_debit, …
  kind text NOT NULL CHECK (char_length(kind) BETWEEN 1 AND 40),
  brand text NOT NULL DEFAULT '' CHECK (char_length(brand) <= 40),
  last4 text NOT NULL DEFAULT '' CHECK (char_length(last4) <= 4),
  exp_month integer CHECK (exp_month BETWEEN 1 AND 12),
  exp_year integer CHECK (exp_year BETWEEN 2000 AND 2200),
  is_default boolean NOT NULL DEFAULT false,
  -- The client was told that it expires soon, for this month and year.
  told_expiry text NOT NULL DEFAULT '',
  created_at timestamptz NOT NULL,
  removed_at timestamptz,
  PRIMARY KEY (tenant_id, id),
  CONSTRAINT payment_methods_reference UNIQUE (tenant_id, provider, reference),
  FOREIGN KEY (tenant_id, client_id) REFERENCES clients (tenant_id, id)
);
CREATE UNIQUE INDEX payment_methods_default ON payment_methods (tenant_id, client_id) WHERE is_default AND removed_at IS NULL;
CREATE INDEX payment_methods_of_client ON payment_methods (tenant_id, client_id) WHERE removed_at IS NULL;
SELECT tenant_table('payment_methods');

-- Invariant: when a transaction ends, all sums of an order follow from its lines, and a paid order is covered by its
-- payments: wholly, or its first instalment.
CREATE OR REPLACE FUNCTION order_adds_up() RETURNS trigger LANGUAGE plpgsql SET search_path = public AS $$
DECLARE
  o orders;
  wanted uuid;
  lines bigint;
  sums bigint[];
  discounts bigint;
  dues bigint;
  first_due bigint;
  paid bigint;
BEGIN
  -- Not all of these tables have both columns.
  wanted := coalesce(to_jsonb(NEW) ->> 'order_id', to_jsonb(NEW) ->> 'id')::uuid;
  SELECT * INTO o FROM orders WHERE tenant_id = NEW.tenant_id AND id = wanted;
  SELECT count(*), ARRAY[coalesce(sum(amount), 0), coalesce(sum(discount), 0),
      coalesce(sum(tax) FILTER (WHERE NOT tax_inclusive), 0), coalesce(sum(tax) FILTER (WHERE tax_inclusive), 0)]
    INTO lines, sums FROM order_lines WHERE tenant_id = o.tenant_id AND order_id = o.id;
  IF lines = 0 OR sums <> ARRAY[o.subtotal, o.discount, o.tax, o.tax_included] THEN
    RAISE EXCEPTION 'order % does not add up: % lines of % for subtotal %, discount %, tax %, included tax %',
      o.number, lines, sums, o.subtotal, o.discount, o.tax, o.tax_included
      USING ERRCODE = 'check_violation', CONSTRAINT = 'orders_subtotal_is_sum_of_lines';
  END IF;
  SELECT coalesce(sum(amount), 0) INTO discounts FROM order_discounts WHERE tenant_id = o.tenant_id AND order_id = o.id;
  IF discounts <> o.discount THEN
    RAISE EXCEPTION 'order % has a discount of % from % of codes', o.number, o.discount, discounts
      USING ERRCODE = 'check_violation', CONSTRAINT = 'orders_discount_is_sum_of_codes';
  END IF;
  SELECT sum(amount), min(amount) FILTER (WHERE position = 0) INTO dues, first_due
    FROM order_dues WHERE tenant_id = o.tenant_id AND order_id = o.id;
  IF dues <> o.total THEN
    RAISE EXCEPTION 'order % has instalments of % for a total of %', o.number, dues, o.total
      USING ERRCODE = 'check_violation', CONSTRAINT = 'orders_dues_sum_to_total';
  END IF;
  IF o.paid_at IS NOT NULL THEN
    SELECT coalesce(sum(amount), 0) INTO paid FROM payments
      WHERE tenant_id = o.tenant_id AND order_id = o.id AND status = 'succeeded' AND currency = o.currency;
    IF paid < coalesce(first_due, o.total) THEN
      RAISE EXCEPTION 'order % is paid with % of %', o.number, paid, coalesce(first_due, o.total)
        USING ERRCODE = 'check_violation', CONSTRAINT = 'orders_paid_is_covered';
    END IF;
  END IF;
  RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER order_adds_up AFTER INSERT ON order_discounts
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION order_adds_up();
CREATE CONSTRAINT TRIGGER order_adds_up AFTER INSERT ON order_dues
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION order_adds_up();

-- Invariant: when a transaction ends, a paid order's state says how much of the money that came for it went back. One for
-- which no money came is paid, or was undone.
CREATE OR REPLACE FUNCTION order_tells_refunds() RETURNS trigger LANGUAGE plpgsql SET search_path = public AS $$
DECLARE
  o orders;
  wanted uuid;
  came bigint;
  back bigint;
BEGIN
  -- Not all of these tables have both columns.
  wanted := coalesce(to_jsonb(NEW) ->> 'order_id', to_jsonb(NEW) ->> 'id')::uuid;
  SELECT * INTO o FROM orders WHERE tenant_id = NEW.tenant_id AND id = wanted;
  SELECT coalesce(sum(amount), 0) INTO came FROM payments
    WHERE tenant_id = o.tenant_id AND order_id = o.id AND status = 'succeeded';
  SELECT coalesce(sum(r.amount), 0) INTO back FROM refunds r
    JOIN payments p ON p.tenant_id = r.tenant_id AND p.order_id = r.order_id AND p.id = r.payment_id
    WHERE r.tenant_id = o.tenant_id AND r.order_id = o.id AND p.status = 'succeeded';
  IF o.paid_at IS NOT NULL AND NOT (o.total = 0 AND came = 0 AND o.status = 'refunded') AND o.status <> (CASE
    WHEN back = 0 THEN 'paid' WHEN back < came THEN 'partially_refunded' ELSE 'refunded' END) THEN
    RAISE EXCEPTION 'order % is % with % of % refunded', o.number, o.status, back, came
      USING ERRCODE = 'check_violation', CONSTRAINT = 'orders_tell_refunds';
  END IF;
  RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER order_tells_refunds AFTER INSERT ON payments
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION order_tells_refunds();

-- Numbers of invoices and credit notes. The row is locked from the moment a number is taken until the payment or refund is
-- written, so none is left out and none comes twice.
CREATE TABLE document_counters (
  tenant_id uuid NOT NULL REFERENCES tenants (id),
  series text NOT NULL CHECK (series IN ('invoice', 'credit_note')),
  last bigint NOT NULL CHECK (last > 0),
  PRIMARY KEY (tenant_id, series)
);
SELECT tenant_table('document_counters', 'SELECT, INSERT, UPDATE (last)');
ALTER TABLE orders
  -- Number of its invoice, given when it is paid.
  ADD COLUMN invoice_number bigint CHECK (invoice_number > 0),
  ADD CONSTRAINT orders_invoice_number UNIQUE (tenant_id, invoice_number);
ALTER TABLE refunds
  ADD COLUMN credit_note_number bigint CHECK (credit_note_number > 0),
  ADD CONSTRAINT refunds_credit_note_number UNIQUE (tenant_id, credit_note_number);
GRANT UPDATE (invoice_number) ON orders TO app_tenant;
-- Invariant: a number that was given stays.
CREATE FUNCTION invoice_number_stays() RETURNS trigger LANGUAGE plpgsql SET search_path = public AS $$
BEGIN
  IF OLD.invoice_number IS NOT NULL AND NEW.invoice_number IS DISTINCT FROM OLD.invoice_number THEN
    RAISE EXCEPTION 'the invoice of order % has its number', OLD.number
      USING ERRCODE = 'check_violation', CONSTRAINT = 'orders_invoice_number_stays';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER invoice_number_stays BEFORE UPDATE OF invoice_number ON orders
  FOR EACH ROW EXECUTE FUNCTION invoice_number_stays();
-- What was paid and refunded before is numbered in its order.
ALTER TABLE orders NO FORCE ROW LEVEL SECURITY, DISABLE TRIGGER USER;
ALTER TABLE refunds NO FORCE ROW LEVEL SECURITY;
UPDATE orders SET invoice_number = n.number FROM (
  SELECT tenant_id, id, row_number() OVER (PARTITION BY tenant_id ORDER BY paid_at, id) AS number
  FROM orders WHERE paid_at IS NOT NULL) n
  WHERE orders.tenant_id = n.tenant_id AND orders.id = n.id;
UPDATE refunds SET credit_note_number = n.number FROM (
  SELECT tenant_id, id, row_number() OVER (PARTITION BY tenant_id ORDER BY created_at, id) AS number FROM refunds) n
  WHERE refunds.tenant_id = n.tenant_id AND refunds.id = n.id;
ALTER TABLE document_counters NO FORCE ROW LEVEL SECURITY;
INSERT INTO document_counters (tenant_id, series, last)
  SELECT tenant_id, 'invoice', max(invoice_number) FROM orders WHERE invoice_number IS NOT NULL GROUP BY tenant_id
  UNION ALL SELECT tenant_id, 'credit_note', max(credit_note_number) FROM refunds GROUP BY tenant_id;
ALTER TABLE document_counters FORCE ROW LEVEL SECURITY;
ALTER TABLE refunds FORCE ROW LEVEL SECURITY;
ALTER TABLE orders FORCE ROW LEVEL SECURITY, ENABLE TRIGGER USER;
