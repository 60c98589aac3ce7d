ALTER TABLE account_mails DROP COLUMN last_error;
UPDATE account_mails SET status = 'queued' WHERE status = 'failed';
ALTER TABLE account_mails DROP CONSTRAINT account_mails_status_check;
ALTER TABLE account_mails ADD CONSTRAINT account_mails_status_check CHECK (status IN ('queued', 'sent'));
