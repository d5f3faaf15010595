import { isValues } from "../../infra/cost/index.ts";
import { containersOf, podOf, startsPods } from "../pack/pods.ts";
import { linkTo, type Policy } from "../pack/policy.ts";
import { isKind, listAt, texts } from "../pack/reading.ts";

const name = "no-plaintext-secret";

/** Texts that are secrets by their form. None of them is ever shown. */
const forms: readonly (readonly [what: string, form: RegExp])[] = [
  ["a private key", /-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----/],
  ["an AWS access key", /\b(?:AKIA|ASIA)[0-9A-Z]{16}\b/],
  ["a provider's API key", /\b(?:sk-[A-Za-z0-9_-]{20,}|AIza[0-9A-Za-z_-]{35})/],
  ["a token", /\b(?:ghp_[A-Za-z0-9]{36}|xox[abp]-[A-Za-z0-9-]{10,}|hvs\.[A-Za-z0-9_-]{20,})/],
  ["an API key of a router", /\bhl_[A-Za-z0-9]+_[A-Za-z0-9_-]{16,}/],
];
const secretName = /(?:^|_)(?:PASSWORD|SECRET|TOKEN|API_?KEY|PRIVATE_KEY)$/i;
/** Whose values are secrets of Pulumi, encrypted in the state. */
const keeps = (type: string): boolean => isKind("Secret")(type) || /^(?:tls|vault|machine|pulumi):/.test(type);

/** A secret in a plan is in its state, its logs and its pull request. */
export const noPlaintextSecret: Policy = {
  name,
  level: "mandatory",
  reason: "A secret in a plan is in its state, its logs and its pull request.",
  link: linkTo(name),
  fix: "refer to it by name: a Vault path, a Secret's key",
  check: {
    of: "resource",
    applies: (type) => !keeps(type),
    violations(resource) {
      const found = [...texts(resource.properties)].flatMap(([path, text]) =>
        forms.filter(([, form]) => form.test(text)).map(([what]) => `${path} holds ${what}`),
      );
      const pod = startsPods(resource.type) ? podOf(resource) : "none";
      const containers = typeof pod === "string" ? [] : containersOf(pod);
      const variables = (typeof containers === "string" ? [] : containers).flatMap(({ name: container, spec }) => {
        const list = listAt(spec, "env");
        return (list === "unknown" ? [] : list).flatMap((each) =>
          isValues(each) && typeof each.name === "string" && secretName.test(each.name) && each.value !== undefined
            ? [`the variable ${each.name} of ${container} has a value instead of a reference`]
            : [],
        );
      });
      return [...found, ...variables];
    },
  },
};
