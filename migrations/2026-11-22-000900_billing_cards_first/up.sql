-- A plan's free trial begins with a card that is saved, unless its seller does without.
ALTER TABLE offer_plans ADD COLUMN trial_card boolean NOT NULL DEFAULT true;

-- An order of nothing may wait until its buyer has saved something to pay with later; that try collects nothing.
ALTER TABLE payment_tries
  DROP CONSTRAINT payment_tries_amount_check,
  ADD CONSTRAINT payment_tries_amount CHECK (amount > 0 OR (kind = 'setup' AND amount = 0));

-- What a subscription is paid with: what it was bought with, until its client chooses something else for it.
CREATE TABLE subscription_ways (
  tenant_id uuid NOT NULL,
  subscription_id uuid NOT NULL,
  method_id uuid NOT NULL,
  at timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, subscription_id),
  FOREIGN KEY (tenant_id, subscription_id) REFERENCES subscriptions (tenant_id, id),
  FOREIGN KEY (tenant_id, method_id) REFERENCES payment_methods (tenant_id, id)
);
CREATE INDEX subscription_ways_of_method ON subscription_ways (tenant_id, method_id);
SELECT tenant_table('subscription_ways', 'SELECT, INSERT, UPDATE (method_id, at)');

-- When the provider forgot what was removed here.
ALTER TABLE payment_methods ADD COLUMN forgotten_at timestamptz;
CREATE INDEX payment_methods_to_forget ON payment_methods (tenant_id, removed_at)
  WHERE removed_at IS NOT NULL AND forgotten_at IS NULL;
