import { once } from "node:events";
import { Worker } from "node:worker_threads";
import type { Endpoint } from "../engines/engine.ts";
import { median } from "../median.ts";
import { type Bench, type BenchOptions, type BenchOutcome, markOf } from "./bench.ts";
import { startLoadTarget } from "./load/load-target.ts";
import { type ConstantSender, constantSender } from "./load/load-volley.ts";

const connections = 64;
const rounds = 5;
const comparedRates = [10_000, 20_000];
const risingRates = [10_000, 15_000, 20_000, 25_000, 30_000, 40_000, 50_000, 60_000, 80_000, 100_000];
/** A neighbour on the machine may break one attempt; the engine's limit breaks all. */
const attempts = 3;
const slotTolerance = 0.1;
const ownMs = 2000;
/** Whole seconds, because autocannon refills its rate once a second. */
const autocannonMs = 2000;

/** The open engine beside bare autocannon, and the highest rate whose schedule it holds. */
export const bench: Bench = {
  name: "load",
  about:
    "CPU per sent and recorded request of the open engine beside bare autocannon at the same rate and connections, and the highest rate at which every 100 ms slot is within 10 % of its schedule.",
  async run({ stretch = 1, onStep = () => {} }: BenchOptions): Promise<BenchOutcome> {
    await using target = await startLoadTarget();
    const most = Math.max(...risingRates) * (ownMs / 1000) * stretch;
    await using sender = await constantSender(target.endpoint, most, connections);
    await using bare = bareAutocannon(target.endpoint);
    onStep("warming up");
    await sender.send(20_000, 1000);
    await bare.cpuPerRequestUs(20_000, 1000);
    const numbers: Record<string, number> = {};
    for (const rate of comparedRates)
      Object.assign(numbers, await compared(sender, bare, rate, stretch, onStep));
    const highestRatePerSecond = await highestHeld(sender, ownMs * stretch, onStep);
    return {
      numbers: { ...numbers, highestRatePerSecond },
      marks: [
        markOf("cpuRatioAt10000", numbers.cpuRatioAt10000 ?? Number.NaN, 1.5, "lower"),
        markOf("cpuRatioAt20000", numbers.cpuRatioAt20000 ?? Number.NaN, 1.5, "lower"),
        markOf("highestRatePerSecond", highestRatePerSecond, 20_000, "higher"),
      ],
    };
  },
};

/** Ours, autocannon, ours, autocannon, ...: the ratio is the median of the rounds' ratios. */
async function compared(
  sender: ConstantSender,
  bare: BareAutocannon,
  rate: number,
  stretch: number,
  onStep: (step: string) => void,
): Promise<Record<string, number>> {
  const own: Awaited<ReturnType<typeof sender.send>>[] = [];
  const theirs: number[] = [];
  for (let round = 1; round <= rounds; round++) {
    onStep(`${rate} a second, round ${round} of ${rounds}`);
    own.push(await sender.send(rate, ownMs * stretch));
    theirs.push(await bare.cpuPerRequestUs(rate, autocannonMs * Math.ceil(stretch)));
  }
  const ratios = own.map(({ cpuPerRequestUs }, round) => cpuPerRequestUs / (theirs[round] ?? Number.NaN));
  return {
    [`cpuRatioAt${rate}`]: median(ratios),
    [`cpuPerRequestUsAt${rate}`]: median(own.map(({ cpuPerRequestUs }) => cpuPerRequestUs)),
    [`autocannonCpuPerRequestUsAt${rate}`]: median(theirs),
    [`lagP50MsAt${rate}`]: median(own.map(({ lagP50Ms }) => lagP50Ms)),
    [`lagP99MsAt${rate}`]: median(own.map(({ lagP99Ms }) => lagP99Ms)),
  };
}

/** Raises the rate until no attempt holds it; 0 if even the lowest breaks. */
async function highestHeld(
  sender: ConstantSender,
  durationMs: number,
  onStep: (step: string) => void,
): Promise<number> {
  let held = 0;
  for (const rate of risingRates) {
    let holds = false;
    for (let attempt = 1; attempt <= attempts && !holds; attempt++) {
      onStep(`can ${rate} a second be held? attempt ${attempt} of ${attempts}`);
      const { worstSlotShare, failed } = await sender.send(rate, durationMs);
      holds = failed === 0 && worstSlotShare <= slotTolerance;
    }
    if (!holds) return held;
    held = rate;
  }
  return held;
}

interface BareAutocannon extends AsyncDisposable {
  readonly cpuPerRequestUs: (ratePerSecond: number, durationMs: number) => Promise<number>;
}

function bareAutocannon({ host, port }: Endpoint): BareAutocannon {
  const extension = import.meta.url.endsWith(".ts") ? "ts" : "js";
  const worker = new Worker(new URL(`./load/load-autocannon.${extension}`, import.meta.url));
  return {
    async cpuPerRequestUs(ratePerSecond, durationMs) {
      worker.postMessage({ url: `http://${host}:${port}/`, connections, ratePerSecond, durationMs });
      const [{ requests, cpuMs }] = (await once(worker, "message")) as [{ requests: number; cpuMs: number }];
      return (cpuMs * 1000) / requests;
    },
    async [Symbol.asyncDispose]() {
      await worker.terminate();
    },
  };
}
