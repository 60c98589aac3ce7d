DROP INDEX jobs_deferred;
ALTER TABLE jobs DROP COLUMN deferred_since;
