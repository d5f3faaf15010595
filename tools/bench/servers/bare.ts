import { fastify } from "fastify";
import { Pool } from "undici";
import { announce } from "./announce.ts";

// The yardstick: the least that a proxy of fastify and undici can do. Bodies are passed on as bytes, nothing is parsed.

const [origin = ""] = process.argv.slice(2);
const pool = new Pool(origin);
const app = fastify({ logger: false });

app.addContentTypeParser("application/json", { parseAs: "buffer" }, (_request, body, done) => done(null, body));
app.post("/v1/chat/completions", async (request, reply) => {
  const { statusCode, headers, body } = await pool.request({
    method: "POST",
    path: "/v1/chat/completions",
    headers: { "content-type": "application/json", authorization: request.headers.authorization ?? "" },
    body: request.body as Buffer,
  });
  const type = String(headers["content-type"]);
  reply.code(statusCode).type(type);
  if (type.startsWith("text/event-stream")) return reply.send(body);
  return reply.send(Buffer.from(await body.arrayBuffer()));
});

await app.ready();
announce(app.server);
