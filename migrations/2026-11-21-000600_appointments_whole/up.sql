-- Appointments, whole: prices, holds, approval, choices of length, seats, limits, questions, overrides, blackouts, feeds,
-- history, notes and ratings.

ALTER TABLE appointment_types
  -- More lengths to choose from, each with its price: [{"minutes": 90, "price": 12000}].
  ADD COLUMN other_durations jsonb NOT NULL DEFAULT '[]',
  -- Minor units of the tenant's currency; 0: free.
  ADD COLUMN price bigint NOT NULL DEFAULT 0 CHECK (price BETWEEN 0 AND 100000000),
  -- How long a slot is kept while its payer pays.
  ADD COLUMN hold_minutes integer NOT NULL DEFAULT 15 CHECK (hold_minutes BETWEEN 5 AND 1440),
  ADD COLUMN needs_approval boolean NOT NULL DEFAULT false,
  -- First and last date on which it takes place, in the tenant's zone; both or one may be open.
  ADD COLUMN range_from date,
  ADD COLUMN range_to date,
  -- Most bookings and minutes a period, a coach: {"day": {"count": 3, "minutes": null}, "week": …, "month": …}.
  ADD COLUMN limits jsonb NOT NULL DEFAULT '{}',
  -- Clients that one slot takes.
  ADD COLUMN seats integer NOT NULL DEFAULT 1 CHECK (seats BETWEEN 1 AND 1000),
  -- Clients may cancel free of charge until that long before the start.
  ADD COLUMN cancel_free_minutes integer NOT NULL DEFAULT 0 CHECK (cancel_free_minutes BETWEEN 0 AND 525600),
  -- Share of the price that comes back when it is cancelled later; null: later is refused.
  ADD COLUMN late_refund_percent integer CHECK (late_refund_percent BETWEEN 0 AND 100),
  -- Clients may move it until that long before the start.
  ADD COLUMN move_free_minutes integer NOT NULL DEFAULT 0 CHECK (move_free_minutes BETWEEN 0 AND 525600),
  -- Intake questions, in order.
  ADD COLUMN questions jsonb NOT NULL DEFAULT '[]',
  -- Minutes before the start at which the client is reminded.
  ADD COLUMN reminder_minutes jsonb NOT NULL DEFAULT '[1440, 60]',
  ADD COLUMN asks_rating boolean NOT NULL DEFAULT true,
  ADD CONSTRAINT appointment_types_range CHECK (range_from <= range_to);
ALTER TABLE appointment_types DROP CONSTRAINT appointment_types_place_kind_check;
ALTER TABLE appointment_types ADD CONSTRAINT appointment_types_place_kind_check
  -- room: a video room made for each booking; video: a call whose link the coach sends.
  CHECK (place_kind IN ('in_person', 'phone', 'link', 'video', 'room'));
ALTER TABLE appointment_types DROP CONSTRAINT appointment_types_coach_mode_check;
ALTER TABLE appointment_types ADD CONSTRAINT appointment_types_coach_mode_check
  -- all: everyone who offers it takes part.
  CHECK (coach_mode IN ('fixed', 'any', 'all'));

-- Other hours on a date, or none. All rows of a date together replace its weekly windows.
CREATE TABLE schedule_overrides (
  tenant_id uuid NOT NULL,
  coach_id uuid NOT NULL,
  date date NOT NULL,
  -- -1: closed that day; then the only row of its date, with closes = -1.
  opens smallint NOT NULL CHECK (opens BETWEEN -1 AND 1439),
  closes smallint NOT NULL CHECK (closes BETWEEN -1 AND 1440),
  PRIMARY KEY (tenant_id, coach_id, date, opens),
  FOREIGN KEY (tenant_id, coach_id) REFERENCES schedules (tenant_id, coach_id) ON DELETE CASCADE,
  CHECK ((opens = -1) = (closes = -1)),
  CHECK (opens = -1 OR opens <> closes)
);
SELECT tenant_table('schedule_overrides');
SELECT public_content('schedule_overrides');

-- Stretches in which nothing is offered: of one coach, or (without one) of the whole business. Bookings made before stay.
CREATE TABLE blackouts (
  tenant_id uuid NOT NULL REFERENCES tenants (id),
  id uuid NOT NULL,
  coach_id uuid,
  starts_at timestamptz NOT NULL,
  ends_at timestamptz NOT NULL,
  reason text NOT NULL DEFAULT '' CHECK (char_length(reason) <= 200),
  created_at timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, id),
  CONSTRAINT blackouts_coach FOREIGN KEY (tenant_id, coach_id) REFERENCES members (tenant_id, id),
  CHECK (starts_at < ends_at AND ends_at - starts_at <= interval '400 days')
);
CREATE INDEX blackouts_by_end ON blackouts (tenant_id, ends_at);
SELECT tenant_table('blackouts');
SELECT public_content('blackouts');

-- A slot of a type with several seats while somebody sits there. It, not each booking, keeps the coach's time: its block
-- in the calendar ledger has the kind `seats` and this id as its source.
CREATE TABLE shared_slots (
  tenant_id uuid NOT NULL REFERENCES tenants (id),
  id uuid NOT NULL,
  type_id uuid NOT NULL,
  coach_id uuid NOT NULL,
  starts_at timestamptz NOT NULL,
  ends_at timestamptz NOT NULL,
  seats integer NOT NULL CHECK (seats >= 1),
  taken integer NOT NULL,
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, type_id) REFERENCES appointment_types (tenant_id, id),
  FOREIGN KEY (tenant_id, coach_id) REFERENCES members (tenant_id, id),
  CONSTRAINT shared_slots_once UNIQUE (tenant_id, type_id, coach_id, starts_at, ends_at),
  CONSTRAINT shared_slots_seats CHECK (taken BETWEEN 0 AND seats)
);
SELECT tenant_table('shared_slots');

