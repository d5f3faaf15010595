import { z } from "zod";

const logins = /^authLogin/;

/** The provider's arguments; those that aren't named here are taken and have no effect. */
export const config = z
  .looseObject({
    address: z.string().optional(),
    token: z.string().optional(),
    namespace: z.string().optional(),
    caCertFile: z.string().optional(),
    tlsServerName: z.string().optional(),
    skipTlsVerify: z.boolean().optional(),
  })
  .superRefine((settings, context) => {
    for (const name of Object.keys(settings).filter((key) => logins.test(key))) {
      context.addIssue({
        code: "custom",
        path: [name],
        message: "this offline provider knows tokens alone: give a token, or use the official provider",
      });
    }
  });

export type Settings = z.infer<typeof config>;
