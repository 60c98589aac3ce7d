-- Offers, whole: plans, taxes, instalments, bumps, pictures and files; coupons and gift vouchers.

ALTER TABLE offers DROP CONSTRAINT offers_kind_check;
ALTER TABLE offers ADD CONSTRAINT offers_kind_check CHECK (kind IN ('product', 'package', 'plan'));
-- A package gives what its products give; a plan may give something once, beside its weekly credits.
ALTER TABLE offers DROP CONSTRAINT offers_check1;
ALTER TABLE offers ADD CONSTRAINT offers_package_gives_its_products CHECK (kind <> 'package' OR jsonb_array_length(grants) = 0);
ALTER TABLE offers
  ADD COLUMN tax_rate_id uuid,
  -- Whether the price contains the tax.
  ADD COLUMN tax_inclusive boolean NOT NULL DEFAULT true,
  -- Part now, the rest so many days later.
  ADD COLUMN deposit bigint CHECK (deposit > 0),
  ADD COLUMN deposit_days integer CHECK (deposit_days BETWEEN 1 AND 365),
  -- Paid in so many equal parts, one each week or month.
  ADD COLUMN instalments integer CHECK (instalments BETWEEN 2 AND 24),
  ADD COLUMN instalment_every text CHECK (instalment_every IN ('week', 'month')),
  -- Lines of text on its card: HR monitor included.
  ADD COLUMN extras text[] NOT NULL DEFAULT '{}' CHECK (cardinality(extras) <= 12),
  ADD COLUMN image_alt text NOT NULL DEFAULT '' CHECK (char_length(image_alt) <= 200),
  -- Names the picture's content in its address; empty: none.
  ADD COLUMN image_digest text NOT NULL DEFAULT '' CHECK (char_length(image_digest) <= 64),
  ADD CONSTRAINT offers_deposit CHECK ((deposit IS NULL) = (deposit_days IS NULL) AND (deposit IS NULL OR deposit < price)),
  ADD CONSTRAINT offers_instalments CHECK ((instalments IS NULL) = (instalment_every IS NULL)
    AND (instalments IS NULL OR price >= instalments)),
  ADD CONSTRAINT offers_plan_paid_whole CHECK (kind <> 'plan' OR (deposit IS NULL AND instalments IS NULL)),
  ADD CONSTRAINT offers_tax_rate FOREIGN KEY (tenant_id, tax_rate_id) REFERENCES tax_rates (tenant_id, id);
CREATE INDEX offers_of_tax_rate ON offers (tenant_id, tax_rate_id) WHERE tax_rate_id IS NOT NULL;

-- What makes an offer a plan.
CREATE TABLE offer_plans (
  tenant_id uuid NOT NULL,
  offer_id uuid NOT NULL,
  offer_kind text NOT NULL DEFAULT 'plan' CHECK (offer_kind = 'plan'),
  every text NOT NULL CHECK (every IN ('week', 'month', 'year')),
  every_count integer NOT NULL CHECK (every_count BETWEEN 1 AND 52),
  -- So many periods are paid, then it ends; NULL: until somebody ends it. 1: paid at once.
  periods integer CHECK (periods BETWEEN 1 AND 120),
  trial_days integer NOT NULL DEFAULT 0 CHECK (trial_days BETWEEN 0 AND 365),
  credits_per_week integer NOT NULL DEFAULT 0 CHECK (credits_per_week BETWEEN 0 AND 100),
  -- How many unused credits go on into the next week; NULL: none.
  rollover_cap integer CHECK (rollover_cap BETWEEN 1 AND 1000),
  -- What the weekly credits pay for; empty: everything.
  pays_for text[] NOT NULL DEFAULT '{}' CHECK (cardinality(pays_for) <= 50),
  -- What the client may do alone.
  may_cancel text NOT NULL DEFAULT 'any_time' CHECK (may_cancel IN ('any_time', 'after_term', 'never')),
  may_pause boolean NOT NULL DEFAULT true,
  pause_days integer NOT NULL DEFAULT 60 CHECK (pause_days BETWEEN 1 AND 365),
  may_change boolean NOT NULL DEFAULT true,
  PRIMARY KEY (tenant_id, offer_id),
  FOREIGN KEY (tenant_id, offer_id, offer_kind) REFERENCES offers (tenant_id, id, kind)
);
SELECT tenant_table('offer_plans');
SELECT public_content('offer_plans');

