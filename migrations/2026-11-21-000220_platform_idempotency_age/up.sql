-- Answers that are older than a day are deleted a few at a time, the oldest first.
CREATE INDEX idempotency_keys_by_age ON idempotency_keys (tenant_id, created_at);
