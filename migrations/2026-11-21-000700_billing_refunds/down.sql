DROP TRIGGER order_tells_refunds ON orders;
DROP TABLE refunds;
DROP FUNCTION order_tells_refunds();
DROP FUNCTION refund_within_payment();
DELETE FROM order_steps WHERE kind IN
  ('nothing_to_grant', 'payment_returned', 'refund_requested', 'refund_done', 'refund_failed');
ALTER TABLE order_steps DROP CONSTRAINT order_steps_kind_check;
ALTER TABLE order_steps ADD CONSTRAINT order_steps_kind_check CHECK (kind IN
  ('placed', 'payment_started', 'payment_failed', 'paid', 'cancelled', 'expired', 'granted'));
DROP INDEX payments_one_pays;
ALTER TABLE payments DROP CONSTRAINT payments_of_their_order;
DELETE FROM payments WHERE status = 'returned';
ALTER TABLE payments DROP CONSTRAINT payments_status_check;
ALTER TABLE payments ADD CONSTRAINT payments_status_check CHECK (status IN ('succeeded', 'failed'));
ALTER TABLE orders DROP COLUMN return_path;
