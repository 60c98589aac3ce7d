ALTER TABLE tenant_policies NO FORCE ROW LEVEL SECURITY;
DELETE FROM tenant_policies WHERE permission IN ('platform:refunds:write', 'platform:own_orders:read', 'platform:billing:run');
UPDATE tenant_policies SET permission = replace(permission, 'platform:', 'packages:')
  WHERE permission IN ('platform:orders:read', 'platform:orders:write', 'platform:payments:write', 'platform:order_link:use');
ALTER TABLE tenant_policies FORCE ROW LEVEL SECURITY;
ALTER TABLE jobs NO FORCE ROW LEVEL SECURITY;
UPDATE jobs SET kind = CASE kind WHEN 'billing.tell_paid' THEN 'packages.tell_on_paid' ELSE 'packages.release_overdue' END
  WHERE kind IN ('billing.tell_paid', 'billing.expire') AND status <> 'done';
ALTER TABLE jobs FORCE ROW LEVEL SECURITY;
ALTER TABLE mails NO FORCE ROW LEVEL SECURITY;
UPDATE mails SET template = replace(template, 'checkout/', 'packages/')
  WHERE template IN ('checkout/receipt', 'checkout/awaiting', 'checkout/sold') AND status = 'queued';
ALTER TABLE mails FORCE ROW LEVEL SECURITY;
