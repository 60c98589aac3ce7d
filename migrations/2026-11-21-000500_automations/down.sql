DROP TABLE automation_store, automation_runs, automations;
