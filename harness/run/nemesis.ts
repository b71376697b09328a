import type { Fault, Injected } from "../faults/fault.ts";
import type { FaultSite } from "../faults/fault-site.ts";
import type { PlannedFault } from "../faults/planned-fault.ts";
import type { FaultRecord, Quiescence } from "../history/history.ts";
import { monotonicMs } from "../history/monotonic-clock.ts";
import { type Phases, phaseOf, reached } from "./moments.ts";

/** Injects and heals what a scenario has planned, and records what was seen of it. Disposing heals. */
export interface Nemesis extends AsyncDisposable {
  /** Injects what is planned before the gateways start. */
  readonly begin: () => Promise<void>;
  /** A phase begins at `fromMs` of the monotonic clock. */
  readonly phaseBegins: (name: string, fromMs: number) => void;
  /** No phase begins any more: heals whatever is still broken, and gives the records in order of `fromMs`. */
  readonly end: () => Promise<Chaos>;
}

/** What the nemesis has done. */
export interface Chaos {
  readonly faults: readonly FaultRecord[];
  readonly quiescences: readonly Quiescence[];
}

/** What the nemesis works with. */
export interface NemesisOptions {
  readonly plan: readonly PlannedFault[];
  /** What a fault may touch; asked at each injection, for gateways come later. */
  readonly site: () => Omit<FaultSite, "replicas" | "seed">;
  readonly replicas: number;
  readonly seed: number;
  /** Cuts the run short: everything is healed at once. */
  readonly signal: AbortSignal;
  /** Registers what must be healed even when the run is cut short. */
  readonly own: <T extends AsyncDisposable>(thing: T) => T;
  readonly onStep: (step: string) => void;
  /**
   * Called right before a heal; what it returns is called right after, and gives the instant from which nothing that
   * was under way before the heal still is, or null if that cannot be shown.
   */
  readonly watchQuiet?: () => Promise<() => Promise<number | null>>;
}

/** Each planned fault has a life of its own; none keeps another from healing in time. */
export function nemesis(options: NemesisOptions): Nemesis {
  const { plan, signal } = options;
  const phases: Phases = new Map();
  const chaos = { faults: [] as FaultRecord[], quiescences: [] as Quiescence[] };
  const over = new AbortController();
  const stop = AbortSignal.any([signal, over.signal]);
  const healChecks = new Set<Promise<unknown>>();
  const silencing = new Set<Fault>();
  const started: Promise<void>[] = [];
  const lives = plan.map((planned, index) => {
    const injected = Promise.withResolvers<void>();
    if (planned.from === "start") started.push(injected.promise);
    const shared = { options, phases, chaos, stop, healChecks, silencing };
    const life = { ...shared, planned, index, onInjected: injected.resolve };
    return () => live(life);
  });
  let running: Promise<unknown> = Promise.resolve();
  const end = async (): Promise<Chaos> => {
    over.abort();
    await running;
    return { ...chaos, faults: chaos.faults.toSorted((a, b) => a.fromMs - b.fromMs) };
  };
  return {
    async begin() {
      running = Promise.all(lives.map((begin) => begin()));
      await Promise.all(started);
    },
    phaseBegins: (name, fromMs) => phaseOf(phases, name).resolve(fromMs),
    end,
    async [Symbol.asyncDispose]() {
      await end();
    },
  };
}

interface Life {
  readonly options: NemesisOptions;
  readonly planned: PlannedFault;
  readonly index: number;
  readonly phases: Phases;
  readonly chaos: { readonly faults: FaultRecord[]; readonly quiescences: Quiescence[] };
  readonly stop: AbortSignal;
  readonly healChecks: Set<Promise<unknown>>;
  /** Faults in force because of which Redis answers nobody, us neither. */
  readonly silencing: Set<Fault>;
  readonly onInjected: () => void;
}

