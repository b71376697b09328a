import { concerns } from "../resp/spared-commands.ts";
import { type RedisToxic, redisToxic } from "./toxic.ts";

interface RedisFailure {
  /** As Redis itself says it. */
  readonly text: string;
  /** Whom it concerns when the toxic names nobody; empty: all but the set-up of a connection. */
  readonly commands: readonly string[];
  readonly readsPass: boolean;
}

const failures: Readonly<Record<string, RedisFailure>> = {
  OOM: {
    text: "OOM command not allowed when used memory > 'maxmemory'.",
    commands: [],
    readsPass: true,
  },
  LOADING: { text: "LOADING Redis is loading the dataset in memory", commands: [], readsPass: false },
  READONLY: { text: "READONLY You can't write against a read only replica.", commands: [], readsPass: true },
  BUSY: {
    text: "BUSY Redis is busy running a script. You can only call SCRIPT KILL or SHUTDOWN NOSAVE.",
    commands: [],
    readsPass: false,
  },
  NOSCRIPT: {
    text: "NOSCRIPT No matching script. Please use EVAL.",
    commands: ["EVALSHA", "EVALSHA_RO"],
    readsPass: true,
  },
};

/**
 * Answers commands with a Redis error, in their turn, and keeps them from Redis. `error` is OOM, LOADING, READONLY, BUSY
 * or NOSCRIPT; `commands` whom it concerns, by default those that such a Redis would refuse. A refused command makes its
 * transaction fail as a whole, as it does in Redis.
 */
export const redisError: RedisToxic = redisToxic({
  type: "redis_error",
  attributes: { error: "string", commands: "[]string" },
  fault: ({ error }) =>
    Object.hasOwn(failures, error) ? null : `error must be one of ${Object.keys(failures).join(", ")}`,
  rule: (values) => ({
    fate(command) {
      const failure = failures[values.error];
      if (failure === undefined) return null;
      const commands = values.commands.length > 0 ? values.commands : failure.commands;
      if (!concerns(command, commands, failure)) return null;
      return { kind: "answer", reply: Buffer.from(`-${failure.text}\r\n`) };
    },
  }),
});