-- Offered beside an offer with one tick at checkout.
CREATE TABLE offer_bumps (
  tenant_id uuid NOT NULL,
  offer_id uuid NOT NULL,
  bump_id uuid NOT NULL,
  position integer NOT NULL CHECK (position BETWEEN 0 AND 4),
  -- What stands beside the tick; empty: the offer's own summary.
  pitch text NOT NULL DEFAULT '' CHECK (char_length(pitch) <= 200),
  -- Its price here; NULL: its own.
  price bigint CHECK (price BETWEEN 0 AND 1000000000),
  PRIMARY KEY (tenant_id, offer_id, bump_id),
  CHECK (offer_id <> bump_id),
  FOREIGN KEY (tenant_id, offer_id) REFERENCES offers (tenant_id, id),
  CONSTRAINT offer_bumps_bump FOREIGN KEY (tenant_id, bump_id) REFERENCES offers (tenant_id, id)
);
CREATE INDEX offer_bumps_bump ON offer_bumps (tenant_id, bump_id);
SELECT tenant_table('offer_bumps');
SELECT public_content('offer_bumps');

-- Pictures of offers, and files that products hand over.
CREATE TABLE offer_files (
  tenant_id uuid NOT NULL REFERENCES tenants (id),
  id uuid NOT NULL,
  offer_id uuid NOT NULL,
  kind text NOT NULL CHECK (kind IN ('image', 'download')),
  name text NOT NULL CHECK (char_length(name) BETWEEN 1 AND 120),
  content_type text NOT NULL CHECK (char_length(content_type) <= 100),
  digest text NOT NULL CHECK (char_length(digest) = 64),
  size integer NOT NULL CHECK (size BETWEEN 1 AND 26214400),
  content bytea NOT NULL,
  created_at timestamptz NOT NULL,
  removed_at timestamptz,
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, offer_id) REFERENCES offers (tenant_id, id)
);
CREATE INDEX offer_files_of_offer ON offer_files (tenant_id, offer_id, kind);
SELECT tenant_table('offer_files', 'SELECT, INSERT, DELETE, UPDATE (removed_at)');

-- What the module does in this business's way.
CREATE TABLE package_settings (
  tenant_id uuid NOT NULL REFERENCES tenants (id),
  -- 1 is Monday, 7 is Sunday.
  first_weekday smallint NOT NULL DEFAULT 1 CHECK (first_weekday BETWEEN 1 AND 7),
  -- A credit that comes back to an expired lot: a new lot of so many days, or it lapses (0).
  return_days integer NOT NULL DEFAULT 7 CHECK (return_days BETWEEN 0 AND 365),
  updated_at timestamptz NOT NULL,
  PRIMARY KEY (tenant_id)
);
SELECT tenant_table('package_settings', 'SELECT, INSERT, UPDATE');

-- Codes that make things cheaper. `taken` counts orders that are open or paid.
CREATE TABLE coupons (
  tenant_id uuid NOT NULL REFERENCES tenants (id),
  id uuid NOT NULL,
  -- As it is compared: upper case.
  code text NOT NULL CHECK (code ~ '^[A-Z0-9][A-Z0-9-]{1,38}[A-Z0-9]$'),
  name text NOT NULL CHECK (char_length(name) BETWEEN 1 AND 120),
  -- Hundredths of a percent, or an amount in minor units.
  bp integer CHECK (bp BETWEEN 1 AND 10000),
  amount bigint CHECK (amount > 0),
  currency text CHECK (currency ~ '^[A-Z]{3}$'),
  -- Of a plan: the first payment, so many, or all of them.
  duration text NOT NULL DEFAULT 'once' CHECK (duration IN ('once', 'repeating', 'forever')),
  periods integer CHECK (periods BETWEEN 2 AND 120),
  -- Offers it holds for; empty: all.
  offers uuid[] NOT NULL DEFAULT '{}' CHECK (cardinality(offers) <= 100),
  least_amount bigint NOT NULL DEFAULT 0 CHECK (least_amount >= 0),
  max_uses integer CHECK (max_uses BETWEEN 1 AND 1000000),
  per_client integer CHECK (per_client BETWEEN 1 AND 1000),
  valid_from timestamptz,
  valid_until timestamptz,
  taken integer NOT NULL DEFAULT 0 CHECK (taken >= 0),
  archived_at timestamptz,
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, id),
  CONSTRAINT coupons_code UNIQUE (tenant_id, code),
  CONSTRAINT coupons_not_overused CHECK (taken <= max_uses),
  CHECK ((bp IS NULL) <> (amount IS NULL)),
  CHECK ((amount IS NULL) = (currency IS NULL)),
  CHECK ((duration = 'repeating') = (periods IS NOT NULL)),
  CHECK (valid_from < valid_until)
);
CREATE INDEX coupons_newest ON coupons (tenant_id, created_at DESC, id DESC);
SELECT tenant_table('coupons', 'SELECT, INSERT, UPDATE');

-- The same for each client.
CREATE TABLE coupon_clients (
  tenant_id uuid NOT NULL,
  coupon_id uuid NOT NULL,
  client_id uuid NOT NULL,
  allowed integer,
  taken integer NOT NULL CHECK (taken >= 0),
  PRIMARY KEY (tenant_id, coupon_id, client_id),
  FOREIGN KEY (tenant_id, coupon_id) REFERENCES coupons (tenant_id, id),
  FOREIGN KEY (tenant_id, client_id) REFERENCES clients (tenant_id, id),
  CONSTRAINT coupon_clients_within_limit CHECK (taken <= allowed)
);
SELECT tenant_table('coupon_clients');

