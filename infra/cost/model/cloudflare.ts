import { exactly } from "../range.ts";
import { all, free, type Rules } from "./rule.ts";

/** What the base price of a Cloudflare load balancer includes. */
const includedEndpoints = 2;

/** The edge at Cloudflare. Plans of an account are billed once, however many resources need them. */
export const cloudflareRules: Rules = {
  ...all(["cloudflare:index/workersScript:WorkersScript", "cloudflare:index/workerScript:WorkerScript"], {
    parts: () => [
      { what: "Workers plan", price: "workers.plan", quantity: exactly(1), region: "cloudflare", once: "workers.plan" },
    ],
    usage: () => [["workers.requests"], ["workers.cpu"]],
  }),
  "cloudflare:index/workersKvNamespace:WorkersKvNamespace": {
    parts: () => [],
    usage: () => [["kv.reads"], ["kv.writes"], ["kv.storage"]],
  },
  "cloudflare:index/loadBalancer:LoadBalancer": {
    parts: (inputs) => [
      { what: "load balancer", price: "lb.base", quantity: exactly(1), region: "cloudflare", once: "lb.base" },
      // Steering by latency, place or nearness is an option with a price; failover and random are not.
      ...(["off", "random"].includes(inputs.string("steeringPolicy", "off"))
        ? []
        : [
            {
              what: "traffic steering",
              price: "lb.steering",
              quantity: exactly(1),
              region: "cloudflare" as const,
              once: "lb.steering",
            },
          ]),
    ],
    usage: () => [["lb.queries"]],
  },
  "cloudflare:index/loadBalancerPool:LoadBalancerPool": {
    // The included endpoints are those of all pools together: see `includedOnce`.
    parts: (inputs) => [
      { what: "endpoints", price: "lb.endpoint", quantity: exactly(inputs.count("origins")), region: "cloudflare" },
    ],
  },
  "cloudflare:index/customOriginTrustStore:CustomOriginTrustStore": free(
    "part of Advanced Certificate Manager, a subscription of the zone, which has no price here",
  ),
  ...all(
    [
      "cloudflare:index/dnsRecord:DnsRecord",
      "cloudflare:index/loadBalancerMonitor:LoadBalancerMonitor",
      "cloudflare:index/record:Record",
      "cloudflare:index/ruleset:Ruleset",
      "cloudflare:index/workersCronTrigger:WorkersCronTrigger",
      "cloudflare:index/workersCustomDomain:WorkersCustomDomain",
      "cloudflare:index/workersKv:WorkersKv",
      "cloudflare:index/workersRoute:WorkersRoute",
      "cloudflare:index/workersScriptSubdomain:WorkersScriptSubdomain",
      "cloudflare:index/zone:Zone",
      "cloudflare:index/zoneSetting:ZoneSetting",
      "cloudflare:index/authenticatedOriginPulls:AuthenticatedOriginPulls",
    ],
    free("part of the free plan of a zone; a paid plan is a subscription, which has no price here"),
  ),
};

/** Units of a figure that are free once for the whole account. */
export const includedOnce: Readonly<Record<string, number>> = { "lb.endpoint": includedEndpoints };
