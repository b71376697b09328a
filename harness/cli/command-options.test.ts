import { Command } from "commander";
import { describe, expect, it } from "vitest";
import { Refusal } from "../refusal.ts";
import { addCommandOptions, type CommandOptions, commandChoice } from "./command-options.ts";
import { addDeclaredOptions, type ForeignChoice } from "./declared-options.ts";

const scenario = { policies: [{ name: "usual", limit: 7, windowMs: 3_000, burst: 9 }], replicas: 3 };

/** What the options come to, as commander reads them. */
function choice(...args: readonly string[]): ForeignChoice | null {
  const command = new Command().exitOverride();
  for (const name of ["variant", "replicas"]) command.option(`--${name} <value>`);
  addDeclaredOptions(addCommandOptions(command));
  return commandChoice(command.parse(args, { from: "user" }).opts<CommandOptions>(), scenario);
}

const program = ["--command", "python3 gateway.py"];

describe("--command", () => {
  it("is told what the scenario promises, in as many replicas", () => {
    expect(choice(...program)).toMatchObject({
      policies: scenario.policies,
      replicas: 3,
      spelled: ["--command 'python3 gateway.py'"],
    });
  });

  it("may be told a policy and a number of its own; what is not typed is the scenario's", () => {
    const chosen = choice(...program, "--limit", "50", "--replicas", "1", "--ready-within", "2m");
    expect(chosen).toMatchObject({
      policies: [{ name: "per-client", limit: 50, windowMs: 3_000 }],
      replicas: 1,
    });
    expect(choice(...program, "--window", "1s")?.policies).toEqual([
      { name: "per-client", limit: 7, windowMs: 1_000 },
    ]);
    expect(chosen?.spelled.join(" ")).toBe("--command 'python3 gateway.py' --limit 50 --ready-within 2m");
  });

  it("is repeated by a line that a shell reads back as it was typed", () => {
    expect(choice("--command", "sh -c 'exec it'")?.spelled).toEqual([`--command 'sh -c '\\''exec it'\\'''`]);
  });

  it("promises so much for each replica if they know nothing of each other", async () => {
    const args = [...program, "--promise", "gcra", "--replicas-independent", "--replicas", "2"];
    const target = await choice(...args)?.target();
    const part = { kind: "rate", burst: 9, limit: 7, windowMs: 3_000 };
    for (const promise of ["upper", "lower"])
      expect(target?.promises(scenario.policies[0] ?? expect.fail())).toMatchObject({
        [promise]: part,
        isPerReplica: true,
      });
  });

  it("may count in coarse steps of time, and what it denies, and is repeated so", async () => {
    const typed = ["--resolution", "1s", "--denied-consumes"];
    const chosen = choice(...program, ...typed);
    expect(chosen?.spelled.slice(1)).toEqual(["--resolution 1s", "--denied-consumes"]);
    const target = await chosen?.target();
    expect(target?.promises(scenario.policies[0] ?? expect.fail())).toMatchObject({
      clockResolutionMs: 1_000,
      deniedConsumes: true,
    });
  });

  it("may be held to times that are said of it, and is repeated so", async () => {
    const typed = ["--fallback", "closed", "--returns-within", "1500ms", "--adds-at-most", "80ms"];
    const chosen = choice(...program, ...typed);
    expect(chosen?.spelled.slice(1).join(" ")).toBe(typed.join(" "));
    const target = await chosen?.target();
    expect(target?.promises(scenario.policies[0] ?? expect.fail())).toMatchObject({
      addsAtMostMs: 80,
      withoutRedis: { probeIntervalMs: 725 },
    });
  });

  it("can be acted on inside if Node is what is typed", async () => {
    const gives = async (typed: string) => (await choice("--command", typed)?.target())?.gives;
    for (const node of ["node app.js", "/usr/bin/node app.js", "exec node app.js"])
      expect(await gives(node)).toContain("node-gateways");
    for (const other of ["python3 node.py", "./node-like app", "nodemon app.js"])
      expect(await gives(other)).toEqual(["own-gateways"]);
  });

  it("may be left out", () => {
    expect(choice("--variant", "gcra")).toBeNull();
  });

  const cases: readonly (readonly [string, readonly string[], RegExp])[] = [
    ["nothing to start", ["--command", " "], /^--command takes a program as you would type it/],
    ["a variant", [...program, "--variant", "gcra"], /^--variant and --command both say what is started/],
    ["a wait of nobody", ["--ready-within", "2s"], /^--ready-within goes with --command/],
    ["a wait of no length", [...program, "--ready-within", "soon"], /^--ready-within takes/],
    ["no replicas", [...program, "--replicas", "0"], /^--replicas takes a whole number/],
    ["an unknown promise", [...program, "--promise", "gcr"], /did you mean gcra\?$/],
    ["steps longer than its window", [...program, "--resolution", "4s"], /^--resolution 4s is longer than/],
    ["steps of no length", [...program, "--resolution", "fine"], /^--resolution takes a time/],
    [
      "steps of no limit",
      [...program, "--promise", "none", "--resolution", "1s"],
      /^--resolution says how a/,
    ],
    [
      "denials of no limit",
      [...program, "--promise", "none", "--denied-consumes"],
      /^--denied-consumes says/,
    ],
    ["a return of who never leaves", [...program, "--returns-within", "1s"], /^--returns-within goes with/],
    [
      "a return sooner than a decision",
      [...program, "--fallback", "open", "--returns-within", "9ms"],
      /^--returns-within takes 50ms or more/,
    ],
    ["an addition of no length", [...program, "--adds-at-most", "0ms"], /^--adds-at-most takes a time/],
    ["a window with a burst", [...program, "--burst", "5"], /^--burst goes with --promise gcra/],
  ];
  it.each(cases)("is refused in one sentence with %s", (_, args, sentence) => {
    expect(() => choice(...args)).toThrow(sentence);
    expect(() => choice(...args)).toThrow(Refusal);
  });
});
