-- Paying left the module packages for the platform: what is stored under the old names goes along. The tables' owner sees
-- their rows only while row level security is not forced on it.
ALTER TABLE tenant_policies NO FORCE ROW LEVEL SECURITY;
UPDATE tenant_policies SET permission = replace(permission, 'packages:', 'platform:')
  WHERE permission IN ('packages:orders:read', 'packages:orders:write', 'packages:payments:write', 'packages:order_link:use');
-- Who may mark orders as paid may refund them, and who may not, may not; one's own orders follow one's own credits.
INSERT INTO tenant_policies (tenant_id, role, permission, effect, changed_at, changed_by)
  SELECT tenant_id, role, 'platform:refunds:write', effect, changed_at, changed_by FROM tenant_policies
    WHERE permission = 'platform:orders:write'
  UNION ALL
  SELECT tenant_id, role, 'platform:own_orders:read', effect, changed_at, changed_by FROM tenant_policies
    WHERE permission = 'packages:own:read'
  ON CONFLICT DO NOTHING;
ALTER TABLE tenant_policies FORCE ROW LEVEL SECURITY;

ALTER TABLE jobs NO FORCE ROW LEVEL SECURITY;
UPDATE jobs SET kind = CASE kind WHEN 'packages.tell_on_paid' THEN 'billing.tell_paid' ELSE 'billing.expire' END
  WHERE kind IN ('packages.tell_on_paid', 'packages.release_overdue') AND status <> 'done';
ALTER TABLE jobs FORCE ROW LEVEL SECURITY;

-- Mails that are sent keep what was written; one that still waits is rendered by its new name.
ALTER TABLE mails NO FORCE ROW LEVEL SECURITY;
UPDATE mails SET template = replace(template, 'packages/', 'checkout/'), data = data || '{"notes": []}'
  WHERE template IN ('packages/receipt', 'packages/awaiting', 'packages/sold') AND status = 'queued';
ALTER TABLE mails FORCE ROW LEVEL SECURITY;
