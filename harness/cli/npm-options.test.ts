import { mkdtemp, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { programOf } from "./program.ts";
import { perhapsSwallowed, refuseSwallowedOptions } from "./swallowed-options.ts";

/** What npm's own reader of command lines looks like from here. */
interface NpmConfig {
  readonly parsedArgv: { readonly remain: readonly string[] };
  load(): Promise<void>;
}
interface NpmConfigClass {
  new (options: Record<string, unknown>): NpmConfig;
}

const npmCli = process.env.npm_execpath ?? "";
const program = programOf(() => {});

let home = "";
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), "gatecrash-npm-"));
});
afterAll(() => rm(home, { recursive: true, force: true }));

/** What npm, as it is installed here, makes of `words` behind `npm run`: the arguments of the script, and its environment. */
async function behindNpm(words: readonly string[]): Promise<readonly [string[], Record<string, string>]> {
  const require = createRequire(npmCli);
  const Config = require("@npmcli/config") as NpmConfigClass;
  const definitions = require("@npmcli/config/lib/definitions") as Record<string, unknown>;
  const environment: Record<string, string> = { HOME: home, PREFIX: home };
  const config = new Config({
    ...definitions,
    npmPath: dirname(dirname(npmCli)),
    argv: [process.execPath, npmCli, "run", ...words],
    env: environment,
    cwd: home,
  });
  await config.load();
  const [, script = "", ...args] = config.parsedArgv.remain;
  return [[script, ...args], { ...environment, npm_lifecycle_event: script }];
}

/** Without this one nothing is broken that might be, and the sentence that refuses it says where it belongs. */
const refusedLater = ["--allow-remote"];

const options = program.commands.flatMap((command) =>
  command.options.map(({ long, flags, required }) => ({
    command: command.name(),
    name: long ?? "",
    flags,
    required,
  })),
);
const typed = options
  .filter(({ name }) => !refusedLater.includes(name))
  .flatMap(({ command, name, flags, required }) => {
    const ways = required ? [[`${name}=7`], [name, "7"]] : [[name]];
    return ways.map((way) => [command, way.join(" "), flags, way] as const);
  });

describe.skipIf(!npmCli.endsWith("npm-cli.js") && !npmCli.endsWith("npx-cli.js"))(
  "whoever forgets npm's two dashes is told before anything runs",
  () => {
    it.each(typed)("npm run %s %s", async (command, _, flags, way) => {
      const [args, environment] = await behindNpm([command, ...way]);
      const hint = perhapsSwallowed(program, args, environment);
      if (hint !== null) return expect(hint).toContain(flags);
      expect(() => refuseSwallowedOptions(program, args, environment)).toThrow(way[0]?.replace("=7", " "));
    });

    it("and with them nobody is", async () => {
      const [args, environment] = await behindNpm(["scenario", "burst", "--", "--rate", "7", "--json"]);
      expect(args).toEqual(["scenario", "burst", "--rate", "7", "--json"]);
      expect(perhapsSwallowed(program, args, environment)).toBeNull();
      expect(() => refuseSwallowedOptions(program, args, environment)).not.toThrow();
    });
  },
);
