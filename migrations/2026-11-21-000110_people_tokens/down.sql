DROP INDEX client_notes_newest, clients_newest, clients_email;
REVOKE SELECT (tenant_id, id, account_id, email, created_at), UPDATE (account_id) ON clients FROM app_system;
DROP POLICY system ON clients;
DROP TABLE account_mails, account_tokens;
