-- What is sold. A product is one thing; a package bundles products at a price of its own.
CREATE TABLE offers (
  tenant_id uuid NOT NULL REFERENCES tenants (id),
  id uuid NOT NULL,
  kind text NOT NULL CHECK (kind IN ('product', 'package')),
  slug text NOT NULL CHECK (slug ~ '^[a-z0-9]([a-z0-9-]{0,58}[a-z0-9])?$'),
  name text NOT NULL CHECK (char_length(name) BETWEEN 1 AND 120),
  summary text NOT NULL DEFAULT '' CHECK (char_length(summary) <= 200),
  description text NOT NULL DEFAULT '' CHECK (char_length(description) <= 20000),
  price bigint NOT NULL CHECK (price BETWEEN 0 AND 1000000000),
  currency text NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
  status text NOT NULL CHECK (status IN ('draft', 'active', 'archived')),
  -- Marked as the recommended one among the price cards.
  featured boolean NOT NULL DEFAULT false,
  position integer NOT NULL DEFAULT 0,
  stock integer CHECK (stock BETWEEN 0 AND 1000000),
  per_client integer CHECK (per_client BETWEEN 1 AND 1000),
  sale_from timestamptz,
  sale_until timestamptz,
  -- What a product gives: [{"kind": "credits", "credits": 10, "days": 90}] or [{"kind": "service"}]. A package gives what its
  -- products give.
  grants jsonb NOT NULL DEFAULT '[]' CHECK (jsonb_typeof(grants) = 'array'),
  -- Follows from offer_stock; kept here so that the public page changes when the last one goes, and only then.
  sold_out boolean NOT NULL DEFAULT false,
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, id),
  CONSTRAINT offers_slug UNIQUE (tenant_id, slug),
  UNIQUE (tenant_id, id, kind),
  CHECK (sale_from < sale_until),
  CHECK (kind = 'product' OR jsonb_array_length(grants) = 0)
);
CREATE INDEX offers_shown ON offers (tenant_id, status, position, id);
CREATE INDEX offers_newest ON offers (tenant_id, created_at DESC, id DESC);
SELECT tenant_table('offers', 'SELECT, INSERT, UPDATE');
SELECT public_content('offers');

-- The products of a package. The constant kinds let the database refuse a package inside a package, or inside itself.
CREATE TABLE package_items (
  tenant_id uuid NOT NULL,
  package_id uuid NOT NULL,
  package_kind text NOT NULL DEFAULT 'package' CHECK (package_kind = 'package'),
  product_id uuid NOT NULL,
  product_kind text NOT NULL DEFAULT 'product' CHECK (product_kind = 'product'),
  quantity integer NOT NULL CHECK (quantity BETWEEN 1 AND 100),
  PRIMARY KEY (tenant_id, package_id, product_id),
  CONSTRAINT package_items_package FOREIGN KEY (tenant_id, package_id, package_kind) REFERENCES offers (tenant_id, id, kind),
  CONSTRAINT package_items_product FOREIGN KEY (tenant_id, product_id, product_kind) REFERENCES offers (tenant_id, id, kind)
);
CREATE INDEX package_items_product ON package_items (tenant_id, product_id);
SELECT tenant_table('package_items');
SELECT public_content('package_items');

-- Each price an offer ever had.
CREATE TABLE offer_prices (
  tenant_id uuid NOT NULL,
  id uuid NOT NULL,
  offer_id uuid NOT NULL,
  price bigint NOT NULL,
  currency text NOT NULL,
  since timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, offer_id) REFERENCES offers (tenant_id, id)
);
CREATE INDEX offer_prices_of_offer ON offer_prices (tenant_id, offer_id, since DESC);
SELECT tenant_table('offer_prices', 'SELECT, INSERT');

-- How many of an offer are taken by orders that are open or paid. `stock` repeats the offer's own limit, so that the
-- check stands beside the count. Hot: not public content.
CREATE TABLE offer_stock (
  tenant_id uuid NOT NULL,
  offer_id uuid NOT NULL,
  stock integer,
  taken integer NOT NULL DEFAULT 0 CHECK (taken >= 0),
  PRIMARY KEY (tenant_id, offer_id),
  FOREIGN KEY (tenant_id, offer_id) REFERENCES offers (tenant_id, id),
  CONSTRAINT offer_stock_not_oversold CHECK (taken <= stock)
);
SELECT tenant_table('offer_stock');

-- The same for each client, against the limit per client.
CREATE TABLE offer_clients (
  tenant_id uuid NOT NULL,
  offer_id uuid NOT NULL,
  client_id uuid NOT NULL,
  allowed integer,
  taken integer NOT NULL CHECK (taken >= 0),
  PRIMARY KEY (tenant_id, offer_id, client_id),
  FOREIGN KEY (tenant_id, offer_id) REFERENCES offers (tenant_id, id),
  FOREIGN KEY (tenant_id, client_id) REFERENCES clients (tenant_id, id),
  CONSTRAINT offer_clients_within_limit CHECK (taken <= allowed)
);
SELECT tenant_table('offer_clients');
