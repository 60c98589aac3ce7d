DROP INDEX credit_lots_open_streams, credit_lots_of_stream;
ALTER TABLE credit_lots DROP COLUMN stream;
ALTER TABLE credit_transactions DROP COLUMN actor;
ALTER TABLE credit_transactions DROP CONSTRAINT credit_transactions_kind_check;
ALTER TABLE credit_transactions ADD CONSTRAINT credit_transactions_kind_check
  CHECK (kind IN ('grant', 'spend', 'refund', 'expire', 'revoke'));
