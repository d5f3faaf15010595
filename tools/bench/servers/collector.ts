import { createServer } from "node:http";
import { announce } from "./announce.ts";

// A collector of OTLP over HTTP that takes everything and keeps nothing but a count.

let exports = 0;
let bytes = 0;

announce(
  createServer((request, response) => {
    if (request.method === "GET") {
      response.end(JSON.stringify({ exports, bytes }));
      return;
    }
    request.on("data", (part: Buffer) => {
      bytes += part.length;
    });
    request.on("end", () => {
      exports++;
      response.writeHead(200, { "content-type": "application/json" }).end("{}");
    });
  }),
);
