DROP TABLE order_steps, payments, order_lines, orders, order_counters, billing_settings;
DROP FUNCTION order_adds_up(), payment_in_currency();
