-- Credits, whole: what staff take, who did it, and lots of one source that come again and again.

ALTER TABLE credit_transactions DROP CONSTRAINT credit_transactions_kind_check;
ALTER TABLE credit_transactions ADD CONSTRAINT credit_transactions_kind_check
  CHECK (kind IN ('grant', 'spend', 'refund', 'expire', 'revoke', 'take'));
-- The name of the member of staff who did it; empty: the client, or the platform by itself.
ALTER TABLE credit_transactions ADD COLUMN actor text NOT NULL DEFAULT '' CHECK (char_length(actor) <= 120);

-- What a lot comes from again and again: plan/sub_…; empty: once.
ALTER TABLE credit_lots ADD COLUMN stream text NOT NULL DEFAULT '' CHECK (char_length(stream) <= 100);
CREATE INDEX credit_lots_of_stream ON credit_lots (tenant_id, stream, source DESC) WHERE stream <> '';
-- What is open of streams, whosever it is: few rows beside all lots.
CREATE INDEX credit_lots_open_streams ON credit_lots (tenant_id, stream) WHERE balance > 0 AND stream <> '';

-- Lots that were taken back, and lots that stand in for another one.
ALTER TABLE credit_lots
  -- When the refund of what it came from took it back: what returns to it later goes as well, also when it was empty then.
  ADD COLUMN revoked_at timestamptz,
  -- The expired lot whose returned credits it holds: it is taken back with that one, and is not replaced again.
  ADD COLUMN replaces uuid,
  ADD CONSTRAINT credit_lots_replaces FOREIGN KEY (tenant_id, replaces, client_id) REFERENCES credit_lots (tenant_id, id, client_id);
CREATE INDEX credit_lots_replacing ON credit_lots (tenant_id, replaces) WHERE replaces IS NOT NULL;
GRANT UPDATE (revoked_at) ON credit_lots TO app_tenant;
-- A lot begins empty and changes only through entries; it is marked as taken back once.
CREATE OR REPLACE FUNCTION credit_lot_follows_entries() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE' AND OLD.revoked_at IS NULL AND NEW.revoked_at IS NOT NULL
     AND to_jsonb(NEW) - 'revoked_at' = to_jsonb(OLD) - 'revoked_at' THEN
    RETURN NEW;
  END IF;
  IF (TG_OP = 'INSERT' AND NEW.balance <> 0) OR (TG_OP = 'UPDATE' AND pg_trigger_depth() < 2) THEN
    RAISE EXCEPTION 'the balance of a lot changes through entries only' USING ERRCODE = 'insufficient_privilege';
  END IF;
  RETURN NEW;
END $$;
