import { createHash } from "node:crypto";
import { Command, Redis } from "ioredis";
import type { KeyAudit } from "../history/history.ts";
import { byTestClock, LIFE_FACTOR } from "./test-clock.ts";
import type { VirtualWorld } from "./virtual-run.ts";

/** A real Redis whose scripts go by simulated time, and what was done in it. */
export interface VirtualRedis {
  /** A client for a replica: every command takes its time, there and back, and none is lost. */
  readonly client: (replica: number) => Redis;
  /** Waits for the answers that are to be read now; whether there were any. */
  readonly answered: () => Promise<boolean>;
  /** What is left in it of the keys that scripts were given and that have `wireId` in their names. */
  readonly audit: (wireId: string) => Promise<KeyAudit>;
  /** Deletes these keys. */
  readonly clear: () => Promise<void>;
}

/** How replicas reach it. */
export interface VirtualRedisOptions {
  /** How long a question takes there, or an answer back. */
  readonly wayMs: () => number;
  /** Told in which replica an answer is read. */
  readonly within: (replica: number) => void;
}

type Args = readonly (string | Buffer | number)[];

/**
 * `real` as a simulated Redis: scripts go by the clock of `world`, and each is executed when its question is there.
 * Real time has no part in it but to wait for.
 */
export function virtualRedis(
  real: Redis,
  { time, clock }: VirtualWorld,
  { wayMs, within }: VirtualRedisOptions,
): VirtualRedis {
  const texts = new Map<string, string>();
  const keys = new Set<string>();
  let due: Promise<unknown>[] = [];

  const learn = (text: string): string => {
    const sha = createHash("sha1").update(text).digest("hex");
    texts.set(sha, text);
    return sha;
  };

  function execute(name: string, args: Args): Promise<unknown> {
    if (name === "script" && args[0] === "LOAD") return Promise.resolve(Buffer.from(learn(String(args[1]))));
    if (name !== "eval" && name !== "evalsha") return send(real, name, args);
    const [which, count, ...rest] = args;
    const text = name === "eval" ? String(which) : texts.get(String(which));
    if (text === undefined) return Promise.reject(new Error("NOSCRIPT No matching script."));
    if (name === "eval") learn(text);
    for (const key of rest.slice(0, Number(count))) keys.add(String(key));
    const nowUs = clock.atUs(time.nowMs);
    const instant = [Math.floor(nowUs / 1_000_000), nowUs % 1_000_000];
    return runShifted(real, byTestClockOnce(text), [String(count), ...rest, ...instant]);
  }

  const ask: Ask = (replica, command) => {
    time.at(time.nowMs + wayMs(), () => {
      const asked = execute(command.name, command.args as Args);
      // It is waited for when the answer is read, not before: meanwhile others may ask.
      asked.catch(() => {});
      time.at(time.nowMs + wayMs(), () => {
        within(replica);
        due.push(
          asked.then(
            (reply) => command.resolve(reply as Buffer),
            (error: unknown) => command.reject(error as Error),
          ),
        );
      });
    });
  };

  return {
    client: (replica) => new VirtualClient(replica, ask),
    async answered() {
      const waiting = due;
      due = [];
      await Promise.all(waiting);
      return waiting.length > 0;
    },
    audit: (wireId) =>
      auditOf(
        real,
        keys
          .values()
          .filter((key) => key.includes(wireId))
          .toArray(),
        time.nowMs,
      ),
    async clear() {
      if (keys.size > 0) await real.unlink(...keys);
    },
  };
}

type Ask = (replica: number, command: Command) => void;

/** An ioredis client that never opens a socket. */
class VirtualClient extends Redis {
  readonly #replica: number;
  readonly #ask: Ask;

  constructor(replica: number, ask: Ask) {
    super({ lazyConnect: true });
    this.#replica = replica;
    this.#ask = ask;
    process.nextTick(() => {
      this.status = "ready";
      this.emit("ready");
    });
  }

  override duplicate(): Redis {
    return new VirtualClient(this.#replica, this.#ask);
  }

  override sendCommand(command: Command): Promise<unknown> {
    this.#ask(this.#replica, command);
    return command.promise as Promise<unknown>;
  }

  override disconnect(): void {
    this.status = "end";
  }
}

const shifted = new Map<string, { readonly text: string; readonly sha: string }>();

function byTestClockOnce(text: string): { readonly text: string; readonly sha: string } {
  const known = shifted.get(text);
  if (known !== undefined) return known;
  const made = byTestClock(text);
  const script = { text: made, sha: createHash("sha1").update(made).digest("hex") };
  shifted.set(text, script);
  return script;
}

async function runShifted(
  real: Redis,
  { text, sha }: { readonly text: string; readonly sha: string },
  args: Args,
): Promise<unknown> {
  try {
    return await send(real, "evalsha", [sha, ...args]);
  } catch (error) {
    if (!(error instanceof Error && error.message.startsWith("NOSCRIPT"))) throw error;
    return send(real, "eval", [text, ...args]);
  }
}

/** Replies stay bytes: whoever asked makes text of them, or does not. */
function send(real: Redis, name: string, args: Args): Promise<unknown> {
  return real.sendCommand(new Command(name, [...args])) as Promise<unknown>;
}

async function auditOf(real: Redis, keys: readonly string[], nowMs: number): Promise<KeyAudit> {
  const lives = await Promise.all(keys.map(async (key) => ({ key, ms: await real.pttl(key) })));
  const held = lives.filter(({ ms }) => ms !== -2);
  const endless = held.filter(({ ms }) => ms === -1);
  const longest = held.reduce((most, one) => (one.ms > most.ms ? one : most), { key: "", ms: 0 });
  return {
    fromMs: nowMs,
    untilMs: nowMs,
    keys: held.length,
    endless: endless.length,
    endlessKey: endless[0]?.key ?? null,
    longestMs: longest.ms / LIFE_FACTOR,
    longestKey: longest.ms > 0 ? longest.key : null,
    sampledKeys: 0,
    sampledBytes: 0,
  };
}
