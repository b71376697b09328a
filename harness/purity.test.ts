import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterEach, beforeAll, describe, expect, it } from "vitest";
import { guiltyRun, inconclusiveRun, sampleRun } from "../reports/sample-run.ts";
import { scenario } from "../scenarios/burst.ts";
import { evidenceOf } from "./history/evidence-of.ts";
import { compileSchedule } from "./load/schedule.ts";
import { packageRoot } from "./package-root.ts";
import { judgeRun } from "./run/judge-run.ts";

/** Folders whose functions take a seed or a history and give a value: no clock, no chance, no socket. */
const pureFolders = ["harness/load", "harness/promises", "harness/checkers", "harness/verdict"];

/** What nobody pure may touch; replaced by something that throws. */
const forbidden = [
  "Date",
  "performance",
  "setTimeout",
  "setInterval",
  "setImmediate",
  "fetch",
  "queueMicrotask",
];

let restore: (() => void)[] = [];

function forbid(): void {
  const thrower = (name: string) =>
    new Proxy(() => {}, {
      get: () => {
        throw new Error(`${name} was touched`);
      },
      apply: () => {
        throw new Error(`${name} was called`);
      },
      construct: () => {
        throw new Error(`${name} was made`);
      },
    });
  const replace = (target: object, name: string): void => {
    const before = Object.getOwnPropertyDescriptor(target, name);
    if (before === undefined) return;
    Object.defineProperty(target, name, { value: thrower(name), configurable: true, writable: true });
    restore.push(() => Object.defineProperty(target, name, before));
  };
  for (const name of forbidden) replace(globalThis, name);
  replace(Math, "random");
  for (const name of ["hrtime", "nextTick"]) replace(process, name);
}

/** Runs `work` while everything forbidden throws. */
function purely<T>(work: () => T): T {
  forbid();
  try {
    return work();
  } finally {
    for (const undo of restore) undo();
    restore = [];
  }
}

afterEach(() => {
  for (const undo of restore) undo();
  restore = [];
});

describe("what is called pure", () => {
  beforeAll(async () => {
    for (const folder of pureFolders) {
      for (const file of await readdir(join(packageRoot, folder), { recursive: true })) {
        if (/\.ts$/.test(file) && !/\.test\.ts$/.test(file)) {
          await import(pathToFileURL(join(packageRoot, folder, file)).href);
        }
      }
    }
  });

  it("draws the whole schedule of a scenario from its seed alone", () => {
    const request = { ratePerSecond: 500, stretch: 1, replicas: 3, policies: scenario.policies };
    const draw = () => compileSchedule(scenario.phases(request) as never, { seed: 1, replicas: 3 });
    expect(purely(draw)).toEqual(draw());
  });

  it("judges a history from the history alone", () => {
    for (const { history } of [sampleRun(), guiltyRun(), inconclusiveRun()]) {
      const judge = () => judgeRun(history, scenario, []);
      expect(purely(judge)).toEqual(judge());
      expect(purely(() => evidenceOf(history))).toEqual(evidenceOf(history));
    }
  });
});
