import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fetchMasterScript } from "../../../infra/data/aws-passwords-pod.ts";
import {
  endpointsOf,
  reloadScript,
  routerEnvironment,
  type StoreChoice,
  storeFlows,
  storeParties,
} from "../../../infra/data/index.ts";
import { pgbouncerIni } from "../../../infra/data/pgbouncer-settings.ts";
import { poolParameters, postgresCluster } from "../../../infra/data/postgres-spec.ts";
import { joinScript, redisConf, redisNames, startScript } from "../../../infra/data/redis-settings.ts";
import { mostMemoryGiB, nodeMemory, nodeTypeFor } from "../../../infra/elasticache-nodes.ts";
import { platformFlows } from "../../../infra/network-policy/index.ts";
import { valueOfOutput } from "../../support/pulumi-mocks.ts";

const choices = fc.record({
  postgres: fc.record({
    provider: fc.constantFrom("cloudnative-pg", "rds", "aurora"),
    readReplicas: fc.integer({ min: 0, max: 5 }),
  }),
  redis: fc
    .record({
      provider: fc.constantFrom("valkey", "redis", "elasticache"),
      shards: fc.constantFrom(1, 3, 4, 7),
      replicasPerShard: fc.integer({ min: 0, max: 2 }),
    })
    .map((redis) =>
      redis.shards === 1 && redis.provider !== "elasticache" ? { ...redis, replicasPerShard: 0 } : redis,
    ),
  chroma: fc.option(fc.constant({ storageGiB: 1 }), { nil: undefined }),
}) satisfies fc.Arbitrary<StoreChoice>;

const textOf = (value: pulumi.Input<string> | undefined): Promise<string> => valueOfOutput(pulumi.output(value ?? ""));

describe("where stores are found", () => {
  it("is one table: each address of the router is one that the network policy lets it reach", async () => {
    await fc.assert(
      fc.asyncProperty(choices, async (choice) => {
        const endpoints = endpointsOf(choice);
        const networks = { dataSubnets: [{ cidr: "10.0.1.0/24" }, { cidr: "10.0.2.0/24" }] };
        const flows = [
          ...platformFlows({
            airgapped: false,
            routerPort: 8443,
            gateway: false,
            ollama: false,
            triton: false,
            tritonReadsStore: false,
            vault: "cluster",
            observability: false,
            keda: false,
            ...storeParties(choice, networks),
          }),
          ...storeFlows(choice, networks),
        ].filter(({ from }) => "namespace" in from && from.namespace === "router");
        const environment = routerEnvironment(endpoints, { host: "redis.example.com", port: 6379 });
        const urls = await Promise.all(Object.values(environment).map(textOf));
        for (const url of urls.flatMap((addresses) => addresses.replace(/\{\{.*?\}\}/g, "secret").split(" "))) {
          const { hostname, port } = new URL(url);
          const inCluster = hostname.endsWith(".data.svc.cluster.local");
          const reached = flows.filter(({ to, ports }) => {
            const matches =
              typeof to === "object" && (inCluster ? "namespace" in to && to.namespace === "data" : "cidr" in to);
            return matches && ports.includes(Number(port));
          });
          expect([url, reached.length]).toEqual([url, inCluster ? 1 : networks.dataSubnets.length]);
        }
      }),
      { numRuns: 40 },
    );
  });

  it("says passwords as templates alone, and asks for a certificate that is checked", async () => {
    const choice: StoreChoice = {
      postgres: { provider: "aurora", readReplicas: 1 },
      redis: { provider: "elasticache", shards: 1, replicasPerShard: 1 },
      chroma: {},
    };
    const environment = routerEnvironment(endpointsOf(choice), pulumi.output({ host: "r.example.com", port: 6379 }));
    const password = '{{ get .Secrets "database" }}';
    const host = (kind: string) => `database-${kind}-pooler.data.svc.cluster.local`;
    expect(environment.DATABASE_URL).toBe(
      `postgresql://router:${password}@${host("rw")}:5432/hybrid_llm?sslmode=verify-full`,
    );
    expect(environment.DATABASE_REPLICA_URL).toContain(host("ro"));
    expect(environment.CHROMA_URL).toBe("http://chroma.data.svc.cluster.local:8000");
    // Twice: more than one address is what tells the router of a cluster.
    const url = 'rediss://router:{{ get .Secrets "redis" }}@r.example.com:6379';
    expect(await textOf(environment.REDIS_URL)).toBe(`${url} ${url}`);
  });

  it("has a name in the certificate of each server of Redis", () => {
    fc.assert(
      fc.property(choices, ({ postgres, redis }) => {
        const { nodes } = endpointsOf({ postgres, redis }).redis;
        if (nodes === "elasticache") return;
        const names = redisNames();
        for (const { host } of nodes) {
          expect(names.includes(host) || names.includes(host.replace(/^[^.]+/, "*"))).toBe(true);
        }
      }),
    );
  });

  it("has no address of ElastiCache before AWS has given one", () => {
    const choice: StoreChoice = {
      postgres: { provider: "rds", readReplicas: 0 },
      redis: { provider: "elasticache", shards: 1, replicasPerShard: 0 },
    };
    expect(() => routerEnvironment(endpointsOf(choice))).toThrow("ElastiCache's address: AWS names it");
  });
});

