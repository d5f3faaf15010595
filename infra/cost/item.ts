import type { Figure } from "./prices/index.ts";
import type { Range } from "./range.ts";

/** One thing that is billed, with all that its price was computed from. */
export interface CostItem {
  /** `aws:ec2/natGateway:NatGateway nat-a`, or the component whose manifest says it. */
  readonly resource: string;
  readonly capability: string;
  readonly region: string;
  readonly what: string;
  /** The figure's id. */
  readonly price: string;
  readonly figure: Figure;
  /** In the figure's unit. */
  readonly quantity: Range;
  /** US dollars. */
  readonly monthly: Range;
  /** Whether a registration says so, or a manifest alone. */
  readonly origin: "resource" | "manifest" | "usage" | "chart";
}

/** What keeps an estimate from being whole. */
export interface Problem {
  readonly kind:
    | "unpriceable"
    | "undeclared-usage"
    | "undeclared-chart"
    | "manifest-too-small"
    | "manifest-invalid"
    | "llm-budget-missing";
  readonly resource: string;
  readonly capability: string;
  readonly region: string;
  readonly why: string;
}

export interface Estimate {
  readonly items: readonly CostItem[];
  /** US dollars a month, without what is in `problems`. */
  readonly total: Range;
  readonly problems: readonly Problem[];
  /** The day of the price table. */
  readonly tableBuilt: string;
}
