import { type Provider, UserError } from "../../provider/index.ts";
import { findSdk } from "../plan/index.ts";
import { parseToken } from "./kinds.ts";
import { objectType } from "./object.ts";
import { Session } from "./session.ts";
import { config, type Settings } from "./settings.ts";

/**
 * The offline `kubernetes` provider, for every kind of object, custom ones too: server-side apply, waiting, refresh and
 * import against a real cluster, manifests in a folder, and plans where there is neither. Not in it: Helm, Kustomize and
 * YAML (`helm.sh/*`, `kustomize/*`, `yaml/*`), client-side apply, functions.
 */
export function kubernetesProvider(): Provider<Settings> {
  const session = new Session();
  const { version } = findSdk("@pulumi/kubernetes");
  return {
    name: "kubernetes",
    version,
    offline: true,
    description: "applies to real clusters; charts (Helm, Kustomize) are only planned",
    resources: {
      "kubernetes:helm.sh/v3:Release": async () => (await import("./release.ts")).release(version),
    },
    fallback(token) {
      if (/^kubernetes:(helm\.sh|kustomize|yaml)\//.test(token)) {
        throw new UserError(
          `${token} needs the official kubernetes provider ${version}: this offline one opens no chart or YAML file; declare its objects, or a helm.sh/v3:Release, which is planned unopened`,
        );
      }
      const kind = parseToken(token);
      return kind === undefined ? undefined : objectType(kind, session);
    },
    config,
    configure: (settings, context) => session.configure(settings, context),
    replaceOnConfig: ["clusterIdentifier", "renderYamlToDirectory"],
  };
}
