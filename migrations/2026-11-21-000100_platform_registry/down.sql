DROP TABLE tenant_features, client_notes, clients, members, logins, accounts, tenant_domains, tenant_old_slugs, tenants;
