-- The number of an invoice is given at the very end of the transaction that takes the money. Its counter's row stays locked
-- until that is committed, and everybody else who pays this business waits for it: so nothing else happens in between.
CREATE FUNCTION number_invoice() RETURNS trigger LANGUAGE plpgsql SET search_path = public AS $$
DECLARE
  next bigint;
BEGIN
  INSERT INTO document_counters AS c (tenant_id, series, last) VALUES (NEW.tenant_id, 'invoice', 1)
    ON CONFLICT ON CONSTRAINT document_counters_pkey DO UPDATE SET last = c.last + 1
    RETURNING last INTO next;
  UPDATE orders SET invoice_number = next WHERE tenant_id = NEW.tenant_id AND id = NEW.id;
  RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER number_invoice AFTER UPDATE OF paid_at ON orders
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
  WHEN (OLD.paid_at IS NULL AND NEW.paid_at IS NOT NULL AND NEW.invoice_number IS NULL)
  EXECUTE FUNCTION number_invoice();
