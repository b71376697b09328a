/**
 * How a request ended, as the column `outcome` codes it. The codes are part of the history's schema: append only.
 * - `blank`: the row was never used
 * - `allowed` 200, `denied` 429
 * - `unavailable`: 503 with `x-ratelimit-reason: unavailable`, refused because the limiter could not decide
 * - `error`: any other answer
 * - `lost`: sent, never answered; it may or may not have consumed
 * - `dropped`: scheduled, never sent; it consumed nothing
 * - `refused`: no connection could be made, so nothing was sent and nothing consumed
 * - `control`: asked the gateway's health, which no limiter guards, and was answered; no limiter is judged by it
 */
export const outcomeCode = {
  blank: 0,
  allowed: 1,
  denied: 2,
  unavailable: 3,
  error: 4,
  lost: 5,
  dropped: 6,
  control: 7,
  refused: 8,
} as const;
export type Outcome = keyof typeof outcomeCode;

/** The outcomes in order of their codes. */
export const outcomes: readonly Outcome[] = Object.keys(outcomeCode) as Outcome[];

/** Who decided, as the answer says it (`x-ratelimit-source`) and the column `source` codes it: append only. */
export const sourceCode = { unlabelled: 0, redis: 1, local: 2 } as const;
export type Source = keyof typeof sourceCode;

/** The sources in order of their codes. */
export const sources: readonly Source[] = Object.keys(sourceCode) as Source[];

/** `status` of a `lost` row that was still open when the client ceased to wait; any other lost its connection. */
export const givenUp = 1;

/** `status` of a `dropped` row that found no connection free, because they were waiting for answers. */
export const crowdedOut = 2;

/**
 * Whether the cost of a request is to be given back, as the column `refund` codes it: append only.
 * - `none`: it is charged for good
 * - `asked`: it said `x-refund: 1`; whether and when its cost was given back is not known
 * - `given`: besides, the answer said that it had been given back (`x-ratelimit-refund: given`)
 */
export const refundCode = { none: 0, asked: 1, given: 2 } as const;
export type Refund = keyof typeof refundCode;

/** The refunds in order of their codes. */
export const refunds: readonly Refund[] = Object.keys(refundCode) as Refund[];

/** `policy` of a row whose answer names no policy. */
export const noPolicy = 255;

/**
 * Every request of a run, one row each, in columns over shared memory. Instants are milliseconds of the one
 * monotonic clock (`monotonicMs`). A row is complete once its `outcome` is no longer 0: the writer stores it
 * last, with `Atomics.store`.
 */
export interface Requests {
  readonly count: number;
  /** When the schedule wanted it sent. */
  readonly intendedMs: Float64Array;
  /** Stamped just before the write; NaN if never sent. */
  readonly sentMs: Float64Array;
  /** Stamped just after the answer was read; NaN if there was none. */
  readonly receivedMs: Float64Array;
  readonly outcome: Uint8Array;
  /** HTTP status; 0 if there was no answer, `givenUp` if the client ceased to wait for one. */
  readonly status: Uint16Array;
  /** `r` of the answer's RateLimit header; -1 if there was none. */
  readonly remaining: Int32Array;
  /** Retry-After in milliseconds; NaN if there was none. */
  readonly retryAfterMs: Float64Array;
  readonly source: Uint8Array;
  /** Index of the policy that the answer names as the denying one; `noPolicy` if none. */
  readonly policy: Uint8Array;
  readonly replica: Uint16Array;
  /** Index into the history's `subjects`. */
  readonly subject: Uint32Array;
  readonly cost: Uint32Array;
  /** Index into the history's `phases`. */
  readonly phase: Uint8Array;
  readonly refund: Uint8Array;
}

const columns = {
  intendedMs: Float64Array,
  sentMs: Float64Array,
  receivedMs: Float64Array,
  retryAfterMs: Float64Array,
  subject: Uint32Array,
  cost: Uint32Array,
  remaining: Int32Array,
  status: Uint16Array,
  replica: Uint16Array,
  outcome: Uint8Array,
  source: Uint8Array,
  policy: Uint8Array,
  phase: Uint8Array,
  refund: Uint8Array,
} as const;

type ColumnConstructor = new (memory: ArrayBufferLike, offset: number, count: number) => ArrayBufferView;

/** Bytes of shared memory that one request takes. */
export const bytesPerRequest: number = Object.values(columns).reduce(
  (sum, c) => sum + c.BYTES_PER_ELEMENT,
  0,
);

/** Blank rows for `count` requests, in one block of shared memory that a worker thread can write. */
export function allocateRequests(count: number): Requests {
  return requestsOver(new SharedArrayBuffer(bytesPerRequest * count), count);
}

/** The columns of `count` requests over `memory`, as `allocateRequests` laid them out: what a worker thread is given. */
export function requestsOver(memory: SharedArrayBuffer, count: number): Requests {
  let offset = 0;
  const column = <T>(name: keyof typeof columns): T => {
    const Column: ColumnConstructor = columns[name];
    const made = new Column(memory, offset, count);
    offset += made.byteLength;
    return made as T;
  };
  const requests: Requests = {
    count,
    intendedMs: column("intendedMs"),
    sentMs: column("sentMs"),
    receivedMs: column("receivedMs"),
    retryAfterMs: column("retryAfterMs"),
    subject: column("subject"),
    cost: column("cost"),
    remaining: column("remaining"),
    status: column("status"),
    replica: column("replica"),
    outcome: column("outcome"),
    source: column("source"),
    policy: column("policy"),
    phase: column("phase"),
    refund: column("refund"),
  };
  return requests;
}

/** The block under `requests`, to hand to a worker thread together with `count`. */
export function memoryOf(requests: Requests): SharedArrayBuffer {
  return requests.intendedMs.buffer as SharedArrayBuffer;
}
