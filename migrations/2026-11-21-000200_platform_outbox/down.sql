DROP TABLE audit, idempotency_keys, mails, job_workers, jobs, events;
