import { controlPlane, customResourceDefinitions, otherVersions } from "../cluster/index.ts";
import { prepareWorkspace, terminalProgress } from "../engine/index.ts";
import { vault } from "../parts/index.ts";
import { runCommand } from "./command.ts";
import { hasPart } from "./part.ts";
import { runTests } from "./run-tests.ts";

const usage = `
npm run test:cluster [-- FILTER ...]

Tests against a real Kubernetes: its control plane (API server, controllers, etcd) is built once from its Go modules, into
the user's cache folder (on two cores it takes about six minutes), and runs on loopback. The definitions of the custom kinds
that the stacks use come from the modules of their systems; so does Vault's core (about three minutes). Where this machine
can't have them the tests are skipped, and with CI=true that is a failure. With filters, only the test files whose paths contain one.

  --help
`;

await runCommand({
  usage,
  options: {},
  async run(_, filters) {
    await prepareWorkspace(terminalProgress());
    for (const part of [customResourceDefinitions, vault, controlPlane]) {
      if (!(await hasPart(part, "tests against a cluster"))) return;
    }
    const others = otherVersions.map((text) => `  ${text}\n`).join("");
    process.stdout.write(`Custom kinds as other versions define them than the stacks install:\n${others}`);
    // One control plane at a time: two would have a core each.
    await runTests("Tests against a cluster", ["--project", "cluster", "--no-file-parallelism", ...filters]);
  },
});
