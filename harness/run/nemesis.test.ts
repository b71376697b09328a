import { describe, expect, it } from "vitest";
import type { Fault } from "../faults/fault.ts";
import type { FaultSite } from "../faults/fault-site.ts";
import type { PlannedFault } from "../faults/planned-fault.ts";
import { monotonicMs } from "../history/monotonic-clock.ts";
import { type NemesisOptions, nemesis } from "./nemesis.ts";

/** A fault that writes down what becomes of it. */
function noted(name: string, log: string[], seen: string | null = "seen"): Fault {
  return {
    name,
    legend: name,
    losesState: "none",
    needs: [],
    async inject({ replicas }) {
      log.push(`${name} broken on ${replicas.join(",")}`);
      return {
        verify: async () => seen,
        verifyHealed: async () => "healed",
        async [Symbol.asyncDispose]() {
          log.push(`${name} healed`);
        },
      };
    },
  };
}

function run(
  plan: readonly PlannedFault[],
  stop = new AbortController(),
  more: Pick<NemesisOptions, "watchQuiet"> = {},
) {
  const owned: AsyncDisposable[] = [];
  const own = <T extends AsyncDisposable>(thing: T): T => {
    owned.push(thing);
    return thing;
  };
  const site = () => ({ paths: [], gateways: null }) as unknown as Omit<FaultSite, "replicas" | "seed">;
  const made = nemesis({
    plan,
    site,
    replicas: 3,
    seed: 1,
    signal: stop.signal,
    own,
    onStep: () => {},
    ...more,
  });
  return { made, owned, stop };
}

