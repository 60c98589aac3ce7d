DELETE FROM provider_customers WHERE subject <> '';
ALTER TABLE provider_customers DROP CONSTRAINT provider_customers_pkey, DROP COLUMN subject,
  ADD PRIMARY KEY (tenant_id, client_id, provider, account);
-- Nothing saved for one thing becomes a client's own.
DELETE FROM payment_methods WHERE num_nonnulls(subscription_id, order_id) > 0;
ALTER TABLE payment_methods DROP COLUMN subscription_id, DROP COLUMN order_id;
ALTER TABLE payment_tries DROP COLUMN by_client;
ALTER TABLE orders DROP COLUMN by_client;
