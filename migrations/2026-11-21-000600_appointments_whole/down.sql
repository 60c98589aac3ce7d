DROP TABLE calendar_feeds, booking_ratings, booking_notes, booking_steps, booking_coaches, blackouts, schedule_overrides;
DELETE FROM bookings WHERE cancelled_by = 'system' OR place_kind = 'room';
ALTER TABLE bookings DROP CONSTRAINT bookings_cancelled_by_check;
ALTER TABLE bookings ADD CONSTRAINT bookings_cancelled_by_check CHECK (cancelled_by IN ('client', 'staff'));
ALTER TABLE bookings DROP COLUMN order_id, DROP COLUMN held_until, DROP COLUMN slot_id, DROP COLUMN answers, DROP COLUMN terms;
DROP TABLE shared_slots;
UPDATE appointment_types SET place_kind = 'video' WHERE place_kind = 'room';
UPDATE appointment_types SET coach_mode = 'any' WHERE coach_mode = 'all';
ALTER TABLE appointment_types DROP CONSTRAINT appointment_types_place_kind_check;
ALTER TABLE appointment_types ADD CONSTRAINT appointment_types_place_kind_check
  CHECK (place_kind IN ('in_person', 'phone', 'link', 'video'));
ALTER TABLE appointment_types DROP CONSTRAINT appointment_types_coach_mode_check;
ALTER TABLE appointment_types ADD CONSTRAINT appointment_types_coach_mode_check CHECK (coach_mode IN ('fixed', 'any'));
ALTER TABLE appointment_types DROP COLUMN other_durations, DROP COLUMN price, DROP COLUMN hold_minutes,
  DROP COLUMN needs_approval, DROP COLUMN range_from, DROP COLUMN range_to, DROP COLUMN limits, DROP COLUMN seats,
  DROP COLUMN cancel_free_minutes, DROP COLUMN late_refund_percent, DROP COLUMN move_free_minutes,
  DROP COLUMN questions, DROP COLUMN reminder_minutes, DROP COLUMN asks_rating;
