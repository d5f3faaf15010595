import { z } from "zod";
import type { RouteDoc } from "../openapi/index.ts";

const page = (description: string) => ({ description, content: { "text/html": z.string() } });
const off = { code: "invalid_request", status: 404 } as const;

export const dashboardDocs = {
  page: {
    summary: "The dashboard: what is spent, by whom and on what, and how the backends are.",
    description: "For people with a browser: a page to sign in with an admin key, and then the dashboard.",
    answers: { 200: page("Either of the two.") },
    errors: [off],
  },
  signIn: {
    summary: "Begins a session of the dashboard.",
    description: "The form of the page; a browser's request from the router's own origin, with an admin key.",
    answers: {
      303: { ...page("It has begun; its cookie is for this router alone."), headers: ["retry-after"] },
      401: page("The key is not known, or a client's."),
      403: page("The form is another site's."),
      429: { ...page("Too many wrong keys from this address."), headers: ["retry-after"] },
    },
    errors: [off],
  },
  signOut: {
    summary: "Ends the session.",
    answers: { 303: page("It has ended."), 403: page("The form is another site's.") },
    errors: [off],
  },
  session: {
    summary: "Whether a session of the dashboard is in force.",
    answers: { 204: { description: "It is.", content: {} } },
    errors: ["unauthorized", off],
  },
  events: {
    summary: "What the dashboard shows, as server-sent events.",
    description:
      "First everything, then what changes; runtime/dashboard/protocol.ts has the forms. With Last-Event-ID, or `last`, only what changed since.",
    query: z.strictObject({
      last: z.string().max(64).optional().meta({ description: "The id of the last event that was seen." }),
    }),
    answers: { 200: { description: "Until the session ends.", content: { "text/event-stream": z.string() } } },
    errors: ["unauthorized", "unavailable", off],
  },
  asset: {
    summary: "A file of the dashboard.",
    answers: {
      200: {
        description: "Its name has the hash of what is in it.",
        content: { "text/javascript": z.string(), "text/css": z.string(), "image/svg+xml": z.string() },
      },
    },
    errors: [off],
  },
} as const satisfies Record<string, RouteDoc>;
