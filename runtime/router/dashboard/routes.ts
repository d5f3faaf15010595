import type { IncomingMessage } from "node:http";
import type { FastifyInstance, FastifyReply } from "fastify";
import type { Farewell } from "../../dashboard/protocol.ts";
import { RouterError } from "../errors.ts";
import type { HybridRouter } from "../hybrid-router.ts";
import { readQuery } from "../routes/query.ts";
import { type Asset, loadAssets } from "./assets.ts";
import type { Dashboard } from "./dashboard.ts";
import { dashboardDocs as docs } from "./docs.ts";
import type { SignIn } from "./door.ts";
import { assetHeaders, pageHeaders } from "./headers.ts";
import { isFromElsewhere } from "./origin.ts";

const htmlType = "text/html; charset=utf-8";
const path = "/dashboard";
/** Longer than any key. */
const maxFormBytes = 1_024;

/** `/dashboard` and what is below it. None of it takes an API key; what tells anything wants a session. */
export function dashboardRoutes(app: FastifyInstance, router: HybridRouter, { door, viewers }: Dashboard): void {
  void app.register(async (scope) => {
    const off = () => !router.config.dashboard.enabled;
    scope.addHook("onRequest", (_request, _reply, done) => done(off() ? turnedOff() : undefined));
    const form = { parseAs: "string", bodyLimit: maxFormBytes } as const;
    scope.addContentTypeParser("application/x-www-form-urlencoded", form, async (_request: unknown, body: string) =>
      Object.fromEntries(new URLSearchParams(body)),
    );

    scope.get(path, { config: { open: true, doc: docs.page } }, async (request, reply) => {
      reply.headers(pageHeaders).type(htmlType);
      const { page } = await loadAssets();
      if (await door.caller(request)) return reply.send(page("index.html"));
      if (isFromElsewhere(request.headers)) return reply.send(page("elsewhere.html"));
      return sendSignIn(reply, door.hasAdmin ? undefined : notices.no_admin);
    });

    scope.post(`${path}/sign-in`, { config: { open: true, doc: docs.signIn } }, async (request, reply) => {
      const given = (request.body as { readonly key?: unknown } | undefined)?.key;
      const became = await door.signIn(request, reply, typeof given === "string" ? given.trim() : "");
      reply.headers(pageHeaders);
      if (became === "signed_in") return reply.redirect(path, 303);
      return sendSignIn(reply.code(statuses[became]), notices[became]);
    });

    scope.post(`${path}/sign-out`, { config: { open: true, doc: docs.signOut } }, async (request, reply) => {
      reply.headers(pageHeaders);
      if (await door.signOut(request, reply)) return reply.redirect(path, 303);
      return sendSignIn(reply.code(statuses.foreign), notices.foreign);
    });

    scope.get(`${path}/session`, session(docs.session), async (request, reply) => {
      await door.admit(request);
      return reply.header("cache-control", "no-store").code(204).send();
    });

    const events = { ...session(docs.events), exposeHeadRoute: false };
    scope.get(`${path}/events`, events, async (request, reply) => {
      const { keyId } = await door.admit(request);
      const { last } = readQuery(docs.events.query, request);
      if (viewers.size >= router.config.dashboard.viewers) throw full(viewers.size);
      const check = async (): Promise<Farewell | undefined> => (off() ? "disabled" : door.turnedAway(request, keyId));
      openStream(reply);
      const lastEventId = request.headers["last-event-id"] ?? last;
      viewers.add(reply.raw, typeof lastEventId === "string" ? lastEventId : undefined, check);
    });

    scope.get<{ Params: { name: string } }>(
      `${path}/assets/:name`,
      { config: { open: true, doc: docs.asset } },
      async (request, reply) => {
        const asset = (await loadAssets()).asset(request.params.name);
        if (!asset) throw new RouterError("invalid_request", "The dashboard has no such file.", { status: 404 });
        return sendAsset(request, reply, asset);
      },
    );
  });
}

const session = <Doc extends object>(doc: Doc) => ({ config: { open: true, session: true, doc } });

/** Headers are sent at once: whoever waits knows that it is let in. */
function openStream(reply: FastifyReply): void {
  reply.hijack();
  reply.raw.writeHead(200, {
    ...(reply.getHeaders() as Record<string, string>),
    "content-type": "text/event-stream; charset=utf-8",
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
    // nginx would collect events otherwise.
    "x-accel-buffering": "no",
  });
  reply.raw.write("retry: 1000\n\n");
}

function sendAsset({ headers }: { readonly headers: IncomingMessage["headers"] }, reply: FastifyReply, asset: Asset) {
  const accepted = String(headers["accept-encoding"] ?? "");
  const coding = /\bbr\b/.test(accepted) ? "br" : /\bgzip\b/.test(accepted) ? "gzip" : undefined;
  reply.headers(assetHeaders).type(asset.type);
  if (coding) reply.header("content-encoding", coding);
  return reply.send(asset[coding ?? "identity"]);
}

const statuses = { wrong_key: 401, not_admin: 401, too_many: 429, foreign: 403 } as const;

const notices: Readonly<Record<Exclude<SignIn, "signed_in"> | "no_admin", string>> = {
  wrong_key: "This key is not known here. Check it, or ask for a new one.",
  not_admin: "This is a client's key; the dashboard wants one whose role is admin.",
  too_many: "Too many wrong keys came from your address. Try again in some minutes.",
  foreign: "This form came from another site and was not read. Sign in here.",
  no_admin:
    "No admin key is configured yet. Make one with --issue-key, and add its entry to keys with \u201crole\u201d: \u201cadmin\u201d.",
};

async function sendSignIn(reply: FastifyReply, notice: string | undefined): Promise<FastifyReply> {
  const { page } = await loadAssets();
  const told = notice === undefined ? "" : `<p class="notice" role="alert" id="notice">${notice}</p>`;
  return reply.type(htmlType).send(page("sign-in.html").replace("<!--notice-->", told));
}

const turnedOff = () =>
  new RouterError("invalid_request", "The dashboard is turned off (dashboard.enabled).", { status: 404 });

const full = (size: number) =>
  new RouterError("unavailable", `${size} pages of the dashboard are open already (dashboard.viewers); close one.`);
