import { Command } from "commander";
import { describe, expect, it } from "vitest";
import { perhapsSwallowed, refuseSwallowedOptions } from "./swallowed-options.ts";

const program = new Command();
program
  .command("scenario")
  .argument("<name>")
  .option("--rate <n>")
  .option("--url <url>")
  .option("--json")
  .option("--some-thing <x>")
  .option("--no-run")
  .option("--quiet");

const refuse =
  (environment: Record<string, string>, args = ["scenario", "burst"]) =>
  () =>
    refuseSwallowedOptions(program, args, { npm_lifecycle_event: "scenario", ...environment });

describe("options that npm kept for itself", () => {
  it("are refused with the right spelling", () => {
    expect(refuse({ npm_config_rate: "0" })).toThrow(
      "npm kept --rate for itself; put options behind two dashes: npm run scenario burst -- --rate 0",
    );
    expect(refuse({ npm_config_some_thing: "x y" })).toThrow(/-- --some-thing 'x y'$/);
  });

  it("are refused without claiming a value that npm made an argument of", () => {
    expect(refuse({ npm_config_rate: "true" }, ["scenario", "burst", "0"])).toThrow(
      /: npm run scenario <name> -- --rate <n>$/,
    );
    expect(refuse({ npm_config_url: "true\n\ntrue" }, ["scenario", "burst", "a", "b"])).toThrow(
      /: npm run scenario <name> -- --url <url> --url <url>$/,
    );
  });

  it("are refused all at once, beside those that were behind the dashes", () => {
    expect(
      refuse({ npm_config_url: "a\n\nb", npm_config_json: "true" }, ["scenario", "burst", "--rate", "5"]),
    ).toThrow(
      /^npm kept --url and --json for itself.*: npm run scenario burst -- --rate 5 --url a --url b --json$/,
    );
  });

  it('are refused where npm has turned a "no" into nothing', () => {
    expect(refuse({ npm_config_run: "" })).toThrow(/-- --no-run$/);
    expect(refuse({ npm_config_json: "" })).not.toThrow();
  });

  it("of a script with a name of its own are told without what the script says itself", () => {
    expect(refuse({ npm_lifecycle_event: "limits", npm_config_rate: "5" })).toThrow(
      /: npm run limits -- --rate 5$/,
    );
  });

  it("are none where npm is not there", () => {
    expect(() => refuseSwallowedOptions(program, ["scenario"], { npm_config_rate: "0" })).not.toThrow();
    expect(refuse({ npm_lifecycle_event: "npx", npm_config_json: "true" })).not.toThrow();
  });
});

describe("a log level of npm that may have been our --quiet", () => {
  const hint = (args: readonly string[], npm_config_loglevel: string): string | null =>
    perhapsSwallowed(program, args, { npm_lifecycle_event: "scenario", npm_config_loglevel });

  it("is told, and refuses nobody", () => {
    expect(hint(["scenario", "burst"], "warn")).toMatch(/^If you typed --quiet/);
    expect(refuse({ npm_config_loglevel: "warn" })).not.toThrow();
  });

  it("is not told to who said it behind the dashes, nor of other levels", () => {
    expect(hint(["scenario", "burst", "--quiet"], "warn")).toBeNull();
    expect(hint(["scenario", "burst"], "silent")).toBeNull();
  });
});
