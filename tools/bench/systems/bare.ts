import { startServer } from "../servers/index.ts";
import { fakeBearer, fakeModel, type Place, type System } from "./system.ts";

/** The bare fastify and undici proxy. */
export async function startBare({ folder, upstreamPort }: Place): Promise<System> {
  const { child, port } = await startServer("bare", folder, [`http://127.0.0.1:${upstreamPort}`]);
  return { name: "bare", child, target: { port, model: fakeModel, headers: fakeBearer } };
}
