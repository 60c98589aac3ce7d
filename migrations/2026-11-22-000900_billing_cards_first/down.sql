ALTER TABLE payment_methods DROP COLUMN forgotten_at;
DROP TABLE subscription_ways;
DELETE FROM payment_tries WHERE amount = 0;
ALTER TABLE payment_tries DROP CONSTRAINT payment_tries_amount, ADD CONSTRAINT payment_tries_amount_check CHECK (amount > 0);
ALTER TABLE offer_plans DROP COLUMN trial_card;
