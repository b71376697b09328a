import { join } from "node:path";
import { packageRoot } from "../package-root.ts";

/** Test support: the text of a scenario of one's own, over in a second, with a limit that its hot key runs into. */
export function sampleStory(): string {
  const from = (path: string) => JSON.stringify(join(packageRoot, "harness", path));
  return `import { answersEverything } from ${from("checkers/answers-everything.ts")};
    import { withinBound } from ${from("checkers/within-bound.ts")};
    import { poisson } from ${from("load/poisson.ts")};
    import { zipfKeys } from ${from("load/zipf-keys.ts")};
    export const scenario = {
      about: "Is a tiny limit kept?",
      policies: [{ name: "tiny", limit: 20, windowMs: 500 }],
      replicas: 1,
      phases: ({ ratePerSecond }) => [
        {
          name: "all",
          load: poisson({ ratePerSecond, durationMs: 1_000, keys: zipfKeys({ hot: [{ key: "hot", share: 0.9 }], tailKeys: 5, prefix: "cold-" }) }),
        },
      ],
      checkers: [withinBound(), answersEverything()],
      gates: ["outcomes.lost == 0"],
    };`;
}
