-- Claiming jobs fairly: which tenants have pending jobs, and the first of each, without reading what lies between.
CREATE INDEX jobs_pending_by_tenant ON jobs (tenant_id, run_at) WHERE status = 'pending';
-- Old finished jobs are deleted in small batches.
CREATE INDEX jobs_finished ON jobs (done_at) WHERE status = 'done';
-- The dead-letter list.
CREATE INDEX jobs_dead ON jobs (done_at DESC, id) WHERE status = 'dead';
-- Rows of this table change three times in their short life: it is vacuumed early, or the head of the indexes fills with
-- dead entries that every claim would step over.
ALTER TABLE jobs SET (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 500,
  autovacuum_analyze_scale_factor = 0.05, autovacuum_vacuum_cost_delay = 0);
