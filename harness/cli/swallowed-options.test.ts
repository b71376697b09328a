import { Command } from "commander";
import { describe, expect, it } from "vitest";
import { refuseSwallowedOptions } from "./swallowed-options.ts";

const program = new Command();
program
  .command("scenario")
  .option("--rate <n>")
  .option("--json")
  .option("--some-thing <x>")
  .option("--no-run");

const refuse = (environment: Record<string, string>) => () =>
  refuseSwallowedOptions(program, ["scenario", "burst"], environment);

describe("options that npm kept for itself", () => {
  it("are refused with the right spelling", () => {
    expect(refuse({ npm_lifecycle_event: "scenario", npm_config_rate: "0" })).toThrow(
      "npm kept --rate for itself; put options behind two dashes: npm run scenario burst -- --rate 0",
    );
    expect(refuse({ npm_lifecycle_event: "scenario", npm_config_some_thing: "x" })).toThrow(
      /-- --some-thing x$/,
    );
  });

  it("are refused without a value too", () => {
    expect(refuse({ npm_lifecycle_event: "scenario", npm_config_json: "true" })).toThrow(/-- --json$/);
  });

  it('are refused where npm has turned a "no" into nothing', () => {
    expect(refuse({ npm_lifecycle_event: "scenario", npm_config_run: "" })).toThrow(/-- --no-run$/);
    expect(refuse({ npm_lifecycle_event: "scenario", npm_config_json: "" })).not.toThrow();
  });

  it("are none where npm is not there", () => {
    expect(refuse({ npm_config_rate: "0" })).not.toThrow();
    expect(refuse({ npm_lifecycle_event: "npx", npm_config_json: "true" })).not.toThrow();
  });
});
