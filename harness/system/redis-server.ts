/** A Redis that this run may use; `Symbol.asyncDispose` stops it if it is ours. */
export interface RedisServer extends AsyncDisposable {
  readonly url: string;
  /** `redis_version` of INFO. */
  readonly version: string;
  /** In words: where it came from, for `doctor` and the report. */
  readonly origin: string;
  /** Ours alone: private port and folder, may be flushed and killed. An external one is never flushed. */
  readonly owned: boolean;
  /** Its process id, if it is ours. */
  readonly pid: number | null;
  /** Where other containers reach it, if it runs in one. */
  readonly container?: {
    readonly network: string;
    /** `name:port` on that network. */
    readonly address: string;
  };
}
