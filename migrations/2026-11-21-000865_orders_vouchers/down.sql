CREATE OR REPLACE FUNCTION order_adds_up() RETURNS trigger LANGUAGE plpgsql SET search_path = public AS $$
DECLARE
  o orders;
  wanted uuid;
  lines bigint;
  sums bigint[];
  discounts bigint;
  dues bigint;
  first_due bigint;
  paid bigint;
BEGIN
  -- Not all of these tables have both columns.
  wanted := coalesce(to_jsonb(NEW) ->> 'order_id', to_jsonb(NEW) ->> 'id')::uuid;
  SELECT * INTO o FROM orders WHERE tenant_id = NEW.tenant_id AND id = wanted;
  SELECT count(*), ARRAY[coalesce(sum(amount), 0), coalesce(sum(discount), 0),
      coalesce(sum(tax) FILTER (WHERE NOT tax_inclusive), 0), coalesce(sum(tax) FILTER (WHERE tax_inclusive), 0)]
    INTO lines, sums FROM order_lines WHERE tenant_id = o.tenant_id AND order_id = o.id;
  IF lines = 0 OR sums <> ARRAY[o.subtotal, o.discount, o.tax, o.tax_included] THEN
    RAISE EXCEPTION 'order % does not add up: % lines of % for subtotal %, discount %, tax %, included tax %',
      o.number, lines, sums, o.subtotal, o.discount, o.tax, o.tax_included
      USING ERRCODE = 'check_violation', CONSTRAINT = 'orders_subtotal_is_sum_of_lines';
  END IF;
  SELECT coalesce(sum(amount), 0) INTO discounts FROM order_discounts WHERE tenant_id = o.tenant_id AND order_id = o.id;
  IF discounts <> o.discount THEN
    RAISE EXCEPTION 'order % has a discount of % from % of codes', o.number, o.discount, discounts
      USING ERRCODE = 'check_violation', CONSTRAINT = 'orders_discount_is_sum_of_codes';
  END IF;
  SELECT sum(amount), min(amount) FILTER (WHERE position = 0) INTO dues, first_due
    FROM order_dues WHERE tenant_id = o.tenant_id AND order_id = o.id;
  IF dues <> o.total THEN
    RAISE EXCEPTION 'order % has instalments of % for a total of %', o.number, dues, o.total
      USING ERRCODE = 'check_violation', CONSTRAINT = 'orders_dues_sum_to_total';
  END IF;
  IF o.paid_at IS NOT NULL THEN
    SELECT coalesce(sum(amount), 0) INTO paid FROM payments
      WHERE tenant_id = o.tenant_id AND order_id = o.id AND status = 'succeeded' AND currency = o.currency;
    IF paid < coalesce(first_due, o.total) THEN
      RAISE EXCEPTION 'order % is paid with % of %', o.number, paid, coalesce(first_due, o.total)
        USING ERRCODE = 'check_violation', CONSTRAINT = 'orders_paid_is_covered';
    END IF;
  END IF;
  RETURN NULL;
END $$;
ALTER TABLE order_lines DROP CONSTRAINT order_lines_discount;
ALTER TABLE order_lines ADD CONSTRAINT order_lines_discount CHECK (discount <= unit_price * quantity);
ALTER TABLE order_lines DROP CONSTRAINT order_lines_voucher, DROP COLUMN voucher;
ALTER TABLE orders DROP CONSTRAINT orders_taken_off;
ALTER TABLE orders ADD CONSTRAINT orders_check CHECK (discount >= 0 AND discount <= subtotal);
ALTER TABLE orders DROP CONSTRAINT orders_voucher, DROP COLUMN voucher;
