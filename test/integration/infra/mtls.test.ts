import { mkdtempSync, rmSync } from "node:fs";
import type { IncomingMessage, RequestListener, Server } from "node:http";
import { createServer as createPlainServer } from "node:http";
import { request } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it, onTestFinished } from "vitest";
import { type MtlsArgs, renderMtlsConf } from "../../../infra/nginx/index.ts";
import { createServer } from "../../../runtime/router/serving/index.ts";
import { freePort } from "../../../tools/parts/free-port.ts";
import { describeWithNginx, NginxServer } from "../../support/nginx.ts";
import { type Certificates, makeCertificates } from "../router/certificates.ts";

let folder: string;
let certificates: Certificates;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "mtls-"));
  certificates = makeCertificates(folder);
});
afterAll(() => rmSync(folder, { recursive: true }));

const portOf = (server: Server) => (server.address() as AddressInfo).port;

async function listening(server: Server): Promise<Server> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return server;
}

async function nginxBefore(upstream: MtlsArgs["upstream"]): Promise<number> {
  const port = await freePort();
  const conf = renderMtlsConf({
    serverName: "localhost",
    port,
    certificateFile: certificates.at("server.pem"),
    keyFile: certificates.at("server.key"),
    clientCaFile: certificates.at("ca.pem"),
    upstream,
    maxBodyBytes: 1024,
    pauseMs: 60_000,
  });
  const nginx = await NginxServer.start(conf, port);
  onTestFinished(() => nginx.stop());
  return port;
}

interface Asked {
  readonly who?: "client" | "stranger";
  readonly body?: string;
  readonly headers?: Record<string, string>;
}

function ask(port: number, { who, body, headers = {} }: Asked = {}): Promise<IncomingMessage> {
  const own = who === undefined ? {} : { cert: certificates.read(`${who}.pem`), key: certificates.read(`${who}.key`) };
  return new Promise((resolve, reject) => {
    const asked = request(
      {
        host: "127.0.0.1",
        port,
        servername: "localhost",
        ca: certificates.read("ca.pem"),
        agent: false,
        method: body === undefined ? "GET" : "POST",
        headers,
        ...own,
      },
      resolve,
    );
    asked.on("error", reject);
    asked.end(body);
  });
}

async function textOf(answer: IncomingMessage): Promise<string> {
  let text = "";
  for await (const chunk of answer) text += String(chunk);
  return text;
}

const sayWho: RequestListener = (asked, response) => {
  asked.resume();
  response.end(`hello ${asked.headers["x-client-certificate-subject"]}`);
};
const plain = async (listener: RequestListener) => {
  const server = await listening(createPlainServer(listener));
  return nginxBefore({ host: "127.0.0.1", port: portOf(server) });
};

describeWithNginx("nginx with the rendered mtls.conf", () => {
  it("lets a client with a certificate of our authority through, and says who it is", async () => {
    const answer = await ask(await plain(sayWho), {
      who: "client",
      headers: { "x-client-certificate-subject": "CN=admin" },
    });
    expect([answer.statusCode, await textOf(answer)]).toEqual([200, "hello CN=client"]);
  });

  it("refuses a client without a certificate, and asks nobody", async () => {
    let reached = 0;
    const port = await plain((asked, response) => {
      reached++;
      sayWho(asked, response);
    });
    const answer = await ask(port);
    expect([answer.statusCode, await textOf(answer)]).toEqual([
      400,
      expect.stringContaining("No required SSL certificate"),
    ]);
    expect(reached).toBe(0);
  });

  it("refuses a client of another authority", async () => {
    const answer = await ask(await plain(sayWho), { who: "stranger" });
    expect([answer.statusCode, await textOf(answer)]).toEqual([400, expect.stringContaining("SSL certificate error")]);
  });

  it("refuses a body that the router would refuse", async () => {
    const port = await plain(sayWho);
    expect((await ask(port, { who: "client", body: "x".repeat(1024) })).statusCode).toBe(200);
    expect((await ask(port, { who: "client", body: "x".repeat(1025) })).statusCode).toBe(413);
  });

  it("passes a stream on as it comes", async () => {
    let goOn = () => {};
    const port = await plain((_, response) => {
      response.writeHead(200, { "content-type": "text/event-stream" });
      response.write("data: first\n\n");
      // Only when the client has the first does the second follow: a buffer would hold both back.
      goOn = () => response.end("data: last\n\n");
    });
    const answer = await ask(port, { who: "client" });
    const said: string[] = [];
    for await (const chunk of answer) {
      said.push(String(chunk));
      goOn();
    }
    expect(said).toEqual(["data: first\n\n", "data: last\n\n"]);
  });

  it("shows the router a certificate of its own, and checks the router's", async () => {
    const security = {
      mode: "tls",
      certificateFile: "server.pem",
      keyFile: "server.key",
      clientCaFile: "ca.pem",
      clientCertificate: "required",
    } as const;
    const router = await listening(createServer(security, folder, sayWho));
    const upstream = (name: string) => ({
      host: "127.0.0.1",
      port: portOf(router),
      tls: {
        name,
        caFile: certificates.at("ca.pem"),
        certificateFile: certificates.at("client.pem"),
        keyFile: certificates.at("client.key"),
      },
    });
    const through = await ask(await nginxBefore(upstream("localhost")), { who: "client" });
    expect([through.statusCode, await textOf(through)]).toEqual([200, "hello CN=client"]);
    expect((await ask(await nginxBefore(upstream("another.example.com")), { who: "client" })).statusCode).toBe(502);
  });
});

it.each(["a b", "a;b", "a{b", 'a"b', "$a", "a#b", ""])("mtls.conf takes no parameter %j", (clientCaFile) => {
  const args = { serverName: "localhost", certificateFile: "/c", keyFile: "/k", maxBodyBytes: 1, pauseMs: 1 };
  expect(() => renderMtlsConf({ ...args, clientCaFile, upstream: { host: "::1", port: 1 } })).toThrow("clientCaFile: ");
});
