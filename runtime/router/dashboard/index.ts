export { type Dashboard, openDashboard } from "./dashboard.ts";
export { dashboardRoutes } from "./routes.ts";
