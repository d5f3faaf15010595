import { z } from "zod";
import { issueKey } from "../../runtime/config/index.ts";
import type { ResourceType } from "../provider/index.ts";

const inputs = z.strictObject({
  tenant: z.string().optional(),
  role: z.string().optional(),
  generation: z.int().min(1).default(1),
});

type Inputs = z.infer<typeof inputs>;

interface State extends Inputs {
  readonly keyId: string;
  readonly key: string;
  readonly sha256: string;
}

/** A key of the router; `generation` makes a new one, the other arguments are notes. */
export const apiKey: ResourceType<Inputs, State> = {
  inputs,
  replaceOn: ["generation"],
  computed: ["keyId", "key", "sha256"],
  stable: ["keyId", "key", "sha256"],
  secretOutputs: ["key"],
  async create(given) {
    const { id, key, sha256 } = issueKey();
    return { id, state: { ...given, keyId: id, key, sha256 } };
  },
  async update(_id, given, { state: { keyId, key, sha256 } }) {
    return { ...given, keyId, key, sha256 };
  },
};
