-- The calendar ledger: stretches of a coach's time that are taken, whichever module took them.
-- Invariant: two stretches of one coach never overlap. The database refuses it, not only the code.
CREATE TABLE calendar_blocks (
  tenant_id uuid NOT NULL REFERENCES tenants (id),
  id uuid NOT NULL,
  coach_id uuid NOT NULL,
  -- What takes the time (`booking`, `session`), and which one of them.
  kind text NOT NULL CHECK (kind ~ '^[a-z_]{1,40}$'),
  source_id uuid NOT NULL,
  -- With buffers: from the first minute that nothing else may use to the last.
  starts_at timestamptz NOT NULL,
  ends_at timestamptz NOT NULL,
  created_at timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, coach_id) REFERENCES members (tenant_id, id),
  CONSTRAINT calendar_blocks_once UNIQUE (tenant_id, kind, source_id, coach_id),
  CONSTRAINT calendar_blocks_length CHECK (starts_at < ends_at AND ends_at - starts_at <= interval '31 days'),
  CONSTRAINT calendar_blocks_no_overlap
    EXCLUDE USING gist (tenant_id WITH =, coach_id WITH =, tstzrange(starts_at, ends_at) WITH &&)
);
-- Reads compare bounds: `&&` is not leakproof, so that row level security would keep it away from the index above.
-- No block is longer than 31 days, therefore a range of ends is enough, and what is past costs nothing.
CREATE INDEX calendar_blocks_by_end ON calendar_blocks (tenant_id, coach_id, ends_at) INCLUDE (starts_at);
SELECT tenant_table('calendar_blocks');
