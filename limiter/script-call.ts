import { Command } from "ioredis";

/** Whom Redis tells. */
export interface ScriptCallOptions {
  /** Is told at once, while other replies of the same read still wait. */
  readonly answered: (reply: unknown) => void;
  /** Is told when ioredis has done what it does about errors: it may give the connection up. */
  readonly failed: (error: unknown) => void;
  /** What ioredis writes before every key. */
  readonly keyPrefix?: string | undefined;
}

/**
 * An EVALSHA that ioredis can send. It is a command in all but its making: ioredis's own begins with a promise and half
 * a dozen functions, for which a caller that is alone has to wait. There is no promise of this one.
 */
export function scriptCall(
  sha: string,
  keys: readonly string[],
  args: readonly (string | number)[],
  { answered, failed, keyPrefix = "" }: ScriptCallOptions,
): Command {
  const call: Command = Object.create(Command.prototype);
  call.name = "evalsha";
  call.args = [sha, String(keys.length)];
  for (const key of keys) call.args.push(keyPrefix + key);
  for (const arg of args) call.args.push(String(arg));
  call.isTraced = false;
  call.isResolved = false;
  call.isSettled = false;
  call.resolve = answered;
  call.reject = (error) => queueMicrotask(() => failed(error));
  return call;
}
