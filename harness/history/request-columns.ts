import type { ColumnSource } from "hyparquet-writer";
import type { History } from "./history.ts";
import { noPolicy, outcomeCode, outcomes, type Requests, refunds, sources } from "./requests.ts";

type ColumnName = Exclude<keyof Requests, "count">;
type Cell = number | string | null;

/** How one column of the requests is written to a file, and read from it. */
interface FileColumn {
  readonly name: string;
  readonly type: "DOUBLE" | "INT32" | "STRING";
  readonly nullable: boolean;
  readonly write: (history: History, value: number) => Cell;
  readonly read: (history: History, cell: Cell) => number;
}

const instant = (name: string): FileColumn => ({
  name,
  type: "DOUBLE",
  nullable: true,
  // Exact in both directions: the origin is a whole number and both stand on the same binary grid.
  write: ({ run }, value) => (Number.isNaN(value) ? null : value - run.originMs),
  read: ({ run }, cell) => (cell === null ? Number.NaN : Number(cell) + run.originMs),
});

const integer = (name: string): FileColumn => ({
  name,
  type: "INT32",
  nullable: false,
  write: (_, value) => value,
  read: (_, cell) => Number(cell),
});

const integerOr = (name: string, absent: number): FileColumn => ({
  name,
  type: "INT32",
  nullable: true,
  write: (_, value) => (value === absent ? null : value),
  read: (_, cell) => (cell === null ? absent : Number(cell)),
});

const word = (name: string, words: (history: History) => readonly string[]): FileColumn => {
  let of: History | null = null;
  let codes = new Map<string, number>();
  return {
    name,
    type: "STRING",
    nullable: true,
    write: (history, value) => words(history)[value] ?? null,
    read: (history, cell) => {
      if (of !== history) codes = new Map(words(history).map((text, code) => [text, code]));
      of = history;
      if (cell === null) return noPolicy;
      return codes.get(String(cell)) ?? noPolicy;
    },
  };
};

const columns: Readonly<Record<ColumnName, FileColumn>> = {
  phase: word("phase", ({ phases }) => phases.map(({ name }) => name)),
  subject: word("subject", ({ subjects }) => subjects),
  cost: integer("cost"),
  replica: integer("replica"),
  intendedMs: instant("intended_ms"),
  sentMs: instant("sent_ms"),
  receivedMs: instant("received_ms"),
  outcome: word("outcome", () => outcomes),
  status: integerOr("status", 0),
  source: word("source", () => sources),
  policy: word("policy", ({ policies }) => policies.map(({ name }) => name)),
  remaining: integerOr("remaining", -1),
  refund: word("refund", () => refunds),
  retryAfterMs: {
    name: "retry_after_ms",
    type: "DOUBLE",
    nullable: true,
    write: (_, value) => (Number.isNaN(value) ? null : value),
    read: (_, cell) => (cell === null ? Number.NaN : Number(cell)),
  },
};

/** The columns of the file, by their names in it. */
export const fileColumnNames: readonly string[] = Object.values(columns).map(({ name }) => name);

/** Rows [from, until) as the file's columns. */
export function columnsOfRows(history: History, from: number, until: number): ColumnSource[] {
  return (Object.keys(columns) as ColumnName[]).map((key) => {
    const { name, type, nullable, write } = columns[key];
    const values = history.requests[key];
    const data = new Array<Cell>(until - from);
    for (let row = from; row < until; row++) data[row - from] = write(history, values[row] ?? 0);
    return { name, data, type, nullable };
  });
}

/** Puts one piece of the file's column `name` into the history's requests, from `rowStart` on. */
export function storeColumn(
  history: History,
  name: string,
  cells: ArrayLike<unknown>,
  rowStart: number,
): void {
  for (const key of Object.keys(columns) as ColumnName[]) {
    const column = columns[key];
    if (column.name !== name) continue;
    const into = history.requests[key];
    for (let i = 0; i < cells.length; i++)
      into[rowStart + i] = column.read(history, (cells[i] ?? null) as Cell);
  }
}

/** A copy of the rows that were used, without the blank ones that a stopped engine left. */
export function withoutBlanks(requests: Requests, allocate: (count: number) => Requests): Requests {
  let used = 0;
  for (let row = 0; row < requests.count; row++) if (requests.outcome[row] !== outcomeCode.blank) used++;
  if (used === requests.count) return requests;
  const kept = allocate(used);
  for (const key of Object.keys(columns) as ColumnName[]) {
    const into = kept[key];
    const out = requests[key];
    let to = 0;
    for (let row = 0; row < requests.count; row++) {
      if (requests.outcome[row] !== outcomeCode.blank) into[to++] = out[row] ?? 0;
    }
  }
  return kept;
}
