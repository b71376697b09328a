/** The scenarios of the league table, in the order in which they are run and shown. */
export const standingSet = [
  "burst",
  "window-edge",
  "redis-outage",
  "redis-blackhole",
  "reply-lost",
  "many-keys",
] as const;
