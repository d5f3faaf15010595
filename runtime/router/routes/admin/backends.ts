import type { FastifyInstance } from "fastify";
import { z } from "zod";
import { backendNames } from "../../../config/index.ts";
import { fingerprintOf, revokeBackend, rotateBackend } from "../../access/index.ts";
import type { Backend, BackendKey } from "../../backends.ts";
import { Canceller } from "../../cancel.ts";
import { RouterError } from "../../errors.ts";
import type { HybridRouter } from "../../hybrid-router.ts";
import type { RouteDoc } from "../../openapi/index.ts";
import { failureOfError, UpstreamFailure } from "../../providers/failure.ts";
import { readQuery } from "../query.ts";
import { administer, adminRoute, changeErrors, doing, flag, notThere } from "./support.ts";

/** A provider gets this long to say whether it takes a key; milliseconds. */
const proveMs = 10_000;

const RotateQuery = z.strictObject({
  check: flag("false: the new key is taken without asking the provider.", "true"),
  force: flag("true: the key that was revoked is good again.", "false"),
});

const BackendState = z
  .strictObject({
    backend: z.enum(backendNames),
    revoked: z.boolean(),
    why: z.string().optional(),
    generation: z.int().min(0).meta({ description: "How often its key was rotated." }),
    checked: z.boolean().optional().meta({ description: "The provider was asked, and takes the key." }),
  })
  .meta({ title: "BackendState" });

const answers = (description: string) => ({ 200: { description, content: { "application/json": BackendState } } });
const docs = {
  revoke: {
    summary: "Stops the use of a provider's key, at every router in under a second.",
    description:
      "The backend is disabled until its key is rotated. No attempt begins any more, retries included; one under way has sent the key already, and ends by itself.",
    answers: answers("The backend is revoked."),
    errors: changeErrors,
  },
  rotate: {
    summary: "Reads a provider's key again from where it is kept, checks it at the provider, and uses it.",
    description:
      "No request is dropped. It lifts a revocation. A key that the provider refuses is not taken, and the old one stays; nor is the one that was revoked, unless force says so.",
    query: RotateQuery,
    answers: answers("The new key is in use."),
    errors: changeErrors,
  },
} as const satisfies Record<string, RouteDoc>;

type One = { Params: { name: string } };

/** Keys of providers: revoked in an emergency, and rotated. */
export function backends(app: FastifyInstance, router: HybridRouter): void {
  const { access } = router;
  const stateOf = ({ name }: Backend) => {
    const stored = access.state.backends.get(name);
    const why = access.revocations.why(name, router.backend(name)?.key?.read());
    const told = why === undefined ? {} : { why };
    return { backend: name, revoked: why !== undefined, ...told, generation: stored?.generation ?? 0 };
  };

  app.post<One>("/admin/backends/:name/revoke", adminRoute("backend.revoke", docs.revoke), async (request) => {
    const backend = backendOf(router, request.params.name);
    const key = backend.key?.read();
    const act = doing(request);
    const fingerprint = key === undefined ? "" : fingerprintOf(key);
    await administer(access, () =>
      access.change(act, (changing) => revokeBackend(changing, backend.name, { by: act.by, fingerprint })),
    );
    return stateOf(backend);
  });

  app.post<One>("/admin/backends/:name/rotate", adminRoute("backend.rotate", docs.rotate), async (request) => {
    const backend = backendOf(router, request.params.name);
    const { check, force } = readQuery(RotateQuery, request);
    const stored = access.state.backends.get(backend.name);
    const { key } = backend;
    const found = key?.look();
    if (key) requireOther(backend, key, found, { fingerprint: stored?.fingerprint, revoked: stored?.revokedAt, force });
    const checked = key !== undefined && found !== undefined && check === "true";
    if (checked) await prove(backend.name, key, found);
    const same = found !== undefined && fingerprintOf(found) === stored?.fingerprint;
    await administer(access, () =>
      access.change(doing(request, { checked, ...(same ? { force: true } : {}) }), (changing) =>
        rotateBackend(changing, backend.name, same),
      ),
    );
    if (found !== undefined) key?.use(found);
    return { ...stateOf(backend), checked };
  });
}

function backendOf(router: HybridRouter, name: string): Backend {
  const backend = router.backend(name);
  if (backend?.provider) return backend;
  const there = backendNames.filter((one) => router.backend(one)?.provider);
  throw notThere(`backend ${JSON.stringify(name.slice(0, 40))}`, `There are: ${there.join(", ") || "none"}.`);
}

/** @throws RouterError conflict where there is no new key to rotate to */
function requireOther(
  { name }: Backend,
  key: BackendKey,
  found: string | undefined,
  { fingerprint, revoked, force }: { fingerprint: string | undefined; revoked: number | undefined; force: string },
): void {
  const anew = key.fixed ? `${key.remedy} and start the router anew with it` : key.remedy;
  if (found === undefined) throw new RouterError("conflict", `${name} has no key: ${anew}.`);
  if (fingerprint !== undefined && fingerprintOf(found) === fingerprint && force !== "true") {
    const message = `The key of ${name} is still the one that was revoked. With the new one: ${anew}, then rotate again. Where it was a false alarm add ?force=true.`;
    throw new RouterError("conflict", message);
  }
  if (key.fixed && revoked === undefined) {
    const message = `The key of ${name} comes from the environment, which is fixed while a process runs: ${anew}; a supervised router is exchanged without dropping a request. To rotate keys while it runs keep them in a file (backends.${name}.apiKey: {file: ...}).`;
    throw new RouterError("conflict", message);
  }
}

/** @throws RouterError where the provider refuses the key, or can't be asked */
async function prove(name: string, key: BackendKey, candidate: string): Promise<void> {
  const ending = new Canceller();
  const timer = setTimeout(() => ending.abort(new UpstreamFailure(`no answer within ${proveMs} ms`)), proveMs);
  try {
    await key.prove(candidate, ending);
  } catch (error) {
    const { message, consequence, status } = failureOfError(error);
    if (consequence === "alert" || status === 400) {
      key.refuse(candidate);
      throw new RouterError("conflict", `${name} refuses the new key (${message}); the old one stays.`);
    }
    const unasked = `${name} can't be asked whether it takes the new key (${message}); the old one stays. Ask again, or add ?check=false.`;
    throw new RouterError("unavailable", unasked);
  } finally {
    clearTimeout(timer);
  }
}
