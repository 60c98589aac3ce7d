DROP TRIGGER number_invoice ON orders;
DROP FUNCTION number_invoice();
