CREATE OR REPLACE FUNCTION credit_lot_follows_entries() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (TG_OP = 'INSERT' AND NEW.balance <> 0) OR (TG_OP = 'UPDATE' AND pg_trigger_depth() < 2) THEN
    RAISE EXCEPTION 'the balance of a lot changes through entries only' USING ERRCODE = 'insufficient_privilege';
  END IF;
  RETURN NEW;
END $$;
REVOKE UPDATE (revoked_at) ON credit_lots FROM app_tenant;
DROP INDEX credit_lots_replacing;
ALTER TABLE credit_lots DROP CONSTRAINT credit_lots_replaces;
ALTER TABLE credit_lots DROP COLUMN replaces, DROP COLUMN revoked_at;
DROP INDEX credit_lots_open_streams, credit_lots_of_stream;
ALTER TABLE credit_lots DROP COLUMN stream;
ALTER TABLE credit_transactions DROP COLUMN actor;
ALTER TABLE credit_transactions DROP CONSTRAINT credit_transactions_kind_check;
ALTER TABLE credit_transactions ADD CONSTRAINT credit_transactions_kind_check
  CHECK (kind IN ('grant', 'spend', 'refund', 'expire', 'revoke'));
