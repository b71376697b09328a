/** Commands that set a connection up or look after the server; a Redis in trouble still answers most of them. */
const setUp: ReadonlySet<string> = new Set(
  "AUTH HELLO CLIENT SELECT INFO COMMAND CONFIG READONLY READWRITE RESET QUIT CLUSTER ROLE MULTI EXEC DISCARD WATCH UNWATCH".split(
    " ",
  ),
);

/** Frequent commands that only read: a full or a read-only Redis answers them. */
const reads: ReadonlySet<string> = new Set(
  "PING ECHO TIME GET MGET STRLEN EXISTS TTL PTTL TYPE SCAN DBSIZE HGET HMGET HGETALL HLEN LLEN LRANGE SCARD SISMEMBER SMEMBERS ZCARD ZCOUNT ZSCORE ZRANGE ZRANGEBYSCORE SCRIPT MEMORY OBJECT XLEN XRANGE".split(
    " ",
  ),
);

/**
 * Whether a rule that names `commands` (in any case; empty: all but the set-up of a connection) concerns `command`
 * (upper case). `readsPass`: with an empty list commands that only read are not concerned, either.
 */
export function concerns(
  command: string,
  commands: readonly string[],
  { readsPass }: { readonly readsPass: boolean },
): boolean {
  if (commands.length > 0) return commands.some((name) => name.toUpperCase() === command);
  return !setUp.has(command) && !(readsPass && reads.has(command));
}
