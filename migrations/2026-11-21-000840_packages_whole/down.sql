DROP TABLE credit_expiry_notices;
DROP TABLE voucher_moves, vouchers, coupon_clients, coupons, package_settings, offer_files, offer_bumps, offer_plans;
DROP FUNCTION voucher_adds_up();
DELETE FROM offer_prices WHERE offer_id IN (SELECT id FROM offers WHERE kind = 'plan');
DELETE FROM offer_clients WHERE offer_id IN (SELECT id FROM offers WHERE kind = 'plan');
DELETE FROM offer_stock WHERE offer_id IN (SELECT id FROM offers WHERE kind = 'plan');
DELETE FROM offers WHERE kind = 'plan';
DROP INDEX offers_of_tax_rate;
ALTER TABLE offers DROP CONSTRAINT offers_tax_rate, DROP CONSTRAINT offers_plan_paid_whole,
  DROP CONSTRAINT offers_instalments, DROP CONSTRAINT offers_deposit, DROP COLUMN image_digest, DROP COLUMN image_alt,
  DROP COLUMN extras, DROP COLUMN instalment_every, DROP COLUMN instalments, DROP COLUMN deposit_days, DROP COLUMN deposit,
  DROP COLUMN tax_inclusive, DROP COLUMN tax_rate_id;
ALTER TABLE offers DROP CONSTRAINT offers_package_gives_its_products;
ALTER TABLE offers ADD CONSTRAINT offers_check1 CHECK (kind = 'product' OR jsonb_array_length(grants) = 0);
ALTER TABLE offers DROP CONSTRAINT offers_kind_check;
ALTER TABLE offers ADD CONSTRAINT offers_kind_check CHECK (kind IN ('product', 'package'));