describe("the nemesis", () => {
  it("breaks and heals at the planned moments of phases, and records both ends of each", async () => {
    const log: string[] = [];
    const { made, owned } = run([
      {
        fault: noted("b", log),
        from: { phase: "two", atMs: 0 },
        until: { phase: "two", atMs: 30 },
        replicas: [1],
      },
      { fault: noted("a", log), from: { phase: "one", atMs: 20 }, until: { phase: "two", atMs: 10 } },
    ]);
    await made.begin();
    const oneMs = monotonicMs();
    made.phaseBegins("one", oneMs);
    await expect.poll(() => log).toContain("a broken on 0,1,2");
    const twoMs = monotonicMs();
    made.phaseBegins("two", twoMs);
    await expect.poll(() => log.length).toBe(4);
    const { faults } = await made.end();
    expect(faults.map(({ name }) => name)).toEqual(["a", "b"]);
    expect(faults[0]?.fromMs).toBeGreaterThanOrEqual(oneMs + 20);
    expect(faults[0]?.healingMs).toBeGreaterThanOrEqual(twoMs + 10);
    expect(faults[1]?.replicas).toEqual([1]);
    for (const { fromMs, injectedMs, healingMs, untilMs, verified, healed } of faults) {
      expect([fromMs, injectedMs, healingMs, untilMs].toSorted((a, b) => a - b)).toEqual([
        fromMs,
        injectedMs,
        healingMs,
        untilMs,
      ]);
      expect([verified, healed]).toEqual(["seen", "healed"]);
    }
    expect(owned).toHaveLength(2);
  });

  it("has broken what is planned from the start before it lets the run begin", async () => {
    const log: string[] = [];
    const { made } = run([{ fault: noted("a", log), from: "start", until: { phase: "one", atMs: 0 } }]);
    await made.begin();
    expect(log).toEqual(["a broken on 0,1,2"]);
    made.phaseBegins("one", monotonicMs());
    await expect.poll(() => log).toEqual(["a broken on 0,1,2", "a healed"]);
    await made.end();
  });

  it("heals at once what is broken when the run is over, or is cut short", async () => {
    for (const cutShort of [false, true]) {
      const log: string[] = [];
      const { made, stop } = run([
        { fault: noted("a", log), from: { phase: "one", atMs: 0 }, until: { phase: "never", atMs: 0 } },
        { fault: noted("b", log), from: { phase: "never", atMs: 0 }, until: { phase: "never", atMs: 9 } },
      ]);
      await made.begin();
      made.phaseBegins("one", monotonicMs());
      await expect.poll(() => log.length).toBe(1);
      if (cutShort) {
        stop.abort();
        await expect.poll(() => log).toEqual(["a broken on 0,1,2", "a healed"]);
      }
      const { faults } = await made.end();
      expect(log).toEqual(["a broken on 0,1,2", "a healed"]);
      expect(faults.filter(({ verified }) => verified !== null)).toHaveLength(1);
    }
  });

  it("records a fault whose moment never came as unverified", async () => {
    const log: string[] = [];
    const until = { phase: "one", atMs: 5 };
    const { made } = run([
      { fault: noted("a", log), from: { phase: "of no such name", atMs: 0 }, until },
      { fault: noted("b", log), from: { phase: "one", atMs: 3_600_000 }, until },
    ]);
    await made.begin();
    made.phaseBegins("one", monotonicMs());
    const { faults } = await made.end();
    expect(faults.map(({ name }) => name).toSorted()).toEqual(["a", "b"]);
    for (const { verified, healed } of faults) expect([verified, healed]).toEqual([null, null]);
    expect(log).toEqual([]);
  });

  it("records a fault that could not be injected, or whose effect was not seen, as unverified", async () => {
    const log: string[] = [];
    const broken: Fault = { ...noted("a", log), inject: () => Promise.reject(new Error("no such thing")) };
    const { made } = run([
      { fault: broken, from: "start", until: { phase: "one", atMs: 0 } },
      { fault: noted("b", log, null), from: "start", until: { phase: "one", atMs: 0 } },
    ]);
    await made.begin();
    made.phaseBegins("one", monotonicMs());
    await expect.poll(() => log).toContain("b healed");
    const { faults } = await made.end();
    expect(faults.map(({ name, verified }) => [name, verified])).toEqual([
      ["a", null],
      ["b", null],
    ]);
  });

  it("takes back that a fault was seen which cuts off and is gone right before its heal", async () => {
    const log: string[] = [];
    let looks = 0;
    const lapsing: Fault = {
      ...noted("a", log),
      cutsOff: true,
      inject: async (site) => ({
        ...(await noted("a", log).inject(site)),
        verify: async () => (looks++ === 0 ? "seen" : null),
      }),
    };
    const until = { phase: "one", atMs: 0 };
    const { made } = run([
      { fault: lapsing, from: "start", until },
      { fault: { ...noted("b", log), cutsOff: true }, from: "start", until },
    ]);
    await made.begin();
    made.phaseBegins("one", monotonicMs());
    await expect.poll(() => log.filter((line) => line.endsWith("healed"))).toHaveLength(2);
    const { faults } = await made.end();
    expect(Object.fromEntries(faults.map(({ name, verified }) => [name, verified]))).toEqual({
      a: null,
      b: "seen",
    });
  });

  it("asks no Redis that answers nobody what is under way, before it heals that, or another fault meanwhile", async () => {
    const log: string[] = [];
    const frozen: Fault = { ...noted("frozen", log), cutsOff: true, breaksRedis: true };
    const plan = (fault: Fault): PlannedFault => ({ fault, from: "start", until: { phase: "one", atMs: 0 } });
    for (const [faults, watched] of [
      [[frozen], 0],
      [[noted("slow", log)], 1],
    ] as const) {
      let watches = 0;
      const watchQuiet = async () => {
        watches++;
        return async () => null;
      };
      const { made } = run(faults.map(plan), new AbortController(), { watchQuiet });
      await made.begin();
      made.phaseBegins("one", monotonicMs());
      await expect.poll(() => log.at(-1)).toMatch(/healed$/);
      await made.end();
      expect(watches).toBe(watched);
    }
  });

  it("breaks nothing any more when the run ended while an earlier heal was looked at", async () => {
    const log: string[] = [];
    const look = Promise.withResolvers<string>();
    const slow: Fault = {
      ...noted("a", log),
      inject: async (site) => ({ ...(await noted("a", log).inject(site)), verifyHealed: () => look.promise }),
    };
    const { made } = run([
      { fault: slow, from: "start", until: { phase: "one", atMs: 0 } },
      { fault: noted("b", log), from: { phase: "two", atMs: 0 }, until: { phase: "never", atMs: 0 } },
    ]);
    await made.begin();
    made.phaseBegins("one", monotonicMs());
    await expect.poll(() => log).toContain("a healed");
    made.phaseBegins("two", monotonicMs());
    await new Promise((resolve) => setImmediate(resolve));
    const ended = made.end();
    look.resolve("healed");
    const { faults } = await ended;
    expect(log).toEqual(["a broken on 0,1,2", "a healed"]);
    expect(faults.find(({ name }) => name === "b")?.verified).toBeNull();
  });
});
