import type { Faketime } from "../faketime/find-faketime.ts";
import type { RedisServer } from "../redis-server.ts";

/** One place where a Redis of our own may come from. */
export interface RedisSource {
  readonly name: string;
  /** Looks, but starts and fetches nothing. */
  find(): Promise<Found>;
}

/** What a source has, or in words why it has nothing. */
export type Found =
  | {
      readonly found: true;
      /** In words, for `doctor`. */
      readonly origin: string;
      /** Fetches what is missing and starts it; a `Refusal` when that cannot be done. */
      start(options: StartOptions): Promise<RedisServer>;
    }
  | { readonly found: false; readonly reason: string };

/** How to start it. */
export interface StartOptions {
  /** The run's folder: the log goes to `logs/redis.log` in it. */
  readonly runFolder: string;
  /** Told in words what takes its time. */
  readonly onProgress: (message: string) => void;
  /** Its clock can be set by this. @default it runs on the machine's clock */
  readonly faketime?: Faketime;
  /** Added to the configuration, if it is a program of this machine. @default none */
  readonly settings?: Readonly<Record<string, string | number>>;
}

/** A redis-server or valkey-server that can be run. */
export interface RedisProgram {
  readonly command: string;
  /** Added to the harness's environment. */
  readonly env: Readonly<Record<string, string>>;
  readonly version: string;
}

/** The oldest Redis that we work with. */
export const oldestRedis = "6.2";

/** True for `version` 6.2 or newer. */
export function isNewEnough(version: string): boolean {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  return major > 6 || (major === 6 && minor >= 2);
}
