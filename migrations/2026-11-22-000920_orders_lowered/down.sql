DROP TRIGGER order_dues_are_wanted ON refunds;
DROP TRIGGER order_dues_are_wanted ON order_dues;
DROP FUNCTION order_dues_are_wanted();
DELETE FROM order_steps WHERE kind = 'dues_lowered';
ALTER TABLE order_steps DROP CONSTRAINT order_steps_kind_check;
ALTER TABLE order_steps ADD CONSTRAINT order_steps_kind_check CHECK (kind IN
  ('placed', 'payment_started', 'payment_failed', 'paid', 'cancelled', 'expired', 'granted', 'nothing_to_grant',
   'payment_returned', 'refund_requested', 'refund_done', 'refund_failed', 'processing', 'instalment_paid',
   'instalment_failed', 'instalment_reminded', 'disputed', 'dispute_won', 'dispute_lost', 'receipt_sent', 'taken_back',
   'undone', 'refund_twice'));
DELETE FROM refund_lines l USING refunds r
  WHERE r.tenant_id = l.tenant_id AND r.id = l.refund_id AND r.amount = 0;
DELETE FROM refunds WHERE amount = 0;
ALTER TABLE refunds DROP CONSTRAINT refunds_of_something, DROP COLUMN lowered, DROP CONSTRAINT refunds_amount_check,
  ADD CONSTRAINT refunds_amount_check CHECK (amount > 0);
ALTER TABLE order_dues DROP CONSTRAINT order_dues_open_owes, DROP CONSTRAINT order_dues_lowered, DROP COLUMN lowered;
