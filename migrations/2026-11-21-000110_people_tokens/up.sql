-- Links that prove an e-mail: single use, expiring; only the SHA-256 of the token is kept.
CREATE TABLE account_tokens (
  token_hash bytea PRIMARY KEY,
  account_id uuid NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
  purpose text NOT NULL CHECK (purpose IN ('verify', 'reset')),
  -- The address the link was sent to: it proves that one only.
  email text NOT NULL,
  created_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL
);
CREATE INDEX account_tokens_account ON account_tokens (account_id, purpose);
GRANT SELECT, INSERT, DELETE ON account_tokens TO app_system;

-- Mails of the platform to an account. `data` carries the link, so it is emptied once the mail has left.
CREATE TABLE account_mails (
  id uuid PRIMARY KEY,
  account_id uuid NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
  template text NOT NULL,
  data jsonb NOT NULL,
  to_email text NOT NULL,
  to_name text NOT NULL,
  -- The business whose page the person came from; its brand stands on the mail.
  from_slug text,
  status text NOT NULL DEFAULT 'queued' CHECK (status IN ('queued', 'sent')),
  -- As it was sent; kept by a development installation only, whose outbox page shows it.
  subject text,
  html text,
  body_text text,
  created_at timestamptz NOT NULL,
  sent_at timestamptz
);
CREATE INDEX account_mails_account ON account_mails (account_id, created_at DESC);
GRANT SELECT, INSERT, UPDATE, DELETE ON account_mails TO app_system;

-- A verified account finds its own client rows, and is written into them.
CREATE POLICY system ON clients TO app_system USING (true) WITH CHECK (true);
GRANT SELECT (tenant_id, id, account_id, email, created_at), UPDATE (account_id) ON clients TO app_system;
CREATE INDEX clients_email ON clients (email) WHERE account_id IS NULL;

-- The studio's list of clients, the newest first.
CREATE INDEX clients_newest ON clients (tenant_id, created_at DESC, id DESC);
CREATE INDEX client_notes_newest ON client_notes (tenant_id, client_id, created_at DESC);