-- Gift vouchers: money paid ahead. Moves never change; the balance follows from them.
CREATE TABLE vouchers (
  tenant_id uuid NOT NULL REFERENCES tenants (id),
  id uuid NOT NULL,
  code text NOT NULL CHECK (code ~ '^[A-Z0-9-]{8,40}$'),
  currency text NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
  balance bigint NOT NULL DEFAULT 0 CONSTRAINT vouchers_not_overdrawn CHECK (balance >= 0),
  -- What made it, exactly once: order-line/oln_…/0, staff/….
  source text NOT NULL CHECK (char_length(source) BETWEEN 1 AND 200),
  -- Who it is for.
  recipient_name text NOT NULL DEFAULT '' CHECK (char_length(recipient_name) <= 120),
  recipient_email text NOT NULL DEFAULT '' CHECK (char_length(recipient_email) <= 254),
  message text NOT NULL DEFAULT '' CHECK (char_length(message) <= 500),
  -- When its recipient is told; NULL: at once, or not at all without an e-mail.
  send_at timestamptz,
  -- The order that bought it; NULL: staff made it.
  order_id uuid,
  expires_at timestamptz,
  blocked_at timestamptz,
  created_at timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, id),
  CONSTRAINT vouchers_code UNIQUE (tenant_id, code),
  CONSTRAINT vouchers_source UNIQUE (tenant_id, source),
  FOREIGN KEY (tenant_id, order_id) REFERENCES orders (tenant_id, id)
);
CREATE INDEX vouchers_newest ON vouchers (tenant_id, created_at DESC, id DESC);
CREATE INDEX vouchers_of_order ON vouchers (tenant_id, order_id) WHERE order_id IS NOT NULL;
SELECT tenant_table('vouchers', 'SELECT, INSERT, UPDATE (balance, blocked_at)');

CREATE TABLE voucher_moves (
  tenant_id uuid NOT NULL,
  id uuid NOT NULL,
  voucher_id uuid NOT NULL,
  -- Once: bought/…, order/ord_…, order/ord_…/back.
  source text NOT NULL CHECK (char_length(source) BETWEEN 1 AND 200),
  amount bigint NOT NULL CHECK (amount <> 0),
  -- The order that it pays for, or gives back.
  order_id uuid,
  at timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, id),
  CONSTRAINT voucher_moves_source UNIQUE (tenant_id, voucher_id, source),
  FOREIGN KEY (tenant_id, voucher_id) REFERENCES vouchers (tenant_id, id),
  FOREIGN KEY (tenant_id, order_id) REFERENCES orders (tenant_id, id)
);
CREATE INDEX voucher_moves_of_order ON voucher_moves (tenant_id, order_id) WHERE order_id IS NOT NULL;
SELECT tenant_table('voucher_moves', 'SELECT, INSERT');

-- Invariant: when a transaction ends, a voucher's balance is the sum of its moves.
CREATE FUNCTION voucher_adds_up() RETURNS trigger LANGUAGE plpgsql SET search_path = public AS $$
DECLARE
  wanted uuid;
  has bigint;
  moves bigint;
BEGIN
  wanted := CASE TG_TABLE_NAME WHEN 'vouchers' THEN NEW.id ELSE (to_jsonb(NEW) ->> 'voucher_id')::uuid END;
  SELECT balance INTO has FROM vouchers WHERE tenant_id = NEW.tenant_id AND id = wanted;
  SELECT coalesce(sum(amount), 0) INTO moves FROM voucher_moves WHERE tenant_id = NEW.tenant_id AND voucher_id = wanted;
  IF has <> moves THEN
    RAISE EXCEPTION 'voucher % has % with moves of %', wanted, has, moves
      USING ERRCODE = 'check_violation', CONSTRAINT = 'vouchers_balance_is_sum_of_moves';
  END IF;
  RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER voucher_adds_up AFTER INSERT OR UPDATE OF balance ON vouchers
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION voucher_adds_up();
CREATE CONSTRAINT TRIGGER voucher_adds_up AFTER INSERT ON voucher_moves
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION voucher_adds_up();

-- Bought credits whose client was told that they expire soon: once a lot, however often and late the job runs.
CREATE TABLE credit_expiry_notices (
  tenant_id uuid NOT NULL,
  lot_id uuid NOT NULL,
  at timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, lot_id),
  FOREIGN KEY (tenant_id, lot_id) REFERENCES credit_lots (tenant_id, id)
);
SELECT tenant_table('credit_expiry_notices', 'SELECT, INSERT');
