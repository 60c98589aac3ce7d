-- A mail that was given up says so, and why.
ALTER TABLE account_mails DROP CONSTRAINT account_mails_status_check;
ALTER TABLE account_mails ADD CONSTRAINT account_mails_status_check CHECK (status IN ('queued', 'sent', 'failed'));
ALTER TABLE account_mails ADD COLUMN last_error text;
