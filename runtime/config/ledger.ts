import { z } from "zod";
import { milliseconds } from "./names.ts";
import { SecretSource } from "./secret-source.ts";

export const LedgerConfig = z
  .strictObject({
    database: SecretSource.default({ env: "DATABASE_URL" }).meta({
      description:
        "Where the address of PostgreSQL is found, straight or through PgBouncer: postgresql://user:password@host/name. Without one the router embeds its own.",
    }),
    replica: SecretSource.default({ env: "DATABASE_REPLICA_URL" }).meta({
      description: "Where the address of a replica is found that answers reports; the primary does where it is gone.",
    }),
    stack: z.string().min(1).max(200).optional().meta({
      description:
        "Whose rows these are, in reports and when budgets are read again; the router's name by default. Routers and versions of one budget share it.",
    }),
    connections: z.int().min(1).max(100).default(4).meta({ description: "At most, to each of the two." }),
    directory: z.string().min(1).optional().meta({
      description:
        "The folder of the embedded database and of the journal, on a disk of this machine. Without one both are in memory, and what no PostgreSQL has is gone with the router.",
    }),
    retentionMonths: z.int().min(1).max(240).default(25).meta({
      description: "Full months that are kept beside the one that has begun; older ones are dropped.",
    }),
    journal: z
      .strictObject({
        segmentBytes: z.int().min(4_096).max(1_073_741_824).default(4_194_304),
        maxBytes: z.int().min(65_536).default(1_073_741_824).meta({
          description: "While the database is away the journal grows to this; then nothing that costs is asked.",
        }),
        syncMs: milliseconds.default(50).meta({
          description: "At the latest after this what was written outlives a power cut. A killed router loses nothing.",
        }),
        memoryRecords: z.int().min(1).max(1_000_000).default(10_000).meta({
          description: "Records that wait in memory while the disk takes none; then nothing that costs is asked.",
        }),
      })
      .prefault({})
      .meta({ description: "What was begun and what it cost, on this machine, until the database has it." }),
    batch: z
      .strictObject({
        rows: z.int().min(1).max(5_000).default(500),
        intervalMs: milliseconds.default(250).meta({ description: "How long a row may wait for others." }),
      })
      .prefault({})
      .meta({ description: "Rows go to the database together." }),
  })
  .prefault({})
  .meta({ description: "What every attempt at a provider cost." });
export type LedgerConfig = z.infer<typeof LedgerConfig>;
