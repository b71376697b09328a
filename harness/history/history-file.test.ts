import { mkdtemp, readdir, readFile, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { History } from "./history.ts";
import { readHistory, writeHistory } from "./history-file.ts";
import { noPolicy } from "./requests.ts";
import { sampleHistory } from "./sample-history.ts";

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "gatecrash-history-"));
});
afterAll(() => rm(folder, { recursive: true }));

describe("a history file", () => {
  it("gives back every row and everything else, exactly", async () => {
    const path = join(folder, "history.parquet");
    const history = sampleHistory({ count: 3_000 });
    await writeHistory(path, history);
    expect(await readHistory(path)).toEqual(history);
  });

  it("gives back a run without requests", async () => {
    const path = join(folder, "empty.parquet");
    const history = sampleHistory({ count: 0 });
    await writeHistory(path, history);
    expect(await readHistory(path)).toEqual(history);
  });

  it("gives back what is rare: a policy called null beside rows that name none, and a horizon without end", async () => {
    const path = join(folder, "rare.parquet");
    const sample = sampleHistory({ count: 200 });
    const history: History = {
      ...sample,
      policies: [{ name: "null", limit: 10, windowMs: 500 }],
      promises: sample.promises.map((one) => ({ ...one, stateHorizonMs: Number.POSITIVE_INFINITY })),
    };
    history.requests.cost[0] = 2 ** 31 - 1;
    history.requests.policy[0] = noPolicy;
    history.requests.policy[1] = 0;
    await writeHistory(path, history);
    expect(await readHistory(path)).toEqual(history);
  });

  it("leaves nothing beside itself", async () => {
    expect((await readdir(folder)).filter((name) => name.includes("partial"))).toEqual([]);
  });

  it("is refused with one sentence at whatever byte it was cut off", async () => {
    const whole = join(folder, "whole.parquet");
    await writeHistory(whole, sampleHistory({ count: 200 }));
    const bytes = await readFile(whole);
    for (const share of [0, 0.2, 0.5, 0.9, 0.999]) {
      const cut = join(folder, "cut.parquet");
      await writeFile(cut, bytes);
      await truncate(cut, Math.floor(bytes.length * share));
      await expect(readHistory(cut)).rejects.toThrow(/cut off or damaged/);
    }
  });

  it("is refused when its metadata was garbled", async () => {
    const path = join(folder, "garbled.parquet");
    await writeHistory(path, sampleHistory({ count: 10 }));
    const bytes = await readFile(path);
    bytes.write("#", bytes.indexOf('"run":{') + 6);
    await writeFile(path, bytes);
    await expect(readHistory(path)).rejects.toThrow(/cut off or damaged/);
  });

  it("is refused when it is missing, foreign or of another version", async () => {
    await expect(readHistory(join(folder, "nowhere.parquet"))).rejects.toThrow(/There is no history at/);
    const path = join(folder, "other.parquet");
    await writeHistory(path, { ...sampleHistory({ count: 1 }), schemaVersion: 99 as 2 });
    await expect(readHistory(path)).rejects.toThrow(/schema version 99/);
  });
});
