-- An appointment of this type may be paid with so many credits instead of money; NULL: only with credits made for it.
ALTER TABLE appointment_types ADD COLUMN credits integer CHECK (credits BETWEEN 1 AND 100);
