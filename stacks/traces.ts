import debuggable from "@pulumi/pulumi/runtime/debuggable.js";

// What the SDK does for whoever debugs the SDK took half of a large preview. It is left out unless it was asked for
// (PULUMI_DEBUG_PROMISE_LEAKS): imported for its effect, before anything is composed.

// It has every stack trace mapped back through source maps, and takes several for each resource. Node takes types out in
// place: positions are right as they are.
Reflect.deleteProperty(Error, "prepareStackTrace");

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