ALTER TABLE bookings
  -- The order that pays it; null: nothing to pay, or not asked yet.
  ADD COLUMN order_id uuid,
  -- While held (or approved and unpaid): until when.
  ADD COLUMN held_until timestamptz,
  ADD COLUMN slot_id uuid,
  -- [{"label": …, "kind": …, "answer": …}] as asked when it was booked.
  ADD COLUMN answers jsonb NOT NULL DEFAULT '[]',
  -- What was agreed when it was booked: price, currency, rules of cancelling and moving, reminders.
  ADD COLUMN terms jsonb NOT NULL DEFAULT '{}',
  ADD CONSTRAINT bookings_slot FOREIGN KEY (tenant_id, slot_id) REFERENCES shared_slots (tenant_id, id),
  ADD CONSTRAINT bookings_order UNIQUE (tenant_id, order_id),
  ADD CONSTRAINT bookings_order_placed FOREIGN KEY (tenant_id, order_id) REFERENCES orders (tenant_id, id),
  ADD CONSTRAINT bookings_held CHECK (state <> 'held' OR held_until IS NOT NULL);
CREATE INDEX bookings_holds ON bookings (tenant_id, held_until) WHERE state = 'held';
ALTER TABLE bookings DROP CONSTRAINT bookings_cancelled_by_check;
ALTER TABLE bookings ADD CONSTRAINT bookings_cancelled_by_check CHECK (cancelled_by IN ('client', 'staff', 'system'));

-- The other coaches of a booking in which everyone takes part; the first one stands in the booking.
CREATE TABLE booking_coaches (
  tenant_id uuid NOT NULL,
  booking_id uuid NOT NULL,
  coach_id uuid NOT NULL,
  coach_name text NOT NULL,
  PRIMARY KEY (tenant_id, booking_id, coach_id),
  FOREIGN KEY (tenant_id, booking_id) REFERENCES bookings (tenant_id, id) ON DELETE CASCADE,
  FOREIGN KEY (tenant_id, coach_id) REFERENCES members (tenant_id, id)
);
CREATE INDEX booking_coaches_coach ON booking_coaches (tenant_id, coach_id);
SELECT tenant_table('booking_coaches');

-- What happened to a booking after it was made, in order: one row a step. Only ever added to.
CREATE TABLE booking_steps (
  tenant_id uuid NOT NULL,
  id uuid NOT NULL,
  booking_id uuid NOT NULL,
  at timestamptz NOT NULL,
  kind text NOT NULL CHECK (kind ~ '^[a-z_]{1,40}$'),
  -- client, staff or system; the name of whoever did it.
  by_kind text NOT NULL CHECK (by_kind IN ('client', 'staff', 'system')),
  by_name text NOT NULL DEFAULT '',
  from_state text,
  to_state text NOT NULL,
  -- When it was moved.
  old_start timestamptz,
  new_start timestamptz,
  reason text NOT NULL DEFAULT '' CHECK (char_length(reason) <= 500),
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, booking_id) REFERENCES bookings (tenant_id, id) ON DELETE CASCADE
);
CREATE INDEX booking_steps_of ON booking_steps (tenant_id, booking_id, at);
SELECT tenant_table('booking_steps', 'SELECT, INSERT');

-- Staff's notes on a booking: for staff only, or shared with its client.
CREATE TABLE booking_notes (
  tenant_id uuid NOT NULL,
  id uuid NOT NULL,
  booking_id uuid NOT NULL,
  author_id uuid NOT NULL,
  author_name text NOT NULL,
  body text NOT NULL CHECK (char_length(body) BETWEEN 1 AND 10000),
  shared boolean NOT NULL,
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, booking_id) REFERENCES bookings (tenant_id, id) ON DELETE CASCADE,
  FOREIGN KEY (tenant_id, author_id) REFERENCES members (tenant_id, id)
);
CREATE INDEX booking_notes_of ON booking_notes (tenant_id, booking_id, created_at);
SELECT tenant_table('booking_notes');

-- What a client says of a completed booking. Shown in public only once approved.
CREATE TABLE booking_ratings (
  tenant_id uuid NOT NULL,
  booking_id uuid NOT NULL,
  stars smallint NOT NULL CHECK (stars BETWEEN 1 AND 5),
  words text NOT NULL DEFAULT '' CHECK (char_length(words) <= 2000),
  state text NOT NULL DEFAULT 'new' CHECK (state IN ('new', 'approved', 'hidden')),
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, booking_id),
  FOREIGN KEY (tenant_id, booking_id) REFERENCES bookings (tenant_id, id) ON DELETE CASCADE
);
SELECT tenant_table('booking_ratings');

-- Private calendar addresses: of a coach, or of a client. A new one takes the place of the old.
CREATE TABLE calendar_feeds (
  tenant_id uuid NOT NULL REFERENCES tenants (id),
  id uuid NOT NULL,
  member_id uuid,
  client_id uuid,
  token text NOT NULL CHECK (char_length(token) BETWEEN 20 AND 64),
  created_at timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, member_id) REFERENCES members (tenant_id, id),
  FOREIGN KEY (tenant_id, client_id) REFERENCES clients (tenant_id, id),
  CONSTRAINT calendar_feeds_token UNIQUE (tenant_id, token),
  CONSTRAINT calendar_feeds_member UNIQUE (tenant_id, member_id),
  CONSTRAINT calendar_feeds_client UNIQUE (tenant_id, client_id),
  CHECK ((member_id IS NULL) <> (client_id IS NULL))
);
SELECT tenant_table('calendar_feeds');
