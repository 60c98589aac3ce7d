-- A job whose module is off waits instead of being lost. Since when, until the module is back or it has waited too long.
ALTER TABLE jobs ADD COLUMN deferred_since timestamptz;
-- Found when a tenant's modules change.
CREATE INDEX jobs_deferred ON jobs (tenant_id) WHERE status = 'pending' AND deferred_since IS NOT NULL;
