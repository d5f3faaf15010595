/**
 * Who may do what, by stack. Each change takes the next revision first, which no other can take before it is over: what
 * has a higher revision than a router knows is what that router doesn't know yet. Nothing is deleted, so that nothing is
 * missed. Use is kept apart, because it changes all the time and changes nothing.
 *
 * A key without a hash is one of the configuration, revoked here.
 */
export const sql = `
create table access_revision (
  stack text primary key,
  revision bigint not null
);

create table access_tenants (
  stack text not null,
  name text not null,
  sovereign boolean not null,
  created_at timestamptz not null default now(),
  created_by text not null,
  disabled_at timestamptz,
  disabled_by text,
  revision bigint not null,
  primary key (stack, name)
);
create index access_tenants_by_revision on access_tenants (stack, revision);

create table access_keys (
  stack text not null,
  id text not null,
  sha256 text,
  tenant text not null,
  role text not null,
  label text not null,
  created_at timestamptz not null default now(),
  created_by text not null,
  expires_at timestamptz,
  revoked_at timestamptz,
  revoked_by text,
  revision bigint not null,
  primary key (stack, id)
);
create index access_keys_by_revision on access_keys (stack, revision);
create index access_keys_by_tenant on access_keys (stack, tenant, id);

create table access_limits (
  stack text not null,
  scope text not null,
  budget jsonb not null,
  rates jsonb not null,
  revision bigint not null,
  primary key (stack, scope)
);
create index access_limits_by_revision on access_limits (stack, revision);

create table access_backends (
  stack text not null,
  name text not null,
  revoked_at timestamptz,
  revoked_by text,
  fingerprint text,
  generation bigint not null,
  revision bigint not null,
  primary key (stack, name)
);

create table access_use (
  stack text not null,
  key_id text not null,
  last_used_at timestamptz not null,
  primary key (stack, key_id)
);

create table access_audit (
  id bigint generated always as identity primary key,
  stack text not null,
  at timestamptz not null default now(),
  key_id text not null,
  action text not null,
  object text not null,
  outcome text not null,
  request_id text not null,
  detail jsonb
);
create index access_audit_by_stack on access_audit (stack, id);

create function access_audit_only_grows() returns trigger language plpgsql as $$
begin
  raise exception 'the audit log only grows';
end $$;
create trigger access_audit_only_grows before update or delete on access_audit
  for each row execute function access_audit_only_grows();
create trigger access_audit_not_emptied before truncate on access_audit
  for each statement execute function access_audit_only_grows();
`;
