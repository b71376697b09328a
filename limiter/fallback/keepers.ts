import type { Row } from "../algorithms/decide-script.ts";
import type { Policy } from "../policy.ts";
import type { Fallback } from "./fallback.ts";

/** What this process keeps of one policy under one set of limits. */
export interface Keeper {
  readonly fallback: Fallback;
  /** How Redis knows the limits. */
  readonly row: Row;
}

/** What this process keeps of one policy. */
export interface Keepers {
  /** Absent: the usual limits. Undefined if too many requests bring limits of their own. */
  readonly of: (row: Row | undefined) => Keeper | undefined;
  readonly all: () => Iterable<Keeper>;
  /** Keys that have a place. */
  readonly keys: () => number;
}

export interface KeepersOptions {
  readonly policy: Policy;
  readonly row: Row;
  readonly maxKeys: number;
  readonly policyOf: (row: Row) => Policy;
  /** A fallback in the phase in which all are. */
  readonly create: (policy: Policy, maxKeys: number) => Fallback;
}

/** Sets of limits of requests' own that are kept: plans are few. */
export const PLANS_AT_MOST = 20;

/**
 * A key is kept under each of the limits that it is asked about: what it admitted under others is not known there.
 * So a subject whose plan changes while Redis is away may have a share of both plans.
 */
export function keepers({ policy, row, maxKeys, policyOf, create }: KeepersOptions): Keepers {
  const usual: Keeper = { fallback: create(policy, maxKeys), row };
  const plans = new Map<string, Keeper>();
  const known = new WeakMap<Row, Keeper>([[row, usual]]);

  function plan(own: Row): Keeper | undefined {
    const id = own.join(" ");
    const found = plans.get(id);
    if (found === undefined && plans.size >= PLANS_AT_MOST) return undefined;
    const keeper = found ?? { fallback: create(policyOf(own), Math.ceil(maxKeys / 10)), row: own };
    plans.set(id, keeper);
    known.set(own, keeper);
    return keeper;
  }

  const ofPlans = () => [...plans.values()].reduce((sum, { fallback }) => sum + fallback.keys, 0);
  return {
    of: (own) => (own === undefined ? usual : (known.get(own) ?? plan(own))),
    all: () => [usual, ...plans.values()],
    keys: () => usual.fallback.keys + (plans.size === 0 ? 0 : ofPlans()),
  };
}
