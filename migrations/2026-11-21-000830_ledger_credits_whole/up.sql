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
