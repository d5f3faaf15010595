export { BudgetAlert, ThrottleState } from "./alert.ts";
export { Alerts, type WebhookHealth } from "./alerts.ts";
export { FileClaims, MemoryClaims, RedisClaims } from "./claims/index.ts";
export type { Forecast } from "./forecast.ts";
export type { Throttle, ThrottleLevel } from "./throttle.ts";
export { BudgetWatch, type ToldAlert, type Watched } from "./watch.ts";
