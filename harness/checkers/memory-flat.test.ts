import { describe, expect, it } from "vitest";
import { evidenceFromRows } from "../history/evidence-from-rows.ts";
import type { Scrape } from "../history/history.ts";
import { seededRandom } from "../load/random.ts";
import { memoryFlat } from "./memory-flat.ts";

const secondMs = 1_000;
const mebibyte = 2 ** 20;

interface Told {
  readonly seconds?: number;
  /** MiB held at a second. */
  readonly heldAt: (second: number) => number;
  /** Full collections until a second; `null`: it is not Node. */
  readonly tookMs?: number;
  readonly collectionsAt?: ((second: number) => number) | null;
}

function finding({
  seconds = 60,
  heldAt,
  tookMs = 1,
  collectionsAt = (second) => Math.floor(second / 5),
}: Told) {
  const rows = Array.from({ length: seconds * 100 }, (_, i) => ({
    sentMs: 10 * i,
    receivedMs: 10 * i + tookMs,
  }));
  const scrapes = Array.from({ length: seconds }, (_, second): Scrape => {
    const heap =
      collectionsAt === null
        ? ""
        : `nodejs_heap_size_used_bytes 1\nnodejs_gc_duration_seconds_count{kind="major"} ${collectionsAt(second)}\n`;
    const text = `process_resident_memory_bytes ${Math.round(heldAt(second) * mebibyte)}\n${heap}`;
    return { replica: 0, requestedMs: second * secondMs, receivedMs: second * secondMs + 1, text };
  });
  return memoryFlat().check(
    evidenceFromRows({ policy: { name: "p", limit: 1e6, windowMs: 1_000 }, rows, scrapes }),
  );
}

describe("memory-flat", () => {
  it("acquits what comes and goes between two collections, however much", () => {
    expect(finding({ heldAt: (second) => 100 + 40 * (second % 7) }).verdict).toBe("pass");
  });

  it("acquits a heap that grows to its size and stays there", () => {
    expect(finding({ heldAt: (second) => 400 - 300 * Math.exp(-second / 15) }).verdict).toBe("pass");
  });

  it("acquits what settles, under any garbage", () => {
    for (let seed = 1; seed <= 150; seed++) {
      const random = seededRandom(seed, "memory");
      const settledMiB = 100 + 300 * random();
      const settlingSeconds = 1 + 15 * random();
      const garbage = Array.from({ length: 60 }, () => 150 * random());
      const { verdict } = finding({
        heldAt: (second) =>
          60 + settledMiB * (1 - Math.exp(-second / settlingSeconds)) + (garbage[second] ?? 0),
      });
      expect(verdict, `seed ${seed}`).toBe("pass");
    }
  });

  it("convicts a gateway that holds more and more, to the end", () => {
    const { verdict, summary } = finding({ heldAt: (second) => 80 + 5 * second + 20 * ((second * 7) % 3) });
    expect(verdict, summary).toBe("fail");
    expect(summary).toContain("Gateway 0 holds ever more memory");
  });

  it("concludes nothing from a heap that nobody collected, or of which that is not known", () => {
    const heldAt = (second: number) => 80 + 3 * second;
    expect(finding({ heldAt, collectionsAt: () => 1 }).verdict).toBe("inconclusive");
    expect(finding({ heldAt, collectionsAt: null }).verdict).toBe("inconclusive");
    expect(finding({ heldAt: () => 80, collectionsAt: null }).verdict).toBe("pass");
  });

  it("concludes nothing where answers waited for long", () => {
    const { verdict, summary } = finding({ heldAt: (second) => 80 + 5 * second, tookMs: 900 });
    expect(verdict, summary).toBe("inconclusive");
  });

  it("concludes nothing from a short run", () => {
    expect(finding({ seconds: 20, heldAt: () => 80 }).verdict).toBe("inconclusive");
  });

  it("is not applicable where no gateway tells its memory", () => {
    const rows = [{ sentMs: 0, receivedMs: 60_000 }];
    const evidence = evidenceFromRows({ policy: { name: "p", limit: 10, windowMs: 1_000 }, rows });
    expect(memoryFlat().check(evidence).verdict).toBe("not-applicable");
  });
});
