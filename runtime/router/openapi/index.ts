export { collectRoutes, type DocumentedRoute } from "./collect.ts";
export { openApiDocument } from "./document.ts";
export { asking, cached, paid, type RouteDoc } from "./route-doc.ts";
