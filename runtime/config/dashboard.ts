import { z } from "zod";

export const DashboardConfig = z
  .strictObject({
    enabled: z.boolean().default(true),
    viewers: z.int().min(1).max(1_000).default(20).meta({ description: "Pages that are open at the same time." }),
    sessionHours: z.number().min(0.01).max(168).default(12).meta({ description: "After this one signs in again." }),
  })
  .prefault({})
  .meta({ description: "The page at /dashboard; one signs in with an admin key." });
export type DashboardConfig = z.infer<typeof DashboardConfig>;
