import debuggable from "@pulumi/pulumi/runtime/debuggable.js";

// The SDK takes a stack trace for each of its promises, for whoever looks for one that never resolves: together with mapping
// them, half of a large preview. It is left out unless it was asked for (PULUMI_DEBUG_PROMISE_LEAKS). Imported for its effect.

/** As the SDK has it (runtime/debuggable.ts): remembers where a promise came from, for when it never resolves. */
type Remember = (promise: Promise<unknown>, context: string) => Promise<unknown>;

const { debugPromiseLeaks, debuggablePromise: remember } = debuggable as unknown as {
  readonly debugPromiseLeaks: boolean;
  readonly debuggablePromise: Remember;
};

/** Each property of each resource has four promises: its registration resolves them, and is itself remembered. */
const ofProperty = /^transfer(?:Property|IsStable|IsSecret|Deps)\(/;

const withoutTrace: Remember = (promise, context) => {
  if (ofProperty.test(context)) return promise;
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0;
  try {
    return remember(promise, context);
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
};

if (!debugPromiseLeaks) Object.assign(debuggable, { debuggablePromise: withoutTrace });
