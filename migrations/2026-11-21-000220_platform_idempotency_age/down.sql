DROP INDEX idempotency_keys_age;