/** From the injection of one fault to the look at what was healed. */
async function live(life: Life): Promise<void> {
  const { planned, phases, stop, options, chaos, healChecks, silencing, onInjected } = life;
  const { fault } = planned;
  const all = Array.from({ length: options.replicas }, (_, i) => i);
  const replicas = planned.replicas ?? all;
  const isTime = await reached(planned.from, phases, stop);
  // An earlier fault is still being looked at: what breaks now must not spoil that.
  if (isTime) await Promise.allSettled(healChecks);
  if (!isTime || stop.aborted) {
    chaos.faults.push(neverInjected(fault, replicas));
    return onInjected();
  }
  const fromMs = monotonicMs();
  options.onStep(`breaking: ${fault.legend}`);
  if (isSilencing(fault)) silencing.add(fault);
  const injected = await injectedOrNull(life, replicas);
  const injectedMs = monotonicMs();
  onInjected();
  const base = { ...natureOf(fault), replicas, fromMs, injectedMs };
  if (injected === null) {
    silencing.delete(fault);
    chaos.faults.push({ ...base, healingMs: injectedMs, untilMs: injectedMs, verified: null, healed: null });
    return;
  }
  const verified = await seenUntilTheEnd(life, injected);
  const quiet = silencing.size > 0 ? undefined : await options.watchQuiet?.().catch(() => undefined);
  const healingMs = monotonicMs();
  await injected[Symbol.asyncDispose]();
  const untilMs = monotonicMs();
  silencing.delete(fault);
  options.onStep(`healed: ${fault.legend}`);
  // Nobody judges a run that was interrupted, and its exit waits.
  const looks = options.signal.aborted
    ? Promise.resolve({ healed: null, quietMs: null })
    : afterHeal(injected, quiet);
  const check = looks.then(({ healed, quietMs }) => {
    chaos.faults.push({ ...base, healingMs, untilMs, verified, healed });
    if (quietMs !== null) for (const replica of replicas) chaos.quiescences.push({ replica, atMs: quietMs });
  });
  healChecks.add(check);
  await check;
  healChecks.delete(check);
}

/** Whoever asks Redis then waits in vain, and the heal with him. */
function isSilencing({ breaksRedis = false, cutsOff = false }: Fault): boolean {
  return breaksRedis && cutsOff;
}

/**
 * What is seen of a fault, once it is time to heal it. Of what cuts off, decisions of Redis convict: it counts only if it
 * is seen at the end, too. That look begins early by what the first one took, so that the heal is in time. Whoever is
 * interrupted judges nothing, and heals at once.
 */
async function seenUntilTheEnd(life: Life, { verify }: Injected): Promise<string | null> {
  const { planned, phases, stop, options } = life;
  const { fault, until } = planned;
  const beganMs = monotonicMs();
  const seen = await verify().catch(() => null);
  const tookMs = monotonicMs() - beganMs;
  await reached(until === "start" ? until : { ...until, atMs: until.atMs - tookMs }, phases, stop);
  const isLookedAtAgain = seen !== null && fault.cutsOff === true && !options.signal.aborted;
  const last = isLookedAtAgain ? await verify().catch(() => null) : seen;
  await reached(until, phases, stop);
  return last === null ? null : seen;
}

/** Its moment never came: the run must not look as if it had not been planned. */
function neverInjected(fault: Fault, replicas: readonly number[]): FaultRecord {
  const atMs = monotonicMs();
  const never = { fromMs: atMs, injectedMs: atMs, healingMs: atMs, untilMs: atMs };
  return { ...natureOf(fault), ...never, replicas, verified: null, healed: null };
}

/** What is known of `fault` before it is in force. */
function natureOf({
  name,
  legend,
  losesState,
  cutsOff = false,
  breaksRedis = false,
  clockStepMs = 0,
}: Fault) {
  const step = clockStepMs === 0 ? {} : { clockStepMs };
  return { name, legend, losesState, cutsOff, breaksRedis, ...step };
}

/** A fault that cannot be injected costs the run its verdict, not its life. */
async function injectedOrNull(
  { options, planned, index }: Life,
  replicas: readonly number[],
): Promise<Injected | null> {
  const { fault }: { readonly fault: Fault } = planned;
  try {
    return options.own(await fault.inject({ ...options.site(), replicas, seed: options.seed + index }));
  } catch (error) {
    options.onStep(
      `${fault.name} could not be injected (${error instanceof Error ? error.message : String(error)})`,
    );
    return null;
  }
}

async function afterHeal(
  injected: Injected,
  quiet: (() => Promise<number | null>) | undefined,
): Promise<{ readonly healed: string | null; readonly quietMs: number | null }> {
  const [healed, quietMs] = await Promise.all([
    injected.verifyHealed().catch(() => null),
    quiet === undefined ? null : quiet().catch(() => null),
  ]);
  return { healed, quietMs };
}
