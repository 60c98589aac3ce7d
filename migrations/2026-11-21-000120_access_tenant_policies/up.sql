-- A tenant's own rules on top of the built-in roles. They count from the tenant's next version on, which the trigger makes.
-- Owners cannot be shut out; visitors and clients can be given nothing that the built-in roles do not give them.
CREATE TABLE tenant_policies (
  tenant_id uuid NOT NULL REFERENCES tenants (id),
  role text NOT NULL CHECK (role ~ '^[a-z][a-z0-9-]{0,39}$' AND role NOT IN ('system', 'operator', 'owner')),
  permission text NOT NULL CHECK (permission ~ '^[a-z_]+:[a-z_]+:[a-z_]+$' AND char_length(permission) <= 120),
  effect text NOT NULL CHECK (effect IN ('allow', 'deny')),
  changed_at timestamptz NOT NULL,
  changed_by text NOT NULL,
  PRIMARY KEY (tenant_id, role, permission),
  CHECK (effect = 'deny' OR role NOT IN ('visitor', 'client'))
);
SELECT tenant_table('tenant_policies');
SELECT public_content('tenant_policies');
CREATE POLICY system ON tenant_policies FOR SELECT TO app_system USING (true);
GRANT SELECT ON tenant_policies TO app_system;
