-- Where a buyer goes on after paying or giving up: a path inside the tenant; empty: the order's own page.
ALTER TABLE orders ADD COLUMN return_path text NOT NULL DEFAULT ''
  CHECK (return_path = '' OR (return_path ~ '^/[^/\\]' AND char_length(return_path) <= 500));

-- A payment may also be `returned`: the money came, but the order could not take it, and it goes back.
ALTER TABLE payments DROP CONSTRAINT payments_status_check;
ALTER TABLE payments ADD CONSTRAINT payments_status_check CHECK (status IN ('succeeded', 'failed', 'returned'));
ALTER TABLE payments ADD CONSTRAINT payments_of_their_order UNIQUE (tenant_id, order_id, id);
-- An order is paid by one payment; whatever else comes goes back.
CREATE UNIQUE INDEX payments_one_pays ON payments (tenant_id, order_id) WHERE status = 'succeeded';

ALTER TABLE order_steps DROP CONSTRAINT order_steps_kind_check;
ALTER TABLE order_steps ADD CONSTRAINT order_steps_kind_check CHECK (kind IN
  ('placed', 'payment_started', 'payment_failed', 'paid', 'cancelled', 'expired', 'granted', 'nothing_to_grant',
   'payment_returned', 'refund_requested', 'refund_done', 'refund_failed'));

-- Money that goes back. What was asked for never changes; how far it has got does.
CREATE TABLE refunds (
  tenant_id uuid NOT NULL,
  id uuid NOT NULL,
  order_id uuid NOT NULL,
  -- The money that goes back is money of this payment.
  payment_id uuid NOT NULL,
  -- What makes it one: the same source again refunds nothing more.
  source text NOT NULL CHECK (char_length(source) BETWEEN 1 AND 200),
  amount bigint NOT NULL CHECK (amount > 0),
  currency text NOT NULL,
  provider text NOT NULL,
  cause text NOT NULL CHECK (cause IN ('staff', 'cancelled', 'unavailable', 'late', 'twice')),
  -- What staff wrote.
  reason text NOT NULL DEFAULT '' CHECK (char_length(reason) <= 500),
  state text NOT NULL DEFAULT 'requested' CHECK (state IN ('requested', 'done', 'failed')),
  -- What the provider calls it, or what staff wrote beside it.
  reference text NOT NULL DEFAULT '' CHECK (char_length(reference) <= 500),
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, id),
  CONSTRAINT refunds_source UNIQUE (tenant_id, source),
  FOREIGN KEY (tenant_id, order_id, payment_id) REFERENCES payments (tenant_id, order_id, id)
);
CREATE INDEX refunds_of_payment ON refunds (tenant_id, order_id, payment_id);
CREATE INDEX refunds_owed ON refunds (tenant_id, created_at) WHERE state <> 'done';
SELECT tenant_table('refunds', 'SELECT, INSERT, UPDATE (state, reference, updated_at)');

-- Invariant: never more goes back than came in. Whoever comes second waits for the order's row, and then sees what the
-- first one wrote.
CREATE FUNCTION refund_within_payment() RETURNS trigger LANGUAGE plpgsql SET search_path = public AS $$
DECLARE
  came bigint;
  back bigint;
BEGIN
  PERFORM FROM orders WHERE tenant_id = NEW.tenant_id AND id = NEW.order_id FOR NO KEY UPDATE;
  SELECT amount INTO came FROM payments
    WHERE tenant_id = NEW.tenant_id AND order_id = NEW.order_id AND id = NEW.payment_id
      AND status IN ('succeeded', 'returned') AND currency = NEW.currency;
  SELECT coalesce(sum(amount), 0) INTO back FROM refunds
    WHERE tenant_id = NEW.tenant_id AND order_id = NEW.order_id AND payment_id = NEW.payment_id;
  IF came IS NULL OR back + NEW.amount > came THEN
    RAISE EXCEPTION 'a refund of % when % of % went back', NEW.amount, back, coalesce(came, 0)
      USING ERRCODE = 'check_violation', CONSTRAINT = 'refunds_within_payment';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER refund_within_payment BEFORE INSERT ON refunds FOR EACH ROW EXECUTE FUNCTION refund_within_payment();

-- Invariant: when a transaction ends, a paid order's state says how much of its money went back.
CREATE FUNCTION order_tells_refunds() RETURNS trigger LANGUAGE plpgsql SET search_path = public AS $$
DECLARE
  o orders;
  wanted uuid;
  back bigint;
BEGIN
  wanted := CASE TG_TABLE_NAME WHEN 'orders' THEN NEW.id ELSE (to_jsonb(NEW) ->> 'order_id')::uuid END;
  SELECT * INTO o FROM orders WHERE tenant_id = NEW.tenant_id AND id = wanted;
  SELECT coalesce(sum(r.amount), 0) INTO back FROM refunds r
    JOIN payments p ON p.tenant_id = r.tenant_id AND p.order_id = r.order_id AND p.id = r.payment_id
    WHERE r.tenant_id = o.tenant_id AND r.order_id = o.id AND p.status = 'succeeded';
  IF o.paid_at IS NOT NULL AND o.status <> (CASE
    WHEN back = 0 THEN 'paid' WHEN back < o.total THEN 'partially_refunded' ELSE 'refunded' END) THEN
    RAISE EXCEPTION 'order % is % with % of % refunded', o.number, o.status, back, o.total
      USING ERRCODE = 'check_violation', CONSTRAINT = 'orders_tell_refunds';
  END IF;
  RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER order_tells_refunds AFTER UPDATE ON orders
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION order_tells_refunds();
CREATE CONSTRAINT TRIGGER order_tells_refunds AFTER INSERT ON refunds
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION order_tells_refunds();
