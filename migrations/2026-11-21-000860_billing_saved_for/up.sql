-- Whoever types an e-mail into a checkout is not yet the client who has it. What they save belongs to what they bought
-- alone, and what the client saved is never taken for it.

-- The client placed it, signed in: what they saved may be taken for it. The first order of a subscription says it for all.
ALTER TABLE orders ADD COLUMN by_client boolean NOT NULL DEFAULT false;
-- The client pays, signed in: what they pay with may be saved for all they buy.
ALTER TABLE payment_tries ADD COLUMN by_client boolean NOT NULL DEFAULT false;

ALTER TABLE payment_methods
  -- It is taken for this subscription, or the instalments of this order, alone. Both NULL: it is the client's own.
  ADD COLUMN subscription_id uuid,
  ADD COLUMN order_id uuid,
  ADD CONSTRAINT payment_methods_subscription
    FOREIGN KEY (tenant_id, subscription_id) REFERENCES subscriptions (tenant_id, id),
  ADD CONSTRAINT payment_methods_order FOREIGN KEY (tenant_id, order_id) REFERENCES orders (tenant_id, id),
  ADD CONSTRAINT payment_methods_one_use CHECK (num_nonnulls(subscription_id, order_id) <= 1),
  -- Invariant: what was saved for one thing is never what a client pays everything with.
  ADD CONSTRAINT payment_methods_default_own CHECK (NOT is_default OR num_nonnulls(subscription_id, order_id) = 0);
CREATE INDEX payment_methods_of_subscription ON payment_methods (tenant_id, subscription_id)
  WHERE subscription_id IS NOT NULL;
CREATE INDEX payment_methods_of_order ON payment_methods (tenant_id, order_id) WHERE order_id IS NOT NULL;

-- A provider knows a client, signed in, as one, and every other buyer as another: '', sub_… or ord_….
ALTER TABLE provider_customers
  ADD COLUMN subject text NOT NULL DEFAULT '' CHECK (char_length(subject) <= 60),
  DROP CONSTRAINT provider_customers_pkey,
  ADD PRIMARY KEY (tenant_id, client_id, provider, account, subject);
