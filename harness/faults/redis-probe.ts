/** What became of one question to Redis. */
export type ProbeAnswer =
  | { readonly kind: "answered"; readonly tookMs: number; readonly reply: string }
  /** An error reply of Redis, like `READONLY You can't write against a read only replica.` */
  | { readonly kind: "error"; readonly tookMs: number; readonly message: string }
  | { readonly kind: "refused"; readonly tookMs: number }
  /** The connection was closed (FIN) or reset (RST) before an answer. */
  | { readonly kind: "closed" | "reset"; readonly tookMs: number }
  | { readonly kind: "silent"; readonly tookMs: number };

/** Asks Redis over connections of its own: one a question, so that nothing of an earlier one is in the way. */
export interface RedisProbe {
  /** Sends one command on a new connection and waits for its reply, at most `withinMs`. Never rejects. */
  readonly ask: (command: readonly string[], withinMs: number) => Promise<ProbeAnswer>;
}
