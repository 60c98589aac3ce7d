DROP TRIGGER invoice_number_stays ON orders;
DROP FUNCTION invoice_number_stays();
REVOKE UPDATE (invoice_number) ON orders FROM app_tenant;
ALTER TABLE refunds DROP COLUMN credit_note_number;
ALTER TABLE orders DROP COLUMN invoice_number;
DROP TABLE document_counters;
DROP TRIGGER order_tells_refunds ON payments;
DROP TABLE payment_methods, provider_customers, payment_tries, disputes, refund_lines, order_dues, order_discounts;
CREATE OR REPLACE FUNCTION order_adds_up() RETURNS trigger LANGUAGE plpgsql SET search_path = public AS $$
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
CREATE OR REPLACE FUNCTION order_tells_refunds() RETURNS trigger LANGUAGE plpgsql SET search_path = public AS $$
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
DELETE FROM refunds WHERE cause IN ('provider', 'dispute');
ALTER TABLE refunds DROP CONSTRAINT refunds_cause_check;
ALTER TABLE refunds ADD CONSTRAINT refunds_cause_check CHECK (cause IN ('staff', 'cancelled', 'unavailable', 'late', 'twice'));
DELETE FROM order_steps WHERE kind IN ('processing', 'instalment_paid', 'instalment_failed', 'instalment_reminded', 'disputed',
  'dispute_won', 'dispute_lost', 'receipt_sent', 'taken_back', 'undone');
ALTER TABLE order_steps DROP CONSTRAINT order_steps_kind_check;
ALTER TABLE order_steps ADD CONSTRAINT order_steps_kind_check CHECK (kind IN
  ('placed', 'payment_started', 'payment_failed', 'paid', 'cancelled', 'expired', 'granted', 'nothing_to_grant',
   'payment_returned', 'refund_requested', 'refund_done', 'refund_failed'));
DROP INDEX payments_one_pays;
ALTER TABLE payments DROP COLUMN label, DROP COLUMN due;
CREATE UNIQUE INDEX payments_one_pays ON payments (tenant_id, order_id) WHERE status = 'succeeded';
ALTER TABLE order_lines DROP CONSTRAINT order_lines_of_their_order, DROP CONSTRAINT order_lines_discount,
  DROP COLUMN tax_inclusive, DROP COLUMN tax_bp, DROP COLUMN tax_name, DROP COLUMN tax, DROP COLUMN discount, DROP COLUMN role;
DROP INDEX orders_by_provider;
DROP INDEX orders_by_status;
DROP INDEX orders_next_due;
DROP INDEX orders_of_subscription;
ALTER TABLE orders DROP CONSTRAINT orders_period, DROP COLUMN period_end, DROP COLUMN period_start,
  DROP COLUMN subscription_id, DROP COLUMN buyer_tax_id, DROP COLUMN bill_to, DROP COLUMN next_due_at, DROP COLUMN due_now,
  DROP COLUMN tax_included;
ALTER TABLE billing_settings DROP COLUMN card_ready, DROP COLUMN card_on, DROP COLUMN invoice_note, DROP COLUMN seller_tax_id,
  DROP COLUMN seller_address, DROP COLUMN seller_name;
DROP TABLE tax_rates;
