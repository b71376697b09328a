import fc from "fast-check";
import { expect, it } from "vitest";
import { controlKey } from "../history/control-key.ts";
import { evidenceFromRows, type Row } from "../history/evidence-from-rows.ts";
import type { PhaseSpan } from "../history/history.ts";
import { givenUp } from "../history/requests.ts";
import { hungRequests } from "./hung-requests.ts";

const policy = { name: "burst", limit: 10, windowMs: 1_000 };
const phase: PhaseSpan = { name: "burst", fromMs: 0, untilMs: 5_000, model: "open", role: "judged" };
const silent = (row: Row): Row => ({ ...row, receivedMs: Number.NaN, outcome: "lost", status: givenUp });
const hungOf = (rows: Row[], phases = [phase]): Row[] => {
  const isHung = hungRequests(evidenceFromRows({ policy, rows, phases }).history);
  return rows.filter((_, row) => isHung(row));
};

/** Two seconds of two gateways of two processes each, a control among ten, all answered within 10 ms. */
const traffic = Array.from({ length: 2_000 }, (_, i): Row & { readonly process: number } => ({
  sentMs: i,
  receivedMs: i + (i % 10),
  subject: i % 10 === (i >> 7) % 10 ? controlKey : "hot",
  outcome: i % 10 === (i >> 7) % 10 ? "control" : "allowed",
  replica: i % 2,
  process: (i >> 1) % 2,
}));

it("convicts nobody of what a gateway did not answer that stopped, or one process of it, at any time and for ever", () => {
  const stop = fc.record({ atMs: fc.integer({ min: -1, max: 2_001 }), replica: fc.nat({ max: 1 }) });
  fc.assert(
    fc.property(fc.array(stop, { maxLength: 2 }), fc.boolean(), (stops, isWhole) => {
      const rows = traffic.map((row) =>
        stops.some(
          ({ atMs, replica }) =>
            row.replica === replica && (isWhole || row.process === 1) && (row.receivedMs ?? 0) >= atMs,
        )
          ? silent(row)
          : row,
      );
      expect(hungOf(rows)).toEqual([]);
    }),
  );
});

it("finds what a limiter kept while its gateway answered controls, but for the last that it kept", () => {
  const isKept = ({ subject, sentMs }: Row) => subject === "hot" && sentMs % 4 === 0;
  const rows = traffic.map((row) => (isKept(row) ? silent(row) : row));
  const hung = hungOf(rows);
  expect(hung).toEqual(rows.filter((row) => isKept(row) && row.sentMs <= (hung.at(-1)?.sentMs ?? 0)));
  expect(hung.at(-1)?.sentMs).toBeGreaterThan(1_600);
  expect(hung.at(-1)?.sentMs).toBeLessThanOrEqual(1_750);
});

it("does not take for kept what lost its connection, nor what only later phases or other gateways could witness", () => {
  const only = (one: Partial<Row>, other: Partial<Row>) =>
    hungOf(
      [
        { ...silent({ sentMs: 0 }), phase: "burst", ...one },
        { sentMs: 900, receivedMs: 901, subject: controlKey, outcome: "control", phase: "burst", ...other },
      ],
      [phase, { ...phase, name: "next" }],
    ).length;
  expect(only({}, {})).toBe(1);
  expect(only({ status: 0 }, {})).toBe(0);
  expect(only({}, { phase: "next" })).toBe(0);
  expect(only({}, { replica: 1 })).toBe(0);
  expect(only({}, { sentMs: 200, receivedMs: 201 })).toBe(0);
});
