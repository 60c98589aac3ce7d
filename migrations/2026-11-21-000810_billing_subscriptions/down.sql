DROP TABLE subscription_steps, subscription_places;
DROP INDEX orders_one_a_period;
ALTER TABLE orders DROP CONSTRAINT orders_subscription;
REVOKE UPDATE (period_start, period_end) ON orders FROM app_tenant;
UPDATE orders SET subscription_id = NULL WHERE subscription_id IS NOT NULL;
DROP TABLE subscriptions;
DROP FUNCTION subscription_takes_place();
