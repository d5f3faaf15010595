import {
  type Change,
  type Diff,
  type PlanContext,
  type PropertyMap,
  type PropertyValue,
  type ReadContext,
  reveal,
  UserError,
  unknown,
} from "../../provider/index.ts";
import { withoutWriteOnly } from "./key-argument.ts";

/*
 * What certificates of both kinds have in common: they are replaced for every change but that of `earlyRenewalHours`,
 * and when their time to be renewed has come.
 */

export interface ValidityInputs {
  readonly validityPeriodHours: number;
  readonly earlyRenewalHours?: number | undefined;
}

export interface ValidityState {
  readonly earlyRenewalHours: number;
  /** RFC 3339, whole seconds, UTC. */
  readonly validityStartTime: string;
  readonly validityEndTime: string;
  readonly readyForRenewal: boolean;
}

/** Kept in the state only, as by the official provider: its stacks and ours then compare equal. */
export const commonDefaults = { earlyRenewalHours: 0, isCaCertificate: false, setSubjectKeyId: false } as const;

const hour = 3_600_000;

export interface Period {
  readonly notBefore: Date;
  readonly notAfter: Date;
}

export function periodFromNow({ validityPeriodHours }: ValidityInputs): Period {
  const notBefore = new Date(Math.floor(Date.now() / 1000) * 1000);
  return { notBefore, notAfter: new Date(notBefore.getTime() + validityPeriodHours * hour) };
}

export function validityState({ notBefore, notAfter }: Period, earlyRenewalHours: number): ValidityState {
  const timestamp = (date: Date): string => date.toISOString().replace(".000Z", "Z");
  const validityEndTime = timestamp(notAfter);
  return {
    earlyRenewalHours,
    validityStartTime: timestamp(notBefore),
    validityEndTime,
    readyForRenewal: isReadyForRenewal(validityEndTime, earlyRenewalHours),
  };
}

/** Whether the certificate has expired, or will within so many hours. */
export function isReadyForRenewal(validityEndTime: unknown, earlyRenewalHours: unknown): boolean {
  const end = typeof validityEndTime === "string" ? Date.parse(validityEndTime) : Number.NaN;
  const early = typeof earlyRenewalHours === "number" ? earlyRenewalHours : 0;
  return Date.now() >= end - early * hour;
}

/** What a resource type of certificates adds to these rules. */
export interface CertificateKind {
  /** The name of the private key argument. */
  readonly key: string;
  /** Outputs beside the common ones. */
  readonly computed: readonly string[];
  readonly defaults: PropertyMap;
}

/** The parts of a resource type that both kinds of certificates share. */
export function certificateRules<State extends ValidityState>({ key, computed, defaults }: CertificateKind) {
  const unknowns = Object.fromEntries(
    [...computed, "certPem", "validityStartTime", "validityEndTime"].map((name) => [name, unknown]),
  );
  return {
    secretOutputs: [key],
    replaceOn: { allExcept: ["earlyRenewalHours"] },
    ignore: [`${key}Wo`],
    defaults,
    diff,
    planned(given: PropertyMap, { state }: PlanContext): PropertyMap {
      const inputs = { ...defaults, ...withoutWriteOnly(given, key) };
      return { ...(state ?? unknowns), ...inputs, readyForRenewal: plannedReadiness(inputs) };
    },
    async update(_id: string, inputs: ValidityInputs, { state }: { readonly state: State }): Promise<State> {
      const earlyRenewalHours = inputs.earlyRenewalHours ?? commonDefaults.earlyRenewalHours;
      const readyForRenewal = isReadyForRenewal(state.validityEndTime, earlyRenewalHours);
      return { ...state, earlyRenewalHours, readyForRenewal };
    },
    async read(
      id: string,
      state: Partial<State>,
      _inputs: object,
      context: ReadContext,
    ): Promise<{ id: string; state: State } | undefined> {
      if (state.validityEndTime === undefined) {
        throw new UserError(`${context.type} can't be imported: its private key is nowhere but in a state`);
      }
      const readyForRenewal = isReadyForRenewal(state.validityEndTime, state.earlyRenewalHours);
      return { id, state: { ...(state as State), readyForRenewal } };
    },
  };
}

/** To the changes of inputs comes the one that time makes. */
function diff({ oldState, newInputs, structural }: Change): Diff {
  const early = newInputs.earlyRenewalHours ?? commonDefaults.earlyRenewalHours;
  if (!isReadyForRenewal(oldState.validityEndTime, early)) return structural;
  return { changes: [...structural.changes, { path: "readyForRenewal", kind: "update", replace: true, input: false }] };
}

/** A certificate can be born ready for its renewal. */
function plannedReadiness(inputs: PropertyMap): PropertyValue {
  const [period, early] = [reveal(inputs.validityPeriodHours ?? unknown), reveal(inputs.earlyRenewalHours ?? 0)];
  return typeof period === "number" && typeof early === "number" ? early >= period : unknown;
}
