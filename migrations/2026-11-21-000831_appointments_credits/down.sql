ALTER TABLE appointment_types DROP COLUMN credits;
