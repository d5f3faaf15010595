import { unknownValue } from "../../infra/cost/index.ts";
import { linkTo, type Policy } from "../pack/policy.ts";
import { at, isKind, shown } from "../pack/reading.ts";

const name = "rotation";

/** Twelve years: a root may live for ten, and is rotated before. */
const longestHours = 12 * 8766;
const isCertificate = isKind("Certificate");
const made = ["tls:index/selfSignedCert:SelfSignedCert", "tls:index/locallySignedCert:LocallySignedCert"];

/** A key or certificate that nobody renews fails on a day that nobody chose. */
export const rotation: Policy = {
  name,
  level: "mandatory",
  reason: "A key or certificate that nobody renews fails on a day that nobody chose.",
  link: linkTo(name),
  fix: "set a validity with a renewal before its end; raise pki.generation where one is due; set enableKeyRotation",
  check: {
    of: "resource",
    applies: (type) => made.includes(type) || type === "aws:kms/key:Key" || isCertificate(type),
    violations({ type, properties }) {
      if (type === "aws:kms/key:Key") {
        const symmetric = (properties.keyUsage ?? "ENCRYPT_DECRYPT") === "ENCRYPT_DECRYPT";
        const found = properties.enableKeyRotation;
        return !symmetric || found === true ? [] : [`enableKeyRotation is ${shown(found)}; true is allowed`];
      }
      if (isCertificate(type)) {
        const before = at(properties, "spec", "renewBefore") ?? at(properties, "spec", "renewBeforePercentage");
        return before === undefined || before === unknownValue ? [`spec.renewBefore is ${shown(before)}`] : [];
      }
      const [hours, early] = [properties.validityPeriodHours, properties.earlyRenewalHours];
      return [
        ...(typeof hours === "number" && hours <= longestHours ? [] : [`validityPeriodHours is ${shown(hours)}`]),
        ...(typeof early === "number" && early > 0 ? [] : [`earlyRenewalHours is ${shown(early)}`]),
        ...(properties.readyForRenewal === true ? ["it is due for renewal"] : []),
      ];
    },
  },
};
