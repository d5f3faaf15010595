export { Access, type AccessDatabase, type AccessHealth } from "./access.ts";
export { fingerprintOf, type Revocations } from "./revocations.ts";
export { AccessState, type ByScope, type Change, type LimitedScope, type OwnLimits, splitScope } from "./state.ts";
export { type AuditEntry, type AuditRecord, readAudit } from "./store/audit.ts";
export { revokeBackend, rotateBackend } from "./store/backends.ts";
export type { Changing, Doing } from "./store/changes.ts";
export {
  aboutKeys,
  administrators,
  findKey,
  insertKey,
  insertTombstone,
  type KeyRecord,
  listKeys,
  revokeKeys,
  updateKey,
} from "./store/keys.ts";
export { setLimits } from "./store/limits.ts";
export { findTenant, insertTenant, listTenants, type TenantRecord, updateTenant } from "./store/tenants.ts";
