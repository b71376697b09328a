import { Command } from "commander";
import { describe, expect, it } from "vitest";
import { Refusal } from "../refusal.ts";
import { addDeclaredOptions, type ForeignChoice } from "./declared-options.ts";
import { addUrlOptions, type UrlOptions, urlChoice } from "./url-options.ts";

type Options = UrlOptions & { readonly system: string };

/** What the options come to, as commander reads them. */
function choice(...args: readonly string[]): ForeignChoice | null {
  const command = new Command().exitOverride();
  for (const name of ["command", "variant", "replicas", "redis", "toxiproxy"])
    command.option(`--${name} <value>`);
  addDeclaredOptions(addUrlOptions(command.option("--system <where>", "", "auto")));
  return urlChoice(command.parse(args, { from: "user" }).opts<Options>());
}

const here = "http://127.0.0.1:1";
const promised = ["--url", here, "--limit", "100", "--window", "10s"];

describe("--url", () => {
  it.each([
    ["1ms", 1],
    ["1.001s", 1_001],
    ["0.5m", 30_000],
  ])("takes a window of %s", (window, windowMs) =>
    expect(choice("--url", here, "--limit", "9", "--window", window)?.policies[0]?.windowMs).toBe(windowMs),
  );

  it("is one replica each, with one policy for all of them", () => {
    const chosen = choice(...promised, "--url", "http://[::1]:8081/api?a=b", "--allow-remote");
    expect(chosen).toMatchObject({
      replicas: 2,
      policies: [{ name: "per-client", limit: 100, windowMs: 10_000 }],
    });
    expect(chosen?.spelled.join(" ")).toBe(
      `--url '${here}' --url 'http://[::1]:8081/api?a=b' --limit 100 --window 10s --allow-remote`,
    );
  });

  it("may be another machine when that is allowed, and left out altogether", () => {
    expect(choice(...promised, "--url", "http://192.0.2.1", "--allow-remote")?.replicas).toBe(2);
    expect(choice("--variant", "gcra")).toBeNull();
  });

  it("takes a burst where the promise has one", () => {
    for (const promise of ["gcra", "token-bucket"])
      expect(choice(...promised, "--promise", promise, "--burst", "5")?.policies[0]?.burst).toBe(5);
  });

  const cases: readonly (readonly [string, readonly string[], RegExp])[] = [
    ["no limit", ["--url", here, "--window", "10s"], /^--url needs --limit and --window/],
    ["no window", ["--url", here, "--limit", "10"], /^--url needs --limit and --window/],
    ["a limit alone", ["--limit", "9"], /^--limit goes with --url or --command/],
    ["leave for remote ones alone", ["--allow-remote"], /^--allow-remote goes with --url/],
    ["a limit of 0", ["--url", here, "--limit", "0", "--window", "1s"], /^--limit takes a whole number/],
    [
      "a window of no time",
      ["--url", here, "--limit", "9", "--window", "0.4ms"],
      /^--window takes a time from 1ms/,
    ],
    [
      "half a millisecond",
      ["--url", here, "--limit", "9", "--window", "1.5ms"],
      /^--window takes whole mill/,
    ],
    ["an addition of nobody", ["--adds-at-most", "1s"], /^--adds-at-most goes with --url or --command/],
    ["independence alone", ["--replicas-independent"], /^--replicas-independent goes with --url or/],
    ["steps of nobody", ["--resolution", "1s"], /^--resolution goes with --url or --command/],
    ["denials of nobody", ["--denied-consumes"], /^--denied-consumes goes with --url or --command/],
    ["a command", [...promised, "--command", "sh"], /^--url names what runs already, --command what/],
    ["a variant", [...promised, "--variant", "gcra"], /^--variant chooses what we start/],
    ["replicas", [...promised, "--replicas", "2"], /^--replicas is how many we start/],
    ["a system", [...promised, "--system", "docker"], /^--system says where a Redis is started/],
    ["no URL", [...promised, "--url", "localhost:80"], /^localhost:80 is no URL of a gateway/],
    ["TLS", [...promised, "--url", "https://localhost"], /is no URL of a gateway.*plain HTTP/],
    ["a password", [...promised, "--url", "http://u:secret@localhost"], /is no URL of a gateway/],
    ["the same one twice", [...promised, "--url", `${here}/`], /is given twice/],
    ["another machine", [...promised, "--url", "http://192.0.2.1"], /^http:\/\/192\.0\.2\.1 is not on this/],
    ["a name that looks near", [...promised, "--url", "http://127.0.0.1.evil.org"], /is not on this machine/],
    ["remote proxies", [...promised, "--toxiproxy", "http://192.0.2.1:8474"], /is not on this machine/],
    ["a Toxiproxy without URL", [...promised, "--toxiproxy", "here"], /is no URL of a Toxiproxy/],
    ["an unknown promise", [...promised, "--promise", "sliding-windw"], /did you mean sliding-window\?$/],
    ["an unknown fallback", [...promised, "--fallback", "opn"], /did you mean open\?$/],
    ["a window with a burst", [...promised, "--burst", "5"], /^--burst goes with --promise gcra/],
    ["windows of an unread clock", [...promised, "--promise", "clock-window"], /can be read: add --redis/],
    ["proxies of nobody", [...promised, "--proxies", "a"], /^--proxies goes with --toxiproxy/],
    ["too many proxies", [...promised, "--toxiproxy", here, "--proxies", "a,b"], /one name for each --url/],
    [
      "one proxy for two",
      [...promised, "--url", "http://[::1]", "--toxiproxy", here, "--proxies", "a,a"],
      /not 2/,
    ],
  ];
  it.each(cases)("is refused in one sentence with %s", (_, args, sentence) => {
    expect(() => choice(...args)).toThrow(sentence);
    expect(() => choice(...args)).toThrow(Refusal);
    expect(() => choice(...args)).not.toThrow(/secret/);
  });
});
