-- A line of an order that is paid in parts is given back: what is still to come is lowered first, from the last part
-- backwards, and only the rest is money that goes back.

ALTER TABLE order_dues
  -- What was taken off it; never of one that is paid.
  ADD COLUMN lowered bigint NOT NULL DEFAULT 0,
  ADD CONSTRAINT order_dues_lowered CHECK (lowered BETWEEN 0 AND amount),
  ADD CONSTRAINT order_dues_open_owes CHECK (state <> 'open' OR lowered < amount);
GRANT UPDATE (lowered) ON order_dues TO app_tenant;

-- Decision: what is taken off instalments stands with the refund that does it. It has a credit note of its own then, even
-- when no money goes back.
ALTER TABLE refunds
  ADD COLUMN lowered bigint NOT NULL DEFAULT 0 CHECK (lowered >= 0),
  DROP CONSTRAINT refunds_amount_check,
  ADD CONSTRAINT refunds_amount_check CHECK (amount >= 0),
  -- One without money has nothing to wait for.
  ADD CONSTRAINT refunds_of_something CHECK (amount > 0 OR (lowered > 0 AND state = 'done'));

ALTER TABLE order_steps DROP CONSTRAINT order_steps_kind_check;
ALTER TABLE order_steps ADD CONSTRAINT order_steps_kind_check CHECK (kind IN
  ('placed', 'payment_started', 'payment_failed', 'paid', 'cancelled', 'expired', 'granted', 'nothing_to_grant',
   'payment_returned', 'refund_requested', 'refund_done', 'refund_failed', 'processing', 'instalment_paid',
   'instalment_failed', 'instalment_reminded', 'disputed', 'dispute_won', 'dispute_lost', 'receipt_sent', 'taken_back',
   'undone', 'refund_twice', 'dues_lowered'));

-- Invariant: when a transaction ends, what was taken off instalments is what refunds took off; what is paid of an instalment
-- is what was left of it; and the order asks for what is left of the first that is open.
CREATE FUNCTION order_dues_are_wanted() RETURNS trigger LANGUAGE plpgsql SET search_path = public AS $$
DECLARE
  o orders;
  off bigint;
  by_refunds bigint;
  settled bigint;
  paid bigint;
  next_due bigint;
BEGIN
  SELECT * INTO o FROM orders WHERE tenant_id = NEW.tenant_id AND id = NEW.order_id;
  SELECT coalesce(sum(lowered), 0), coalesce(sum(amount - lowered) FILTER (WHERE state = 'paid'), 0) INTO off, settled
    FROM order_dues WHERE tenant_id = o.tenant_id AND order_id = o.id;
  SELECT coalesce(sum(lowered), 0) INTO by_refunds FROM refunds WHERE tenant_id = o.tenant_id AND order_id = o.id;
  IF off <> by_refunds THEN
    RAISE EXCEPTION 'instalments of order % are lowered by %, refunds say %', o.number, off, by_refunds
      USING ERRCODE = 'check_violation', CONSTRAINT = 'order_dues_lowered_by_refunds';
  END IF;
  SELECT coalesce(sum(amount), 0) INTO paid FROM payments
    WHERE tenant_id = o.tenant_id AND order_id = o.id AND status = 'succeeded';
  IF settled <> paid AND EXISTS (SELECT FROM order_dues WHERE tenant_id = o.tenant_id AND order_id = o.id) THEN
    RAISE EXCEPTION 'instalments of order % are paid with %, wanted were %', o.number, paid, settled
      USING ERRCODE = 'check_violation', CONSTRAINT = 'order_dues_paid_as_wanted';
  END IF;
  SELECT amount - lowered INTO next_due FROM order_dues
    WHERE tenant_id = o.tenant_id AND order_id = o.id AND state = 'open' ORDER BY position LIMIT 1;
  IF o.paid_at IS NOT NULL AND o.due_now <> coalesce(next_due, 0) THEN
    RAISE EXCEPTION 'order % asks for %, wanted is %', o.number, o.due_now, coalesce(next_due, 0)
      USING ERRCODE = 'check_violation', CONSTRAINT = 'order_dues_next_is_asked';
  END IF;
  RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER order_dues_are_wanted AFTER UPDATE ON order_dues
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION order_dues_are_wanted();
CREATE CONSTRAINT TRIGGER order_dues_are_wanted AFTER INSERT ON refunds
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (NEW.lowered > 0) EXECUTE FUNCTION order_dues_are_wanted();
