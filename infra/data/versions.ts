import type { ChartVersion, ImageVersion } from "../versions.ts";

/**
 * Stores, as `infra/versions.ts` has the rest: digests of multi-architecture indexes, read in public repositories that pin
 * these images, two of them or more where nothing else is said.
 */
export const dataImages = {
  postgres: {
    repository: "ghcr.io/cloudnative-pg/postgresql",
    tag: "18.4",
    digest: "sha256:6138f19539304b585c6cafd1af82ca407f184139459a8e06f0880df4556d3588",
  },
  pgbouncer: {
    repository: "ghcr.io/cloudnative-pg/pgbouncer",
    tag: "1.25.1",
    digest: "sha256:e6ddfe22d845e603825e235dd8334b21ecd125abea2a2172478f556b8dee2bb8",
  },
  valkey: {
    repository: "docker.io/valkey/valkey",
    tag: "9.1.1",
    digest: "sha256:70739f85ad2ee01a726a965584a0f94895f01b0c60b3cc8b0aeef11eaa6888cf",
  },
  redis: {
    repository: "docker.io/library/redis",
    tag: "8.2.3-alpine",
    digest: "sha256:08ad0b1d280850169a790dba1393ff7a90aef951fc19632cf4d3ce4f78e679ba",
  },
  chroma: {
    repository: "docker.io/chromadb/chroma",
    tag: "1.5.9",
    digest: "sha256:1e0b73a187a28757c572acba508c46f48c9e8b0acaf5c20e6d95cdedce1acdf6",
  },
  awsCli: {
    repository: "docker.io/amazon/aws-cli",
    tag: "2.27.50",
    digest: "sha256:48c3d4212e2f5b0e24bdc6af7708f9412ce65425a79575e0f78b8f8c0dcd70ab",
  },
} as const satisfies Readonly<Record<string, ImageVersion>>;

const repository = "https://cloudnative-pg.github.io/charts";

export const dataCharts = {
  operator: {
    name: "cloudnative-pg",
    repository,
    version: "0.29.0",
    images: {
      operator: {
        repository: "ghcr.io/cloudnative-pg/cloudnative-pg",
        tag: "1.30.0",
        digest: "sha256:a2701eb97cdd2a34b1fdb2cb51987f544b706e40bec72ae7146cd8580efefebb",
      },
    },
  },
  backups: {
    name: "plugin-barman-cloud",
    repository,
    version: "0.7.0",
    images: {
      plugin: {
        repository: "ghcr.io/cloudnative-pg/plugin-barman-cloud",
        tag: "v0.13.0",
        digest: "sha256:71589dbac582333442812b07b31f7ea4d00324a8358aac7ca507dabf9f4b6c96",
      },
      sidecar: {
        repository: "ghcr.io/cloudnative-pg/plugin-barman-cloud-sidecar",
        tag: "v0.13.0",
        digest: "sha256:990361af3319f9e23aafa0f6d7981f99bf1f69b4e6a85cf1bc7d71d6f09bb288",
      },
    },
  },
} as const satisfies Readonly<Record<string, ChartVersion>>;

/** What AWS runs, with the family of its parameters. */
export const managedEngines = {
  rds: { engine: "postgres", version: "17.5", family: "postgres17", instanceClass: "db.m7g.large" },
  aurora: {
    engine: "aurora-postgresql",
    version: "17.5",
    family: "aurora-postgresql17",
    instanceClass: "db.r7g.large",
  },
  elasticache: { engine: "valkey", version: "8.1", family: "valkey8" },
} as const;
