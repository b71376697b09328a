import { describe, expect, it } from "vitest";
import { decisionOf, unavailable } from "../decision.ts";
import { refusals } from "./refusal.ts";

const denied = decisionOf([1, 0, 1_000, 500], ["burst"]);

describe("the body of a refusal", () => {
  it.each([
    [undefined, true],
    ["*/*", true],
    ["application/json", true],
    ["Application/Problem+JSON", true],
    ["application/*;q=0.5", true],
    ["text/html, application/xhtml+xml, */*;q=0.8", true],
    ["text/html", false],
    ["text/plain, application/json;q=0", false],
    ["application/json; q=0.000", false],
    ["application/json;q=0.001", true],
    ["", false],
  ])("is a problem for those who accept JSON: %j", (accept, isJson) => {
    for (const decision of [denied, unavailable("burst")]) {
      const { contentType, body, length } = refusals()(decision, accept);
      expect(contentType).toBe(isJson ? "application/problem+json" : "text/plain; charset=utf-8");
      expect(length).toBe(String(Buffer.byteLength(body)));
      if (isJson) expect(JSON.parse(body).status).toBe(decision === denied ? 429 : 503);
    }
  });

  it("is made once, and is right for more combinations than it keeps", () => {
    const names = Array.from({ length: 9 }, (_, i) => `policy ${i} "\\`);
    const bodyOf = refusals();
    expect(bodyOf(denied)).toBe(bodyOf({ ...denied }));
    for (let bits = 1; bits < 2 ** names.length; bits++) {
      const violated = names.filter((_, i) => bits & (1 << i));
      const quotas = names.map((policy) => {
        const retryAfterMs = violated.includes(policy) ? Number.POSITIVE_INFINITY : 0;
        return { policy, remaining: 0, resetMs: 0, retryAfterMs };
      });
      const { body } = bodyOf({ ...denied, policy: violated[0] ?? "", quotas });
      expect(JSON.parse(body)["violated-policies"]).toEqual(violated);
    }
  });

  it("names the policy that decided when nothing else is known", () => {
    expect(JSON.parse(refusals()({ ...denied, quotas: [] }).body)["violated-policies"]).toEqual(["burst"]);
  });
});
