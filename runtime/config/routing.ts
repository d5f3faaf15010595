import { z } from "zod";
import { milliseconds, modelAddress } from "./names.ts";

export const RetryConfig = z
  .strictObject({
    max: z.int().min(0).max(10).default(2).meta({ description: "Further attempts at the same target." }),
    baseMs: milliseconds.default(250).meta({
      description: "Full jitter: the wait before retry n is random between 0 and min(capMs, baseMs * 2^n).",
    }),
    capMs: milliseconds.default(5_000),
    maxRetryAfterMs: milliseconds.default(5_000).meta({
      description:
        "A provider that asks for a longer pause (Retry-After) is left alone for it; the next target answers.",
    }),
    budgetPercent: z.int().min(0).max(100).default(20).meta({
      description:
        "Retries per backend as a share of its requests of the last 10 seconds, so that retries never storm.",
    }),
    budgetMinimum: z.int().min(0).max(10_000).default(10).meta({
      description: "So many retries in 10 seconds are always allowed.",
    }),
  })
  .prefault({})
  .meta({ description: "Retries at the same target, before the next one is asked." });
export type RetryConfig = z.infer<typeof RetryConfig>;

export const BreakerConfig = z
  .strictObject({
    failureThreshold: z.int().min(1).max(1_000).default(3).meta({
      description: "Failures in a row that open it. CIRCUIT_BREAKER_FAILURE_THRESHOLD.",
    }),
    recoveryMs: milliseconds.default(60_000).meta({
      description: "How long it stays open before one request may try. CIRCUIT_BREAKER_RECOVERY_TIMEOUT, in seconds.",
    }),
  })
  .prefault({})
  .meta({ description: "The circuit breaker of each model of each backend." });
export type BreakerConfig = z.infer<typeof BreakerConfig>;

export const PredictiveConfig = z
  .strictObject({
    enabled: z.boolean().default(true),
    measure: z.enum(["first_token", "full_response"]).default("first_token").meta({
      description: "full_response is the literal rule; whole answers of large models are always slower than 500 ms.",
    }),
    window: z.int().min(1).max(1_000).default(10).meta({ description: "The last so many response times per model." }),
    thresholdMs: milliseconds.default(500).meta({ description: "A longer average switches before anything fails." }),
    recoverBelowMs: milliseconds.default(400).meta({ description: "A shorter average of new samples switches back." }),
    sampleEveryMs: milliseconds.default(10_000).meta({
      description: "While switched away one request in this time still goes to the slow model, to see how it is.",
    }),
    switchTo: modelAddress.default("claude/claude-haiku-4-5").meta({
      description: "The smaller, faster model; where its backend can't be used nothing is switched.",
    }),
  })
  .prefault({})
  .meta({ description: "Leaves a model that gets slow before it fails. Models asked for by their full name stay." });
export type PredictiveConfig = z.infer<typeof PredictiveConfig>;

export const arbitrageTiers = ["small", "medium", "large"] as const;
export type ArbitrageTier = (typeof arbitrageTiers)[number];

export const ArbitrageConfig = z
  .strictObject({
    strategy: z.enum(["estimator", "thresholds", "chain"]).default("estimator").meta({
      description:
        "What auto means. estimator: complexity of the prompt, offline. thresholds: under 100 characters small, contains analyze large, else medium. chain: failoverChain in order.",
    }),
    tiers: z
      .strictObject({
        small: modelAddress.default("local/llama3:8b"),
        medium: modelAddress.default("openai/gpt-5.4-mini"),
        large: modelAddress.default("openai/gpt-5.4"),
      })
      .prefault({})
      .meta({ description: "The model of each tier; one whose backend can't be used gives way to the next larger." }),
  })
  .prefault({})
  .meta({ description: "How a request for the model auto finds the cheapest model that is good enough." });
export type ArbitrageConfig = z.infer<typeof ArbitrageConfig>;
