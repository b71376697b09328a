import { describe, expect, it } from "vitest";
import type { FaultNeed } from "./fault.ts";
import { gatewayBusy } from "./gateway-busy.ts";
import { gatewayClock } from "./gateway-clock.ts";
import { unmetNeed } from "./needs.ts";
import { provisionsFor } from "./provisions.ts";
import { redisClock } from "./redis-clock.ts";
import { redisFailover } from "./redis-failover.ts";
import { redisKill } from "./redis-kill.ts";

const every: readonly FaultNeed[] = [
  "proxies",
  "redis-toxics",
  "own-redis",
  "own-gateways",
  "node-gateways",
  "faketime",
];

describe("what a fault needs", () => {
  it.each(every)("%s: one sentence with the fault's name says what is missing, and what to do", (need) => {
    const fault = { name: "some-fault", needs: [need] };
    const others = new Set(every.filter((each) => each !== need));
    expect(unmetNeed(fault, others)).toMatch(/^The fault some-fault [^.]+: .+\.$/);
    expect(unmetNeed(fault, new Set([need]))).toBeNull();
  });

  it.each(["own-redis", "redis-toxics"] as const)(
    "%s: names no option that nobody gave where Redis is in Docker",
    (need) => {
      const fault = { name: "some-fault", needs: [need] };
      const lack = unmetNeed(fault, new Set(), { isInDocker: true });
      expect(lack).toMatch(/^The fault some-fault [^.]+: use --system local\.$/);
      expect(lack).not.toContain("leave out");
    },
  );

  it("is told by its first gap", () => {
    expect(unmetNeed(redisFailover({ suffixMs: 1 }), new Set(["own-redis"]))).toContain("proxy");
    expect(unmetNeed(redisFailover({ suffixMs: 1 }), new Set(["own-redis", "proxies"]))).toBeNull();
  });
});

describe("what faults have to be provided with", () => {
  it("is nothing for those that act from outside", () => {
    expect(provisionsFor([redisKill(), redisFailover({ suffixMs: 1 })])).toEqual({
      redisClock: false,
      steering: null,
    });
  });

  it("is a preloaded module, libfaketime, or both, but only one of them for gateways", () => {
    expect(provisionsFor([gatewayBusy({ blockMs: 9, everyMs: 99 })]).steering).toBe("node");
    expect(provisionsFor([gatewayClock({ jumpMs: 9, by: "faketime" })]).steering).toBe("faketime");
    const all = [
      gatewayClock({ jumpMs: 9, by: "faketime" }),
      gatewayClock({ jumpMs: 9 }),
      redisClock({ jumpMs: 9 }),
    ];
    expect(provisionsFor(all)).toEqual({ redisClock: true, steering: "node" });
  });
});
