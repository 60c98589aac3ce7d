ALTER TABLE refunds DROP COLUMN turn, DROP COLUMN by_hand;
DROP TABLE stripe_audits, stripe_objects, stripe_events, stripe_accounts, stripe_routes;
