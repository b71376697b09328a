/** A limiter in the bench: all are given the same keys, and each has one connection. */
export interface Contender extends AsyncDisposable {
  /** Kebab-case; also the beginning of its keys. */
  readonly name: string;
  /** Whether it was admitted. An error ends the bench. */
  readonly decide: (key: string) => Promise<boolean>;
}

/** The limit that every contender keeps, for each key. */
export interface BenchLimit {
  readonly limit: number;
  readonly windowMs: number;
}
