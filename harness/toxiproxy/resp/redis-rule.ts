/** What becomes of one command, beside being sent to Redis and answered by it. */
export type Fate =
  /** It does not reach Redis: `reply` is its answer, in its turn. */
  | { readonly kind: "answer"; readonly reply: Buffer }
  /** Redis executes it; its reply and all later ones are lost. */
  | { readonly kind: "lose"; readonly afterwards: "silence" | "reset" };

/** What a Redis toxic does to one connection. */
export interface RedisRule {
  /** What becomes of a command, named in upper case; `null` if it is left alone. Read again for each command. */
  fate(command: string): Fate | null;
}
