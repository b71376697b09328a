/** What is promised, for each key: at most `limit` of cost in every window of `windowMs` milliseconds. */
export interface Policy {
  /** Names the policy in headers, metrics and evidence; printable ASCII without quotes. */
  readonly name: string;
  /** Cost admitted per window: a whole number, at least 1. */
  readonly limit: number;
  /** Length of the window in milliseconds: a whole number, at least 1. */
  readonly windowMs: number;
  /** Capacity of a bucket, the first request included; refused by limiters that have none (all but gcra). @default `limit` */
  readonly burst?: number;
  /** Which of a request's subjects it holds for (`decide({ client, tenant })`): all policies say so, or none. @default the only one */
  readonly by?: string;
}
