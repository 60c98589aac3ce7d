-- What is bookable one to one. Minutes throughout.
CREATE TABLE appointment_types (
  tenant_id uuid NOT NULL REFERENCES tenants (id),
  id uuid NOT NULL,
  slug text NOT NULL CHECK (slug ~ '^[a-z0-9]([a-z0-9-]{0,58}[a-z0-9])?$'),
  name text NOT NULL CHECK (char_length(name) BETWEEN 1 AND 120),
  description text NOT NULL DEFAULT '' CHECK (char_length(description) <= 4000),
  minutes integer NOT NULL CHECK (minutes BETWEEN 5 AND 1440),
  step_minutes integer NOT NULL CHECK (step_minutes BETWEEN 5 AND 1440),
  buffer_before_minutes integer NOT NULL DEFAULT 0 CHECK (buffer_before_minutes BETWEEN 0 AND 1440),
  buffer_after_minutes integer NOT NULL DEFAULT 0 CHECK (buffer_after_minutes BETWEEN 0 AND 1440),
  notice_minutes integer NOT NULL DEFAULT 0 CHECK (notice_minutes BETWEEN 0 AND 525600),
  horizon_days integer NOT NULL DEFAULT 60 CHECK (horizon_days BETWEEN 1 AND 730),
  place_kind text NOT NULL CHECK (place_kind IN ('in_person', 'phone', 'link', 'video')),
  place text NOT NULL DEFAULT '' CHECK (char_length(place) <= 500),
  -- fixed: with the coach whom the client chose; any: with whoever of them is free.
  coach_mode text NOT NULL CHECK (coach_mode IN ('fixed', 'any')),
  active boolean NOT NULL DEFAULT true,
  position integer NOT NULL DEFAULT 0,
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, id),
  CONSTRAINT appointment_types_slug UNIQUE (tenant_id, slug)
);
SELECT tenant_table('appointment_types');
SELECT public_content('appointment_types');

-- Who offers it.
CREATE TABLE appointment_type_coaches (
  tenant_id uuid NOT NULL,
  type_id uuid NOT NULL,
  coach_id uuid NOT NULL,
  PRIMARY KEY (tenant_id, type_id, coach_id),
  FOREIGN KEY (tenant_id, type_id) REFERENCES appointment_types (tenant_id, id) ON DELETE CASCADE,
  CONSTRAINT appointment_type_coaches_member FOREIGN KEY (tenant_id, coach_id) REFERENCES members (tenant_id, id)
);
CREATE INDEX appointment_type_coaches_coach ON appointment_type_coaches (tenant_id, coach_id);
SELECT tenant_table('appointment_type_coaches');
SELECT public_content('appointment_type_coaches');

-- A coach's open hours. Without a zone of their own they are read in the tenant's zone.
CREATE TABLE schedules (
  tenant_id uuid NOT NULL,
  coach_id uuid NOT NULL,
  zone text,
  updated_at timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, coach_id),
  CONSTRAINT schedules_coach FOREIGN KEY (tenant_id, coach_id) REFERENCES members (tenant_id, id)
);
SELECT tenant_table('schedules');
SELECT public_content('schedules');

-- Weekly windows on the wall clock: minutes after midnight; a window that closes before it opens ends the next day.
CREATE TABLE schedule_windows (
  tenant_id uuid NOT NULL,
  coach_id uuid NOT NULL,
  weekday smallint NOT NULL CHECK (weekday BETWEEN 1 AND 7),
  opens smallint NOT NULL CHECK (opens BETWEEN 0 AND 1439),
  closes smallint NOT NULL CHECK (closes BETWEEN 0 AND 1440 AND closes <> opens),
  PRIMARY KEY (tenant_id, coach_id, weekday, opens),
  FOREIGN KEY (tenant_id, coach_id) REFERENCES schedules (tenant_id, coach_id) ON DELETE CASCADE
);
SELECT tenant_table('schedule_windows');
SELECT public_content('schedule_windows');

-- One appointment of one client with one coach. Names are as they were when it was booked.
-- While a state holds time, a block of the calendar ledger with this id as its source keeps the coach's time.
CREATE TABLE bookings (
  tenant_id uuid NOT NULL REFERENCES tenants (id),
  id uuid NOT NULL,
  type_id uuid NOT NULL,
  type_name text NOT NULL,
  coach_id uuid NOT NULL,
  coach_name text NOT NULL,
  client_id uuid NOT NULL,
  client_name text NOT NULL CHECK (char_length(client_name) BETWEEN 1 AND 120),
  client_email text NOT NULL,
  client_zone text NOT NULL,
  note text NOT NULL DEFAULT '' CHECK (char_length(note) <= 2000),
  state text NOT NULL CHECK (state IN
    ('requested', 'held', 'confirmed', 'completed', 'no_show', 'cancelled', 'expired', 'declined')),
  starts_at timestamptz NOT NULL,
  ends_at timestamptz NOT NULL,
  -- With buffers.
  blocked_from timestamptz NOT NULL,
  blocked_to timestamptz NOT NULL,
  place_kind text NOT NULL,
  place text NOT NULL,
  -- Unguessable part of the link that manages the booking.
  token text NOT NULL CHECK (char_length(token) BETWEEN 20 AND 64),
  -- One-time key of the form (or of the API call): a second submit finds the first booking.
  form_key text NOT NULL CHECK (char_length(form_key) BETWEEN 1 AND 200),
  -- SEQUENCE of the calendar file; grows with every change that calendars must learn.
  sequence integer NOT NULL DEFAULT 0,
  cancelled_at timestamptz,
  cancelled_by text CHECK (cancelled_by IN ('client', 'staff')),
  cancel_reason text CHECK (char_length(cancel_reason) <= 500),
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, type_id) REFERENCES appointment_types (tenant_id, id),
  FOREIGN KEY (tenant_id, coach_id) REFERENCES members (tenant_id, id),
  FOREIGN KEY (tenant_id, client_id) REFERENCES clients (tenant_id, id),
  CONSTRAINT bookings_token UNIQUE (tenant_id, token),
  CONSTRAINT bookings_form_key UNIQUE (tenant_id, form_key),
  CHECK (starts_at < ends_at AND blocked_from <= starts_at AND ends_at <= blocked_to),
  CHECK ((state = 'cancelled') = (cancelled_at IS NOT NULL AND cancelled_by IS NOT NULL))
);
CREATE INDEX bookings_by_start ON bookings (tenant_id, starts_at, id);
CREATE INDEX bookings_of_coach ON bookings (tenant_id, coach_id, starts_at);
CREATE INDEX bookings_of_client ON bookings (tenant_id, client_id, starts_at);
SELECT tenant_table('bookings');
