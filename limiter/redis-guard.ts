import type { Breaker, BreakerState } from "./breaker.ts";
import type { RedisLink, RedisTrouble } from "./redis-link.ts";

/** Whether Redis is asked at all. */
export interface RedisGuard {
  /** Why not; undefined if it is. */
  readonly refusal: () => RedisTrouble | undefined;
  /** How a batch has ended. */
  readonly ended: (trouble: RedisTrouble | undefined) => void;
  /** Waits until Redis may be asked, for at most `withinMs`; whether it may. */
  readonly connected: (withinMs: number) => Promise<boolean>;
  /** Asks for itself, as soon as it can. */
  readonly probe: () => void;
  readonly close: () => void;
}

export interface RedisGuardOptions {
  readonly link: RedisLink;
  readonly breaker: Breaker;
  /** Asks Redis something that changes nothing; whether it answered. */
  readonly greet: () => Promise<boolean>;
  /** A probe was answered: Redis can be asked, and could perhaps not before. */
  readonly onGood: () => void;
  /** A probe that was sent then was not. */
  readonly onBad: (sentMs: number) => void;
  /** What the breaker is to whoever looks: open also while there is no connection that would answer. */
  readonly onState: (state: BreakerState) => void;
}

/**
 * Keeps decisions from waiting for a Redis that does not answer: between the first failures and the first good probe
 * none is sent. Probes are the guard's own, never somebody's decision; each new connection begins with one.
 */
export function redisGuard(options: RedisGuardOptions): RedisGuard {
  const { link, breaker, greet, onGood, onBad, onState } = options;
  let isGreeted = false;
  let isGreeting = false;
  let isClosed = false;
  let timer: NodeJS.Timeout | undefined;
  const waiting = waitingRoom(() => refusal() === undefined);

  function tell(): void {
    if (isClosed) return;
    const isAskable = breaker.state !== "closed" || refusal() === undefined;
    onState(isAskable ? breaker.state : "open");
  }

  function moved(): void {
    tell();
    clearTimeout(timer);
    if (breaker.state !== "open" || isClosed) return;
    timer = setTimeout(probe, Math.max(0, breaker.probeAtMs - performance.now()) + 1).unref();
  }

  async function probe(): Promise<void> {
    if (isGreeting || isClosed || !link.isReady()) return;
    breaker.probes(performance.now());
    tell();
    isGreeting = true;
    const sentMs = performance.now();
    const isGood = await greet();
    isGreeting = false;
    isGreeted = isGreeted || isGood;
    if (isGood) breaker.succeeded();
    else {
      breaker.failed(performance.now());
      onBad(sentMs);
    }
    moved();
    if (isGood) {
      onGood();
      // Asked while the breaker was closed, it may have been answered when it had opened.
      if (refusal() === undefined) waiting.dismiss();
    }
    // Nothing else would ask again while the breaker is closed and nobody has been greeted.
    else if (breaker.state === "closed") timer = setTimeout(probe, GREET_AGAIN_MS).unref();
  }

  const refusal = (): RedisTrouble | undefined => {
    if (!(link.isReady() && isGreeted)) return "disconnected";
    return breaker.state === "closed" ? undefined : "breaker-open";
  };

  tell();
  link.onClosed(tell);
  link.onReady(() => {
    isGreeted = false;
    breaker.reconnected(performance.now());
    void probe();
  });

  return {
    refusal,
    ended(trouble) {
      if (trouble === undefined) return breaker.succeeded();
      const before = breaker.state;
      breaker.failed(performance.now());
      if (breaker.state !== before) moved();
      // This server will not become one that can be written to; its name may lead to another.
      if (trouble === "read-only") link.reconnect();
      // Whether it was that call or Redis is known as soon as possible.
      else if (breaker.state === "closed") void probe();
      return undefined;
    },
    connected: waiting.join,
    probe: () => void probe(),
    close() {
      isClosed = true;
      clearTimeout(timer);
      waiting.dismiss();
    },
  };
}

/** Those who wait until Redis may be asked: told whether it may when they are dismissed, or have waited long enough. */
function waitingRoom(mayAsk: () => boolean): {
  readonly join: (withinMs: number) => Promise<boolean>;
  readonly dismiss: () => void;
} {
  const waiting = new Set<() => void>();
  return {
    join: (withinMs) =>
      new Promise((resolve) => {
        if (mayAsk()) return resolve(true);
        const leave = () => {
          waiting.delete(leave);
          clearTimeout(late);
          resolve(mayAsk());
        };
        const late = setTimeout(leave, withinMs);
        waiting.add(leave);
      }),
    dismiss() {
      for (const leave of waiting) leave();
    },
  };
}

const GREET_AGAIN_MS = 50;
