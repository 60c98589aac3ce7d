ALTER TABLE jobs RESET (autovacuum_vacuum_scale_factor, autovacuum_vacuum_threshold, autovacuum_analyze_scale_factor,
  autovacuum_vacuum_cost_delay);
DROP INDEX jobs_dead;
DROP INDEX jobs_finished;
DROP INDEX jobs_pending_by_tenant;
