import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { LimiterOptionsError } from "../limiter-options.ts";
import { type ByIpOptions, byIp } from "./by-ip.ts";

/** The key of a request from `remoteAddress` with these fields. */
function keyOf(
  options: ByIpOptions,
  remoteAddress: string | undefined,
  headers: Record<string, string | string[]> = {},
): string {
  return byIp(options)({ headers, socket: { remoteAddress } });
}

const forwarded = (value: string | string[]) => ({ "x-forwarded-for": value });
const client = "203.0.113.7";
const list: ByIpOptions = { trustedProxies: ["loopback", "10.0.0.0/8", "2001:db8:ffff::/48"] };

describe("byIp", () => {
  it.each<[string, ByIpOptions, string | undefined, Record<string, string | string[]>, string]>([
    ["ignores every header unless told", {}, client, forwarded("198.51.100.1"), client],
    ["believes one proxy", { trustedProxies: 1 }, "10.0.0.1", forwarded(client), client],
    ["believes two proxies", { trustedProxies: 2 }, "10.0.0.1", forwarded(`${client}, 10.0.0.2`), client],
    [
      "reads no further than the hops",
      { trustedProxies: 1 },
      "10.0.0.1",
      forwarded(`9.9.9.9,${client}`),
      client,
    ],
    ["stops where the list of hops does", { trustedProxies: 3 }, "10.0.0.1", forwarded(client), client],
    ["believes a proxy on a Unix socket", { trustedProxies: 1 }, undefined, forwarded(client), client],
    ["believes listed proxies", list, "::ffff:10.1.2.3", forwarded(`${client}, 10.9.9.9`), client],
    ["believes listed IPv6 proxies", list, "2001:db8:ffff::1", forwarded(client), client],
    ["does not believe others", list, "198.51.100.9", forwarded(client), "198.51.100.9"],
    ["takes the rightmost untrusted", list, "127.0.0.1", forwarded(`10.0.0.1, ${client}, 10.0.0.2`), client],
    ["charges a proxy that talks for itself", list, "127.0.0.1", {}, "127.0.0.1"],
    [
      "charges the proxy that names nobody",
      list,
      "127.0.0.1",
      forwarded("9.9.9.9, unknown, 10.0.0.2"),
      "10.0.0.2",
    ],
    ["joins repeated fields", list, "127.0.0.1", forwarded(["9.9.9.9", client]), client],
    ["accepts ports", list, "127.0.0.1", forwarded(`${client}:5123`), client],
    ["gives requests without an address one key", {}, undefined, {}, "unknown"],
  ])("%s", (_title, options, remote, headers, key) => {
    expect(keyOf(options, remote, headers)).toBe(key);
  });

  it.each([
    [`for=${client}`, client],
    [`for="${client}:80";proto=https;by=10.0.0.1`, client],
    ['proto=http;For="[2001:db8:0:1ff::7]:4711"', "2001:db8:0:100::/56"],
    [`for="9.9.9.9, for=${client}`, client],
    ['for="_gazonk"', "127.0.0.1"],
    [`secretfor=${client}`, "127.0.0.1"],
  ])("reads Forwarded: %s", (value, key) => {
    expect(keyOf({ ...list, header: "Forwarded" }, "127.0.0.1", { forwarded: value })).toBe(key);
  });

  it("gives nobody a new key for a forged prefix", () => {
    const forgery = fc.array(
      fc.oneof(fc.ipV4(), fc.ipV6(), fc.string(), fc.constantFrom("10.0.0.1", '"', "for=1.1.1.1", "unknown")),
      { minLength: 1 },
    );
    const setups = fc.constantFrom<readonly [ByIpOptions, string]>(
      [{}, ""],
      [{ trustedProxies: 1 }, client],
      [{ trustedProxies: 2 }, `${client}, 10.0.0.2`],
      [list, client],
      [list, `${client}, 10.0.0.2`],
      [{ ...list, header: "forwarded" }, `for=${client}`],
    );
    fc.assert(
      fc.property(forgery, setups, (forged, [options, honest]) => {
        const { header = "x-forwarded-for" } = options;
        const remote = options.trustedProxies === undefined ? client : "10.0.0.1";
        expect(keyOf(options, remote, { [header]: `${forged.join(", ")}, ${honest}` })).toBe(client);
      }),
      { numRuns: 2_000 },
    );
  });

  it("gives addresses of one /56 one key, through proxies too", () => {
    const hosts = fc.tuple(fc.nat(0xff), fc.nat(0xffff), fc.nat(0xffff));
    fc.assert(
      fc.property(hosts, ([subnet, high, low]) => {
        const network = (0x100 + subnet).toString(16);
        const address = `2001:db8:0:${network}:0:${high.toString(16)}:0:${low.toString(16)}`;
        expect(keyOf({}, address)).toBe("2001:db8:0:100::/56");
        expect(keyOf({ trustedProxies: 1 }, "::1", forwarded(`[${address}]:1`))).toBe("2001:db8:0:100::/56");
      }),
    );
  });

  it("lists every wrong option", () => {
    const create = () =>
      byIp({
        ipv6Prefix: 20,
        trustedProxies: ["10.0.0.0/8", "nginx", "10.0.0.0/33", "::1/x"],
        header: "a b",
      });
    expect(create).toThrow(LimiterOptionsError);
    expect(create).toThrow(/^The key function byIp cannot be created:/);
    const trusted = (text: string) =>
      `trustedProxies has "${text}"; give an address, a block like 10.0.0.0/8, loopback, linklocal or uniquelocal`;
    try {
      create();
    } catch (error) {
      expect((error as LimiterOptionsError).mistakes).toEqual([
        "ipv6Prefix is 20; give a whole number of bits from 32 to 128",
        ...["nginx", "10.0.0.0/33", "::1/x"].map(trusted),
        'header is "a b"; give the name of one, like x-forwarded-for',
      ]);
    }
    expect(() => byIp({ trustedProxies: 1.5 })).toThrow("trustedProxies is 1.5");
  });

  it.each<readonly [unknown, string]>([
    [null, "the options are null; give { ipv6Prefix, trustedProxies, header }"],
    [{ trustProxies: 1 }, "trustProxies is no option; the options are ipv6Prefix, trustedProxies, header"],
    [{ trustedProxies: "10.0.0.0/8" }, 'trustedProxies is "10.0.0.0/8"; give how many proxies there are'],
    [{ trustedProxies: true }, "trustedProxies is true; give how many proxies there are"],
    [{ trustedProxies: [null] }, "trustedProxies has null; give an address"],
    [{ header: 5 }, "header is 5; give the name of one"],
  ])("says what is wrong with %o", (options, mistake) => {
    expect(() => byIp(options as ByIpOptions)).toThrow(mistake);
  });
});
