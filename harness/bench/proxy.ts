import { median } from "../median.ts";
import { leasedFolder } from "../system/leased-folder.ts";
import { connectToxiproxy } from "../toxiproxy/control.ts";
import { startEmbeddedToxiproxy } from "../toxiproxy/embedded-toxiproxy.ts";
import { type Bench, type BenchOptions, type BenchOutcome, type Mark, markOf } from "./bench.ts";
import { cpuMsOf } from "./proxy/cpu-of.ts";
import { openPath, type Path, type ProxyVolley } from "./proxy/proxy-volley.ts";
import { bulkBytes } from "./proxy/requests.ts";
import { startProgram } from "./proxy/start-program.ts";

/** Many and short: a busy machine disturbs some of them, and the median is of the others. */
const rounds = 31;
const roundMs = 100;
const referenceRounds = 5;
const many = 64;

/** What is asked for: the one number that counts in a volley, the more the better. */
interface Story {
  readonly name: string;
  readonly reply: "small" | "bulk";
  readonly connections: number;
  readonly score: (volley: ProxyVolley) => number;
}

const stories: readonly Story[] = [
  { name: "requestsPerSecond", reply: "small", connections: many, score: ({ perSecond }) => perSecond },
  {
    name: "bulkMbPerSecond",
    reply: "bulk",
    connections: 4,
    score: ({ perSecond }) => (perSecond * bulkBytes) / 1e6,
  },
  {
    name: "roundTripsPerMs",
    reply: "small",
    connections: 1,
    score: ({ roundTripMs }) => 1 / roundTripMs,
  },
];

/** One way to the target. */
interface Way {
  readonly name: "direct" | "pipe" | "toxiproxy";
  readonly path: Path;
  readonly pid: number;
}

interface Measured {
  readonly scores: number[];
  cpuMs: number;
  requests: number;
}

/** The embedded proxy without toxics beside a plain Node pipe, each a process of its own, to the same target, in turns. */
export const bench: Bench = {
  name: "proxy",
  about:
    "Requests of 64 connections, bulk bytes and the round trip of one connection through the embedded Toxiproxy without toxics, beside a plain Node pipe and no proxy at all.",
  async run({ stretch = 1, onStep = () => {} }: BenchOptions): Promise<BenchOutcome> {
    await using stack = new AsyncDisposableStack();
    const { direct, pipe, toxiproxy } = await openWays(stack);
    const numbers: Record<string, number> = {};
    const marks: Mark[] = [];
    for (const story of stories) {
      onStep(story.name);
      // No proxy at all is only told; a third between the two would give one of them the better places.
      const measured = await inTurns([pipe, toxiproxy], story, rounds, roundMs * stretch);
      const reference = await inTurns([direct], story, referenceRounds, roundMs * stretch);
      const ratios = ratiosTo(measured, "pipe").sort((one, other) => one - other);
      for (const [name, { scores, cpuMs, requests }] of [...reference, ...measured]) {
        numbers[`${story.name}.${name}`] = median(scores);
        numbers[`cpuUs.${story.name}.${name}`] = (cpuMs * 1_000) / requests;
      }
      numbers[`${story.name}.ratioLowerQuartile`] = ratios[Math.floor(ratios.length / 4)] ?? Number.NaN;
      numbers[`${story.name}.ratioUpperQuartile`] = ratios[Math.floor((ratios.length * 3) / 4)] ?? Number.NaN;
      marks.push(markOf(`${story.name}, share of the pipe's`, median(ratios), 0.9, "higher"));
    }
    return { numbers, marks };
  },
};

async function openWays(stack: AsyncDisposableStack): Promise<Record<Way["name"], Way>> {
  const folder = stack.use(leasedFolder("bench")).path;
  const target = stack.use(await startProgram("proxy-target", folder));
  const pipe = stack.use(await startProgram("plain-pipe", folder, [String(target.port)]));
  const embedded = stack.use(await startEmbeddedToxiproxy({ runFolder: folder }));
  const control = await connectToxiproxy(embedded.url);
  const upstream = `127.0.0.1:${target.port}`;
  const proxy = stack.use(await control.createProxy({ name: "bench", listen: "127.0.0.1:0", upstream }));
  const open = async (name: Way["name"], port: number, pid: number): Promise<Way> => ({
    name,
    path: stack.use(await openPath(port, many)),
    pid,
  });
  return {
    direct: await open("direct", target.port, target.pid),
    pipe: await open("pipe", pipe.port, pipe.pid),
    toxiproxy: await open("toxiproxy", proxy.port, embedded.pid),
  };
}

/** A volley each, round after round; the first round warms up. */
async function inTurns(
  ways: readonly Way[],
  { reply, connections, score }: Story,
  count: number,
  durationMs: number,
): Promise<Map<string, Measured>> {
  const measured = new Map(
    ways.map((way) => [way.name as string, { scores: [], cpuMs: 0, requests: 0 } as Measured]),
  );
  for (let round = 0; round <= count; round++) {
    // Whoever is first in one round is last in the next.
    for (const { name: way, path, pid } of round % 2 === 0 ? ways.toReversed() : ways) {
      const beforeMs = await cpuMsOf(pid);
      const volley = await path.volley(reply, connections, durationMs);
      const sum = measured.get(way);
      if (round === 0 || sum === undefined) continue;
      sum.scores.push(score(volley));
      sum.cpuMs += (await cpuMsOf(pid)) - beforeMs;
      sum.requests += volley.requests;
    }
  }
  return measured;
}

/** Of each round: what disturbs the machine for a round disturbs both. */
function ratiosTo(measured: ReadonlyMap<string, Measured>, peer: string): number[] {
  const theirs = measured.get(peer)?.scores ?? [];
  const ours = measured.get("toxiproxy")?.scores ?? [];
  return ours.map((score, round) => score / (theirs[round] ?? Number.NaN));
}
