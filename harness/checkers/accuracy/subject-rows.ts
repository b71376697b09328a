import { kindCode, type Traces } from "../../history/traces.ts";
import { sortOrder } from "./sort-order.ts";

/** Bits of a row's role. */
export const roleBit = {
  allowed: 1,
  denied: 2,
  /** Consumed its cost or nothing. */
  ambiguous: 4,
  /** Scheduled by a judged phase: only such rows are blamed; the others still consume. */
  judged: 8,
} as const;

/** Roles that may have consumed. */
export const consuming: number = roleBit.allowed | roleBit.ambiguous;

/** What accuracy found out about a row, as bits of a mark. */
export const markBit = {
  /** Left out by a set of admissions that fits the window under every order of events: `atMost` of the excess. */
  leftOut: 1,
  /** Left out when every decision falls into the middle of its interval. */
  leftOutAtMiddle: 2,
  /** Denied, though the window had room under every order of events. */
  insertable: 4,
  /** Denied, though the window had room when every decision falls into the middle of its interval. */
  insertableAtMiddle: 8,
} as const;

/**
 * The rows of one subject in order of `sentMs`, and room to work in. One object serves all subjects in turn:
 * `loadSubject` fills it, entries from `count` on are left over from an earlier subject.
 */
export interface SubjectRows {
  count: number;
  /** What judged allowed, denied and consuming (allowed or ambiguous) rows cost. */
  allowedCost: number;
  deniedCost: number;
  consumingCost: number;
  /** `sentMs` of the first judged row; Infinity if there is none. */
  firstJudgedMs: number;
  readonly sentMs: Float64Array;
  readonly untilMs: Float64Array;
  readonly cost: Uint32Array;
  readonly role: Uint8Array;
  /** Row of the history's requests. */
  readonly row: Uint32Array;
  /** The `finite` rows whose `untilMs` is finite, in its order. */
  finite: number;
  readonly byUntil: Uint32Array;
  readonly spareOrder: Uint32Array;
  readonly spareTargets: Uint32Array;
  readonly spareNumbers: readonly [Float64Array, Float64Array, Float64Array];
  readonly spareFlags: Uint8Array;
  /** Where each sweep of `certainSpans` stands. */
  readonly sweeps: SpanSweeps;
}

/** One entry a sweep over spans of one length. */
export interface SpanSweeps {
  /** Entries of `byUntil` that ended before the span does. */
  readonly entered: Uint32Array;
  /** The first row that was sent after everything in the span had ended. */
  readonly after: Uint32Array;
  readonly lastMs: Float64Array;
  /** Cost of the judged admissions that are certainly in the span. */
  readonly judgedCost: Float64Array;
}

/** How many lengths of span `certainSpans` tries. */
export const spanLengths = 3;

/** Room for subjects of up to `most` rows. */
export function allocateSubjectRows(most: number): SubjectRows {
  return {
    count: 0,
    allowedCost: 0,
    deniedCost: 0,
    consumingCost: 0,
    firstJudgedMs: Number.POSITIVE_INFINITY,
    sentMs: new Float64Array(most),
    untilMs: new Float64Array(most),
    cost: new Uint32Array(most),
    role: new Uint8Array(most),
    row: new Uint32Array(most),
    finite: 0,
    byUntil: new Uint32Array(most),
    spareOrder: new Uint32Array(most),
    spareTargets: new Uint32Array(most),
    spareNumbers: [new Float64Array(most + 1), new Float64Array(most + 1), new Float64Array(most + 1)],
    spareFlags: new Uint8Array(most),
    sweeps: {
      entered: new Uint32Array(spanLengths),
      after: new Uint32Array(spanLengths),
      lastMs: new Float64Array(spanLengths),
      judgedCost: new Float64Array(spanLengths),
    },
  };
}

const roleOfKind = new Uint8Array(8);
roleOfKind[kindCode.allowed] = roleBit.allowed;
roleOfKind[kindCode.denied] = roleBit.denied;
roleOfKind[kindCode.ambiguous] = roleBit.ambiguous;

/** Fills `rows` with group `group`; `judgedPhase[phase]` is 1 for phases whose requests are blamed. */
export function loadSubject(rows: SubjectRows, traces: Traces, group: number, judgedPhase: Uint8Array): void {
  const from = traces.starts[group] ?? 0;
  const count = (traces.starts[group + 1] ?? from) - from;
  let finite = 0;
  rows.count = count;
  rows.allowedCost = 0;
  rows.deniedCost = 0;
  rows.consumingCost = 0;
  rows.firstJudgedMs = Number.POSITIVE_INFINITY;
  for (let i = 0; i < count; i++) {
    const at = from + i;
    const sent = traces.sentMs[at] ?? 0;
    const until = traces.untilMs[at] ?? 0;
    const cost = traces.cost[at] ?? 0;
    const role = roleOfKind[traces.kind[at] ?? 0] ?? 0;
    const judged = judgedPhase[traces.phase[at] ?? 0] === 1;
    rows.sentMs[i] = sent;
    rows.untilMs[i] = until;
    rows.cost[i] = cost;
    rows.role[i] = judged ? role | roleBit.judged : role;
    rows.row[i] = traces.row[at] ?? 0;
    if (until < Number.POSITIVE_INFINITY) rows.byUntil[finite++] = i;
    if (!judged) continue;
    if (sent < rows.firstJudgedMs) rows.firstJudgedMs = sent;
    if (role === roleBit.allowed) rows.allowedCost += cost;
    if (role === roleBit.denied) rows.deniedCost += cost;
    else rows.consumingCost += cost;
  }
  rows.finite = finite;
  sortOrder(rows.byUntil, finite, rows.untilMs, rows.spareOrder);
}
