export { type Claim, type ClaimState, type Claims, leaseMs } from "./claims.ts";
export { FileClaims } from "./file-claims.ts";
export { MemoryClaims } from "./memory-claims.ts";
export { RedisClaims } from "./redis-claims.ts";
