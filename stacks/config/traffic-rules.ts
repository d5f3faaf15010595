import { trafficCharts } from "../../infra/versions.ts";
import type { CloudStack } from "./kinds.ts";
import { type Conflict, inCluster, type Rule } from "./rule.ts";

/** Namespaces of the platform that drills may strike: what they hold is there more than once, or comes back. */
const strikable = ["router", "models", "data"];

/** What gateway, edge, mesh and drills can't be, as data. */
export const trafficRules: readonly Rule[] = [
  {
    name: "a cluster that was there has no load balancer of ours",
    check: (stack) => {
      if (stack.kind !== "cluster" && stack.kind !== "airgap") return [];
      const { gateway } = stack;
      if (gateway.kind !== "kong" || gateway.exposure === undefined || gateway.exposure === "cluster") return [];
      const fix = "remove it, and let what the site has lead to the Service ingress-gateway-proxy";
      return [{ path: ["gateway", "exposure"], allowed: "cluster without AWS", fix }];
    },
  },
  {
    name: "an edge leads to gateways in the internet",
    check: (stack) => {
      if (stack.kind !== "cloud" || stack.edge.kind === "none") return [];
      const { gateway } = stack;
      if (gateway.kind === "none") {
        return [{ path: ["gateway", "kind"], allowed: "kong or aws-api-gateway behind an edge", fix: "choose one" }];
      }
      return gateway.kind === "kong" && gateway.exposure !== "internet"
        ? [{ path: ["gateway", "exposure"], allowed: "internet behind an edge", fix: "set it to internet" }]
        : [];
    },
  },
  {
    name: "an edge answers for the gateway's name, in its own zone",
    check: (stack) => {
      if (stack.kind !== "cloud" || stack.edge.kind === "none") return [];
      return [...foreignName(stack), ...outsideOfZone(stack)];
    },
  },
  {
    name: "an accelerator leads to load balancers",
    check: (stack) =>
      stack.kind === "cloud" && stack.edge.kind === "global-accelerator" && stack.gateway.kind === "aws-api-gateway"
        ? [
            {
              path: ["edge", "kind"],
              allowed: "cloudflare or route53 before an API gateway",
              fix: "choose one of these, or kong as the gateway",
            },
          ]
        : [],
  },
  {
    name: "an API gateway has a certificate in each region",
    check: (stack) => {
      if (stack.kind !== "cloud" || stack.gateway.kind !== "aws-api-gateway") return [];
      const { certificateArns } = stack.gateway;
      return stack.regions.flatMap(({ name }) =>
        certificateArns[name]?.split(":")[3] === name
          ? []
          : [
              {
                path: ["gateway", "certificateArns", name],
                allowed: `the ARN of a certificate in ${name}`,
                fix: "add it: ACM's certificates are of one region",
              },
            ],
      );
    },
  },
  {
    name: "an API gateway's load balancer can speak to the router",
    check: inCluster(({ gateway, mesh, router }) => {
      if (gateway.kind !== "aws-api-gateway") return [];
      return [
        ...(mesh.kind === "istio" && mesh.waypoints
          ? [
              {
                path: ["mesh", "waypoints"],
                allowed: "false behind an API gateway, whose load balancer speaks TLS to the router itself",
                fix: "set it to false, or choose kong",
              },
            ]
          : []),
        ...(router.clientCertificate === "required"
          ? [
              {
                path: ["router", "clientCertificate"],
                allowed: "none or optional behind an API gateway, whose load balancer shows no certificate",
                fix: "change it, or choose kong",
              },
            ]
          : []),
      ];
    }),
  },
  {
    name: "waypoints have an image",
    check: inCluster(({ mesh }) =>
      mesh.kind === "istio" && mesh.waypoints && mesh.proxyDigest === undefined
        ? [
            {
              path: ["mesh", "proxyDigest"],
              allowed: `the digest of istio/proxyv2 ${trafficCharts.istiod.version} where there are waypoints`,
              fix: "add it, or remove waypoints",
            },
          ]
        : [],
    ),
  },
  {
    name: "drills strike what comes back",
    check: inCluster(({ chaos }) =>
      chaos.namespaces.flatMap((namespace, index) =>
        strikable.includes(namespace)
          ? []
          : [
              {
                path: ["chaos", "namespaces", index],
                allowed: `one of ${strikable.join(", ")}`,
                fix: "remove it: a drill there would not come back by itself",
              },
            ],
      ),
    ),
  },
];

function foreignName({ gateway, edge }: CloudStack): Conflict[] {
  if (edge.kind === "none" || gateway.kind === "none" || edge.hostname === gateway.hostname) return [];
  return [
    {
      path: ["edge", "hostname"],
      allowed: `the gateway's hostname (${gateway.hostname}): certificates and routes are for it`,
      fix: "make them the same",
    },
  ];
}

function outsideOfZone({ edge }: CloudStack): Conflict[] {
  if (edge.kind !== "cloudflare" && edge.kind !== "route53") return [];
  const { hostname, zone } = edge;
  if (hostname === zone || hostname.endsWith(`.${zone}`)) return [];
  return [{ path: ["edge", "zone"], allowed: `a zone that holds ${hostname}`, fix: "change the zone or the hostname" }];
}
