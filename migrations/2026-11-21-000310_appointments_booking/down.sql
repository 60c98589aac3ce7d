DROP TABLE bookings;
DROP TABLE schedule_windows;
DROP TABLE schedules;
DROP TABLE appointment_type_coaches;
DROP TABLE appointment_types;
