-- Buyers of one business wait for each other from the moment an order takes its number until it is committed. The number comes
-- with the row itself, so no round trip lies between the two.
CREATE FUNCTION next_order_number() RETURNS bigint LANGUAGE plpgsql VOLATILE SET search_path = public AS $$
DECLARE
  counted bigint;
BEGIN
  -- The first order of a tenant is 1001. The counter's row stays locked until the order is committed or given up, so none is
  -- left out.
  INSERT INTO order_counters AS c (last) VALUES (1001)
    ON CONFLICT ON CONSTRAINT order_counters_pkey DO UPDATE SET last = c.last + 1
    RETURNING last INTO counted;
  RETURN counted;
END $$;
ALTER TABLE orders ALTER COLUMN number SET DEFAULT next_order_number();

-- Orders are checked again when something changes that the check looks at, and not for the number of an invoice or the date of
-- a reminder.
DROP TRIGGER order_adds_up ON orders;
CREATE CONSTRAINT TRIGGER order_adds_up
  AFTER INSERT OR UPDATE OF subtotal, discount, voucher, tax, tax_included, currency, paid_at ON orders
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION order_adds_up();
DROP TRIGGER order_tells_refunds ON orders;
CREATE CONSTRAINT TRIGGER order_tells_refunds AFTER UPDATE OF status, paid_at ON orders
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION order_tells_refunds();
