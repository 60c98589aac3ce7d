-- The credit ledger: double-entry and append-only.

-- A lot: credits of one source with one expiry. Its balance is cached from its entries.
CREATE TABLE credit_lots (
  tenant_id uuid NOT NULL REFERENCES tenants (id),
  id uuid NOT NULL,
  client_id uuid NOT NULL,
  -- What it came from, exactly once: order-line/oln_…/0.
  source text NOT NULL CHECK (char_length(source) BETWEEN 1 AND 200),
  origin text NOT NULL CHECK (origin IN ('order', 'plan', 'staff', 'refund')),
  -- The name of what was bought, for people.
  name text NOT NULL CHECK (char_length(name) <= 200),
  -- Class types it pays for; empty: all.
  pays_for text[] NOT NULL DEFAULT '{}',
  -- Derived from the entries by a trigger. Invariant: never below zero.
  balance integer NOT NULL DEFAULT 0 CONSTRAINT credit_lots_not_overdrawn CHECK (balance >= 0),
  expires_at timestamptz,
  created_at timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, id),
  UNIQUE (tenant_id, source),
  UNIQUE (tenant_id, id, client_id),
  FOREIGN KEY (tenant_id, client_id) REFERENCES clients (tenant_id, id),
  CHECK (expires_at > created_at)
);
CREATE INDEX credit_lots_open ON credit_lots (tenant_id, client_id, id) WHERE balance > 0;
CREATE INDEX credit_lots_of_client ON credit_lots (tenant_id, client_id, created_at DESC);
CREATE INDEX credit_lots_expiring ON credit_lots (tenant_id, expires_at) WHERE balance > 0 AND expires_at IS NOT NULL;
SELECT tenant_table('credit_lots', 'SELECT, INSERT, UPDATE (balance)');

-- One thing that happened to a client's credits.
CREATE TABLE credit_transactions (
  tenant_id uuid NOT NULL REFERENCES tenants (id),
  id uuid NOT NULL,
  client_id uuid NOT NULL,
  kind text NOT NULL CHECK (kind IN ('grant', 'spend', 'refund', 'expire', 'revoke')),
  source text NOT NULL CHECK (char_length(source) BETWEEN 1 AND 200),
  -- For people: what it was for, or why staff did it.
  reason text NOT NULL CHECK (char_length(reason) <= 500),
  -- The spend that a refund returns.
  reverses uuid,
  at timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, id),
  CONSTRAINT credit_transactions_source UNIQUE (tenant_id, source),
  UNIQUE (tenant_id, id, client_id),
  FOREIGN KEY (tenant_id, client_id) REFERENCES clients (tenant_id, id),
  FOREIGN KEY (tenant_id, reverses, client_id) REFERENCES credit_transactions (tenant_id, id, client_id),
  CHECK ((kind = 'refund') = (reverses IS NOT NULL))
);
CREATE INDEX credit_transactions_reverses ON credit_transactions (tenant_id, reverses) WHERE reverses IS NOT NULL;
CREATE INDEX credit_transactions_newest ON credit_transactions (tenant_id, client_id, at DESC, id DESC);
SELECT tenant_table('credit_transactions', 'SELECT, INSERT');

-- Entries: each moves credits into (+) or out of (-) one account of a client's lot. `held` is what the client has; the
-- others are where it came from and where it went. The composite keys keep lot, transaction and client together.
CREATE TABLE credit_entries (
  tenant_id uuid NOT NULL,
  id uuid NOT NULL,
  transaction_id uuid NOT NULL,
  client_id uuid NOT NULL,
  lot_id uuid NOT NULL,
  -- Order within the transaction.
  position integer NOT NULL,
  account text NOT NULL CHECK (account IN ('held', 'issued', 'spent', 'expired')),
  amount integer NOT NULL CHECK (amount <> 0),
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, transaction_id, client_id) REFERENCES credit_transactions (tenant_id, id, client_id),
  FOREIGN KEY (tenant_id, lot_id, client_id) REFERENCES credit_lots (tenant_id, id, client_id)
);
CREATE INDEX credit_entries_of_transaction ON credit_entries (tenant_id, transaction_id);
CREATE INDEX credit_entries_of_lot ON credit_entries (tenant_id, lot_id);
SELECT tenant_table('credit_entries', 'SELECT, INSERT');

-- Invariant: each transaction has entries, and per lot they sum to zero.
CREATE FUNCTION credit_transaction_balances() RETURNS trigger LANGUAGE plpgsql SET search_path = public AS $$
DECLARE
  wanted uuid := CASE TG_TABLE_NAME WHEN 'credit_transactions' THEN NEW.id ELSE (to_jsonb(NEW) ->> 'transaction_id')::uuid END;
BEGIN
  IF NOT EXISTS (SELECT FROM credit_entries WHERE tenant_id = NEW.tenant_id AND transaction_id = wanted)
     OR EXISTS (SELECT FROM credit_entries WHERE tenant_id = NEW.tenant_id AND transaction_id = wanted
                GROUP BY lot_id HAVING sum(amount) <> 0) THEN
    RAISE EXCEPTION 'credit transaction % does not sum to zero', wanted
      USING ERRCODE = 'check_violation', CONSTRAINT = 'credit_transaction_balances';
  END IF;
  RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER credit_transaction_balances AFTER INSERT ON credit_entries
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION credit_transaction_balances();
CREATE CONSTRAINT TRIGGER credit_transaction_balances AFTER INSERT ON credit_transactions
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION credit_transaction_balances();

-- Keeps the cached balance.
CREATE FUNCTION credit_entry_moves_balance() RETURNS trigger LANGUAGE plpgsql SET search_path = public AS $$
BEGIN
  IF NEW.account = 'held' THEN
    UPDATE credit_lots SET balance = balance + NEW.amount WHERE tenant_id = NEW.tenant_id AND id = NEW.lot_id;
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER credit_entry_moves_balance AFTER INSERT ON credit_entries
  FOR EACH ROW EXECUTE FUNCTION credit_entry_moves_balance();

-- A lot begins empty and changes only through entries.
CREATE FUNCTION credit_lot_follows_entries() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (TG_OP = 'INSERT' AND NEW.balance <> 0) OR (TG_OP = 'UPDATE' AND pg_trigger_depth() < 2) THEN
    RAISE EXCEPTION 'the balance of a lot changes through entries only' USING ERRCODE = 'insufficient_privilege';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER credit_lot_follows_entries BEFORE INSERT OR UPDATE ON credit_lots
  FOR EACH ROW EXECUTE FUNCTION credit_lot_follows_entries();

-- Append-only for everyone, the owner of the tables included.
CREATE FUNCTION credit_ledger_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'the credit ledger is append-only: % on % refused', TG_OP, TG_TABLE_NAME
    USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON credit_entries
  FOR EACH ROW EXECUTE FUNCTION credit_ledger_is_append_only();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON credit_transactions
  FOR EACH ROW EXECUTE FUNCTION credit_ledger_is_append_only();
CREATE TRIGGER append_only BEFORE DELETE ON credit_lots
  FOR EACH ROW EXECUTE FUNCTION credit_ledger_is_append_only();
CREATE TRIGGER append_only_truncate BEFORE TRUNCATE ON credit_entries EXECUTE FUNCTION credit_ledger_is_append_only();
CREATE TRIGGER append_only_truncate BEFORE TRUNCATE ON credit_transactions EXECUTE FUNCTION credit_ledger_is_append_only();
CREATE TRIGGER append_only_truncate BEFORE TRUNCATE ON credit_lots EXECUTE FUNCTION credit_ledger_is_append_only();