describe("PostgreSQL", () => {
  const settings = {
    image: "postgres@sha256:1",
    storageGiB: 20,
    resources: { cpu: "1", memory: "2Gi" },
    connections: 40,
    backups: true,
  };

  it("takes TLS alone, waits for a standby where two are there, and blocks no drain", () => {
    for (const instances of [1, 2, 3, 5]) {
      const spec = postgresCluster({ ...settings, instances });
      expect(spec.postgresql.pg_hba).toEqual(["hostnossl all all all reject"]);
      expect(spec.enablePDB).toBe(instances > 1);
      expect(spec.postgresql.synchronous !== undefined).toBe(instances > 2);
      expect(Number(spec.postgresql.parameters.max_connections)).toBeGreaterThan(settings.connections);
    }
    expect(postgresCluster({ ...settings, instances: 1, backups: false }).plugins).toBeUndefined();
  });

  it("is asked by a pooler that holds no more servers open than it may", () => {
    expect(poolParameters({ instances: 2, clientConnections: 1000, serverConnections: 20 })).toMatchObject({
      max_client_conn: "1000",
      default_pool_size: "20",
      max_db_connections: "20",
    });
  });

  it("has a PgBouncer that checks the database's certificate where it has its authority", () => {
    const of = (verified: boolean) =>
      pgbouncerIni({ hosts: ["a", "b"], verified, instances: 1, clientConnections: 10, serverConnections: 1 });
    expect(of(false)).toContain("hybrid_llm = host=a,b port=5432 dbname=hybrid_llm\n");
    expect(of(false)).toContain("server_tls_sslmode = require\n");
    expect(of(true)).toContain(
      "server_tls_sslmode = verify-full\nserver_tls_ca_file = /etc/pgbouncer/authority/ca.pem\n",
    );
    expect(of(true)).toContain("pool_mode = transaction\n");
  });

  it("refuses hosts that would be settings", () => {
    const of = (hosts: string[]) => () =>
      pgbouncerIni({ hosts, verified: false, instances: 1, clientConnections: 10, serverConnections: 1 });
    expect(of(["a\nadmin_users = b"])).toThrow("allowed is a host name");
    expect(of([])).toThrow("no host to lead to");
  });
});

describe("Redis", () => {
  it("never evicts, speaks TLS alone and writes to disk", () => {
    for (const cluster of [true, false]) {
      const lines = redisConf({ cluster, memoryGiB: 4 }).split("\n");
      expect(lines).toEqual(
        expect.arrayContaining(["port 0", "maxmemory-policy noeviction", "maxmemory 3072mb", "appendonly yes"]),
      );
      expect(lines.includes("cluster-enabled yes")).toBe(cluster);
    }
  });

  it("has its password in no argument", () => {
    const script = startScript("valkey", true);
    expect(script).not.toContain("--requirepass");
    expect(script.split("\n").at(-2)).toBe("exec valkey-server /tmp/redis.conf");
  });

  it("makes a cluster once, of all its pods", () => {
    const script = joinScript("redis", 6, 1);
    expect(script).toContain("cluster_known_nodes:6");
    expect(script.match(/redis-\d\.redis-pods\.data\.svc\.cluster\.local:6379/g)).toHaveLength(6);
    expect(script).toContain("--cluster-replicas 1 --cluster-yes");
  });

  it("has scripts that a shell can read", () => {
    for (const script of [
      startScript("valkey", true),
      joinScript("valkey", 3, 0),
      reloadScript("pgbouncer", ["/a", "/b"]),
    ]) {
      expect(() => execFileSync("/bin/sh", ["-n", "-c", script])).not.toThrow();
    }
    expect(() => reloadScript("a; b", [])).toThrow("allowed is a name without spaces");
  });
});

describe("nodes of ElastiCache", () => {
  it("hold what is asked for, and the next smaller would not", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: mostMemoryGiB }), (wanted) => {
        const memory = nodeMemory[nodeTypeFor(wanted)] ?? 0;
        expect(memory * 0.75).toBeGreaterThanOrEqual(wanted);
        const smaller = Object.values(nodeMemory).filter((other) => other < memory);
        for (const other of smaller) expect(other * 0.75).toBeLessThan(wanted);
      }),
    );
    expect(() => nodeTypeFor(mostMemoryGiB + 1)).toThrow("raise data.redis.shards");
  });
});

describe("AWS's secret of the master", () => {
  /** What AWS's command line would answer, and what the script makes of it. */
  function fetched(password: string): string {
    const folder = mkdtempSync(join(tmpdir(), "hybrid-llm-master-"));
    try {
      const secret = JSON.stringify({ username: "owner", password });
      writeFileSync(join(folder, "aws"), `#!/bin/sh\ncat <<'END'\n${secret}\nEND\n`, { mode: 0o755 });
      const script = fetchMasterScript.replaceAll("/run/passwords", folder);
      const env = { ...process.env, MASTER_SECRET_ARN: "arn", PATH: `${folder}:${process.env.PATH}` };
      execFileSync("/bin/sh", ["-c", script], { env, stdio: "pipe" });
      return readFileSync(join(folder, "master"), "utf8").replace(/\n$/, "");
    } finally {
      rmSync(folder, { recursive: true });
    }
  }

  it.each(["simple", 'quo"te', "back\\slash", "a$b`c'd!*&|;<>(){}[]~#%^+=,.:?", '\\"', "ends\\"])(
    "is read as it is: %s",
    (password) => {
      expect(fetched(password)).toBe(password);
    },
  );

  it("is missed where there is none", () => {
    expect(() => fetched("")).toThrow();
  });
});
