import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { type Bench, type BenchOptions, type BenchOutcome, markOf } from "./bench.ts";

const most = 6_000_000;
const run = promisify(execFile);

interface Judged {
  readonly seconds: Readonly<Record<string, number>>;
  readonly verdicts: Readonly<Record<string, string>>;
  readonly peakMb: number;
}

/** Six million requests judged by every checker: seconds, peak memory, and how both grow from a third of them. */
export const bench: Bench = {
  name: "oracle",
  about:
    "Six million requests judged by every checker: seconds, peak memory, and how both grow with the number.",
  async run({ onStep = () => {} }: BenchOptions): Promise<BenchOutcome> {
    const third = await judged(most / 3, onStep);
    const whole = await judged(most, onStep);
    for (const proof of ["within-bound", "no-false-denials"]) {
      if (whole.verdicts[proof] !== "pass") throw new Error(`${proof} did not acquit the innocent history`);
    }
    const seconds = totalSeconds(whole);
    const numbers: Record<string, number> = { seconds, peakMb: whole.peakMb };
    for (const [name, s] of Object.entries(whole.seconds)) numbers[`seconds.${name}`] = s;
    numbers.secondsOfAThird = totalSeconds(third);
    numbers.peakMbOfAThird = third.peakMb;
    return {
      numbers,
      marks: [
        markOf("seconds", seconds, 15, "lower"),
        markOf("peakMb", whole.peakMb, 1_500, "lower"),
        markOf("growth of seconds for 3 times the requests", seconds / totalSeconds(third), 4.5, "lower"),
        markOf("growth of memory for 3 times the requests", whole.peakMb / third.peakMb, 3.3, "lower"),
      ],
    };
  },
};

/** A process of its own for each size, so that peak memory is that size's alone. */
async function judged(count: number, onStep: (step: string) => void): Promise<Judged> {
  onStep(`judging ${count.toLocaleString("en")} requests`);
  const once = fileURLToPath(new URL("oracle/oracle-once.ts", import.meta.url));
  const { stdout } = await run(process.execPath, [once, String(count)]);
  return JSON.parse(stdout) as Judged;
}

function totalSeconds({ seconds }: Judged): number {
  return Object.values(seconds).reduce((sum, s) => sum + s, 0);
}
