import { createHash } from "node:crypto";
import type { EngineEvent } from "@pulumi/pulumi/automation/index.js";
import { renderJson } from "../../runtime/config/index.ts";

/** One resource that a preview would change. */
export interface Change {
  readonly op: "create" | "update" | "replace" | "delete";
  readonly type: string;
  readonly name: string;
  /** The components that it is part of, outermost first, by their logical names. */
  readonly within: readonly string[];
}

/** What a policy said. */
export interface Finding {
  readonly policy: string;
  readonly mandatory: boolean;
  readonly resource: string;
  readonly message: string;
}

/** A resource as one checkout would have it: enough to see whether another one would have it otherwise. */
export interface Planned extends Omit<Change, "op"> {
  readonly urn: string;
  /** Of its inputs. */
  readonly hash: string;
}

/** What is read of a preview's events. */
export interface Changes {
  readonly changes: readonly Change[];
  readonly unchanged: number;
  readonly findings: readonly Finding[];
  /** What ended it, in the engine's words. */
  readonly errors: readonly string[];
  /** Everything that would be there afterwards. */
  readonly planned: readonly Planned[];
}

interface Registered {
  readonly type: string;
  readonly name: string;
  readonly parent: string | undefined;
  readonly hash: string;
}

const shown: Readonly<Record<string, Change["op"]>> = {
  create: "create",
  update: "update",
  replace: "replace",
  "create-replacement": "replace",
  "delete-replaced": "replace",
  delete: "delete",
};

/**
 * What changes from one checkout's plan to another's. A preview without the deployment's state shows everything as new; a
 * pull request asks what it changes.
 */
export function changesBetween(before: readonly Planned[], after: Changes): Changes {
  const was = new Map(before.map((each) => [each.urn, each]));
  const is = new Set(after.planned.map(({ urn }) => urn));
  const changed = after.planned.flatMap(({ urn, hash, ...resource }): Change[] => {
    const earlier = was.get(urn);
    if (earlier?.hash === hash) return [];
    return [{ ...resource, op: earlier === undefined ? "create" : "update" }];
  });
  const gone = before.flatMap(({ urn, hash: _, ...resource }): Change[] =>
    is.has(urn) ? [] : [{ ...resource, op: "delete" }],
  );
  const changes = [...changed, ...gone];
  return { ...after, changes, unchanged: after.planned.length - changed.length };
}

/** Takes down a preview's events; `result` says what they came to. */
export class ChangeReader {
  readonly #ops = new Map<string, Change["op"]>();
  readonly #registered = new Map<string, Registered>();
  readonly #findings = new Map<string, Finding>();
  readonly #errors = new Set<string>();
  #unchanged = 0;

  readonly read = (event: EngineEvent): void => {
    const { resourcePreEvent, policyEvent, diagnosticEvent } = event;
    if (resourcePreEvent) {
      const { op, urn, type, new: planned, old } = resourcePreEvent.metadata;
      this.#registered.set(urn, {
        type,
        name: nameOf(urn),
        parent: (planned ?? old)?.parent || undefined,
        hash: createHash("sha256")
          .update(renderJson(planned?.inputs ?? {}))
          .digest("hex")
          .slice(0, 16),
      });
      const change = shown[op];
      if (change) this.#ops.set(urn, change);
      else if (op === "same") this.#unchanged += 1;
    }
    if (policyEvent) {
      const { policyName, enforcementLevel, resourceUrn = "", message } = policyEvent;
      const text = plain(message);
      this.#findings.set(`${policyName} ${resourceUrn} ${text}`, {
        policy: policyName,
        mandatory: enforcementLevel === "mandatory",
        resource: nameOf(resourceUrn),
        message: text,
      });
    }
    if (diagnosticEvent?.severity === "error") this.#errors.add(plain(diagnosticEvent.message));
  };

  get result(): Changes {
    const shownOnes = [...this.#registered].filter(
      ([, { type }]) => type !== "pulumi:pulumi:Stack" && !type.startsWith("pulumi:providers:"),
    );
    const described = shownOnes.map(([urn, { type, name, parent, hash }]) => ({
      urn,
      type,
      name,
      within: this.#within(parent),
      hash,
    }));
    return {
      changes: described.flatMap(({ urn, hash: _, ...resource }) => {
        const op = this.#ops.get(urn);
        return op === undefined ? [] : [{ ...resource, op }];
      }),
      unchanged: this.#unchanged,
      findings: [...this.#findings.values()],
      errors: [...this.#errors].filter((text) => text !== "" && !/^preview failed$/.test(text)),
      planned: described.filter(({ urn }) => this.#ops.get(urn) !== "delete"),
    };
  }

  #within(parent: string | undefined): string[] {
    const names: string[] = [];
    for (let at = parent; at !== undefined; ) {
      const found = this.#registered.get(at);
      if (!found || found.type === "pulumi:pulumi:Stack") break;
      names.unshift(found.name);
      at = found.parent;
    }
    return names;
  }
}

const nameOf = (urn: string): string => urn.split("::").at(-1) ?? urn;

/** Without the engine's marks for colours. */
const plain = (text: string): string => text.replace(/<\{%[^%]*%\}>/g, "").trim();
