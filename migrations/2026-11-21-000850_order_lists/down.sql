DROP INDEX refunds_by_time;
DROP INDEX payments_by_time;
DROP INDEX orders_newest;
ALTER TABLE orders DROP COLUMN search;
CREATE INDEX orders_newest ON orders (tenant_id, created_at DESC, id DESC);
