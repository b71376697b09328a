/** A Redis that this run may use; `Symbol.asyncDispose` stops it if it is ours. */
export interface RedisServer extends AsyncDisposable {
  readonly url: string;
  /** `redis_version` of INFO. */
  readonly version: string;
  /** In words: where it came from, for `doctor` and the report. */
  readonly origin: string;
  /** Ours alone: private port and folder, may be flushed and killed. An external one is never flushed. */
  readonly owned: boolean;
  /** Its process id, if it is ours and runs: another one after it was started again. */
  readonly pid: number | null;
  /** Where other containers reach it, if it runs in one. */
  readonly container?: {
    readonly network: string;
    /** `name:port` on that network. */
    readonly address: string;
  };
  /** What may be done to it; `null` if it is not ours. */
  readonly controls: RedisControls | null;
}

/** What may be done to a Redis of our own. Whatever is done, disposing of the server stops it. */
export interface RedisControls {
  /** SIGKILL: all that it held is lost. Resolves when it is gone; harmless if it is. */
  kill(): Promise<void>;
  /** Starts it again on the same port, empty; resolves when it answers. Harmless while it runs. */
  start(): Promise<void>;
  /** SIGSTOP; resolves when it stands still. Rejects if it does not run. */
  freeze(): Promise<void>;
  /** SIGCONT; harmless if it runs, or is gone. */
  thaw(): Promise<void>;
  /** A second Redis of our own that follows it, in step when this resolves. Whoever asks for it disposes of it. */
  startReplica(): Promise<RedisServer>;
  /**
   * Sets how far its clock is ahead of the machine's (negative: behind), in milliseconds; resolves when TIME shows it.
   * `null` if it was not started with a clock that can be set.
   */
  readonly setClock: ((aheadMs: number) => Promise<void>) | null;
}
