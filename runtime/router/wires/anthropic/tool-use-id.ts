import { hash } from "node:crypto";

/** What this wire takes as the id of a call; other providers' ids may hold anything. */
const allowed = /^[a-zA-Z0-9_-]+$/;

/** A call's id in this wire: its own where it is allowed, else one that is always the same for it. */
export function toolUseId(id: string): string {
  return allowed.test(id) ? id : `toolu_${hash("sha256", id).slice(0, 24)}`;
}
