import { exitCode } from "../refusal.ts";

const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
const uncaught = ["uncaughtException", "unhandledRejection"] as const;

/** Ends the harness well: what it owns is disposed of before it exits. */
export interface Ending extends AsyncDisposable {
  /** Aborted as soon as the end begins; its reason tells why. */
  readonly signal: AbortSignal;
  /** Will be disposed of if the end comes early; the last one first. Disposing twice must do no harm. */
  readonly own: <T extends AsyncDisposable>(thing: T) => T;
  /**
   * The work is done, signals have their usual effect again. Await it: if the end has begun, it never resolves, so that
   * nobody overtakes the exit.
   */
  readonly release: () => Promise<void>;
}

/** How to end. */
export interface EndingOptions {
  /** After which the exit no longer waits for the disposers. @default 10_000 */
  readonly deadlineMs?: number;
  /**
   * A signal that repeats within this time is no second one: npm passes on the Ctrl-C that the terminal has already
   * sent to us. @default 300
   */
  readonly repeatWithinMs?: number;
  /** Told once, as the end begins. */
  readonly onBegin?: (reason: Error) => void;
}

let active: Ending | null = null;

/**
 * From now on SIGINT, SIGTERM and SIGHUP dispose of what is owned and exit with 130, an uncaught error with 4. A second
 * signal exits at once; what still runs then is killed. While another one is tracked, this is a part of that: what it
 * owns is disposed of first, and there is one exit, after all of it.
 */
export function trackEnding(options: EndingOptions = {}): Ending {
  return active === null ? outermost(options) : within(active);
}

function within({ signal, own }: Ending): Ending {
  const owned: AsyncDisposable[] = [];
  own({ [Symbol.asyncDispose]: () => disposeAll(owned) });
  const release = async () => {
    if (signal.aborted) await never();
    owned.length = 0;
  };
  return {
    signal,
    // What comes while the end is under way would come too late for a list that was emptied.
    own: (thing) => (signal.aborted ? own(thing) : ownedBy(owned, thing)),
    release,
    [Symbol.asyncDispose]: release,
  };
}

function ownedBy<T extends AsyncDisposable>(owned: AsyncDisposable[], thing: T): T {
  owned.push(thing);
  return thing;
}

/** Nobody overtakes the exit. */
function never(): Promise<never> {
  return new Promise(() => undefined);
}

function outermost(options: EndingOptions): Ending {
  const { deadlineMs = 10_000, repeatWithinMs = 300, onBegin = tell } = options;
  const owned: AsyncDisposable[] = [];
  const controller = new AbortController();
  let begunMs = Number.POSITIVE_INFINITY;

  const begin = (reason: Error, code: number) => {
    if (performance.now() - begunMs > repeatWithinMs) process.exit(code);
    if (controller.signal.aborted) return;
    begunMs = performance.now();
    onBegin(reason);
    controller.abort(reason);
    setTimeout(() => process.exit(code), deadlineMs);
    void disposeAll(owned).finally(() => process.exit(code));
  };
  const onSignal = (name: NodeJS.Signals) => begin(new Error(`interrupted by ${name}`), exitCode.interrupted);
  const onUncaught = (thrown: unknown) => {
    const error = thrown instanceof Error ? thrown : new Error(String(thrown));
    // After the abort, work that was cut short rejects where nobody listens: no news.
    if (!controller.signal.aborted) begin(error, exitCode.broken);
  };
  const release = async () => {
    if (controller.signal.aborted) await never();
    active = null;
    for (const name of signals) process.off(name, onSignal);
    restore();
    owned.length = 0;
  };

  for (const name of signals) process.on(name, onSignal);
  const restore = listenAlone(onUncaught);
  active = {
    signal: controller.signal,
    own: (thing) => ownedBy(owned, thing),
    release,
    [Symbol.asyncDispose]: release,
  };
  return active;
}

/** The launcher's listeners would exit before anything is disposed of: they step aside until the returned call. */
function listenAlone(listener: (thrown: unknown) => void): () => void {
  const before = uncaught.map((event) => ({ event, listeners: process.rawListeners(event) }));
  for (const event of uncaught) process.removeAllListeners(event).on(event, listener);
  return () => {
    for (const { event, listeners } of before) {
      process.removeAllListeners(event);
      for (const each of listeners) process.on(event, each as (thrown: unknown) => void);
    }
  };
}

function tell(reason: Error): void {
  const interrupted = reason.message.startsWith("interrupted");
  const what = interrupted ? "Interrupted" : (reason.stack ?? reason.message);
  process.stderr.write(`\n${what}: stopping what was started; once more kills it at once.\n`);
}

/** One disposer that fails does not keep the others from running. */
async function disposeAll(owned: AsyncDisposable[]): Promise<void> {
  for (let thing = owned.pop(); thing !== undefined; thing = owned.pop()) {
    try {
      await thing[Symbol.asyncDispose]();
    } catch (error) {
      process.stderr.write(`Something could not be stopped: ${String(error)}\n`);
    }
  }
}
