import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { noPolicy, sourceCode } from "../history/requests.ts";
import { policyNamesOf } from "./answer.ts";
import { AnswerScanner } from "./answer-scanner.ts";

const policies = policyNamesOf(["second", "day"]);
const bytes = (text: string) => Buffer.from(text, "latin1");

/** What is read of `text`, given in pieces that end at the `cuts`. */
function scanAll(text: string, cuts: readonly number[] = []) {
  const whole = bytes(text);
  const scanner = new AnswerScanner(policies);
  const answers: Record<string, unknown>[] = [];
  let from = 0;
  for (const until of [...cuts, whole.length]
    .map((cut) => Math.min(cut, whole.length))
    .sort((a, b) => a - b)) {
    // A fresh copy, so that nothing may rely on bytes of an earlier piece.
    const piece = Buffer.from(whole.subarray(from, until));
    for (let at = 0; at < piece.length; ) {
      at = scanner.scan(piece, at, piece.length);
      if (scanner.isNonsense) return { answers, end: "nonsense", status: scanner.answer.status };
      if (!scanner.isComplete) break;
      answers.push(read(scanner));
      scanner.clear();
    }
    from = until;
  }
  scanner.finish();
  if (scanner.isComplete) answers.push(read(scanner));
  return { answers, end: scanner.isComplete ? "closed" : "open" };
}

function read({ answer }: AnswerScanner) {
  const { status, unavailable, source, policy, retryAfterMs, keepAlive, keepAliveMs } = answer;
  return {
    status,
    unavailable,
    source,
    policy,
    retryAfterMs,
    keepAlive,
    keepAliveMs,
    remaining: answer.remaining(),
  };
}

const plain: ReturnType<typeof read> = {
  status: 200,
  unavailable: false,
  source: sourceCode.unlabelled,
  policy: noPolicy,
  retryAfterMs: Number.NaN,
  keepAlive: true,
  keepAliveMs: Number.NaN,
  remaining: -1,
};

interface Sample {
  readonly text: string;
  readonly expected: typeof plain;
}

const cased = (name: string) =>
  fc.constantFrom(
    name,
    name.toUpperCase(),
    name.replace(/^\w/, (c) => c.toUpperCase()),
  );
const whole = fc.integer({ min: 0, max: 2 ** 31 - 1 });
const body = fc.string({ unit: fc.constantFrom("a", "\n", "\r", "H", ":", "0"), maxLength: 40 });
const framings = [
  (text: string) => ({ headers: [`content-length: ${text.length}`], text }),
  (text: string) => ({ headers: ["Transfer-Encoding: chunked"], text: chunked(text) }),
];

function chunked(text: string): string {
  const chunks = text.match(/.{1,7}/gs) ?? [];
  const all = chunks.map((c) => `${c.length.toString(16)};x=y\r\n${c}\r\n`).join("");
  return `${all}0\r\ntrailer: t\r\n\r\n`;
}

const sample: fc.Arbitrary<Sample> = fc
  .record({
    status: fc.constantFrom(200, 429, 503, 204, 304, 500),
    interim: fc.boolean(),
    rateLimit: fc.option(fc.record({ second: whole, day: whole, name: cased("ratelimit") })),
    retryAfter: fc.option(fc.integer({ min: 0, max: 99_999 })),
    source: fc.option(fc.constantFrom("redis", "local")),
    policy: fc.option(fc.constantFrom("second", "day")),
    unavailable: fc.boolean(),
    keepAliveSeconds: fc.option(fc.integer({ min: 0, max: 600 })),
    junk: fc.array(
      fc.constantFrom("date: today", "x-y:", "content-type: text/plain; a=b", "cookie:\t x=y \t"),
      {
        maxLength: 3,
      },
    ),
    body,
    framing: fc.constantFrom(...framings),
  })
  .map((s) => {
    const bodiless = s.status === 204 || s.status === 304;
    const framed = bodiless ? { headers: [], text: "" } : s.framing(s.body);
    const lines = [
      ...s.junk,
      ...(s.rateLimit
        ? [`${s.rateLimit.name}: "second";r=${s.rateLimit.second}, "day";r=${s.rateLimit.day}`]
        : []),
      ...(s.retryAfter === null ? [] : [`Retry-After:${s.retryAfter}`]),
      ...(s.source === null ? [] : [`X-RateLimit-Source:  ${s.source}`]),
      ...(s.policy === null ? [] : [`x-ratelimit-policy: ${s.policy}`]),
      ...(s.unavailable ? ["x-ratelimit-reason: unavailable"] : []),
      ...(s.keepAliveSeconds === null ? [] : [`Keep-Alive: max=9, timeout=${s.keepAliveSeconds}`]),
      ...framed.headers,
    ];
    const interim = s.interim ? 'HTTP/1.1 103 Early Hints\r\nratelimit: "second";r=1\r\n\r\n' : "";
    const policy = s.policy === null ? noPolicy : s.policy === "day" ? 1 : 0;
    const remaining = s.rateLimit ? (policy === 1 ? s.rateLimit.day : s.rateLimit.second) : -1;
    return {
      text: `${interim}HTTP/1.1 ${s.status} Some Reason\r\n${lines.map((line) => `${line}\r\n`).join("")}\r\n${framed.text}`,
      expected: {
        ...plain,
        status: s.status,
        unavailable: s.unavailable,
        source: s.source === null ? sourceCode.unlabelled : sourceCode[s.source],
        policy,
        retryAfterMs: s.retryAfter === null ? Number.NaN : s.retryAfter * 1000,
        keepAliveMs: s.keepAliveSeconds === null ? Number.NaN : s.keepAliveSeconds * 1000,
        remaining,
      },
    };
  });

test("answers are read the same, wherever the bytes are split and however many come at once", () => {
  fc.assert(
    fc.property(
      fc.array(sample, { maxLength: 4 }),
      fc.array(fc.nat(1500), { maxLength: 12 }),
      (samples, cuts) => {
        const { answers, end } = scanAll(samples.map(({ text }) => text).join(""), cuts);
        expect(answers).toEqual(samples.map(({ expected }) => expected));
        expect(end).toBe("open");
      },
    ),
    { numRuns: 500 },
  );
});

test("an answer is read the same byte by byte", () => {
  fc.assert(
    fc.property(sample, ({ text, expected }) => {
      const cuts = Array.from({ length: text.length }, (_, i) => i);
      expect(scanAll(text, cuts).answers).toEqual([expected]);
    }),
    { numRuns: 50 },
  );
});

test("any bytes end in answers, in nonsense or in waiting, never in a throw", () => {
  const unit = fc.constantFrom(
    ...'HTTP/1.1 200\r\n:;,="r0a',
    "HTTP/1.1 200 OK\r\n",
    "\r\n",
    "ratelimit:",
    "\0",
  );
  fc.assert(
    fc.property(fc.string({ unit, maxLength: 200 }), fc.array(fc.nat(200)), (text, cuts) => {
      expect(["nonsense", "open", "closed"]).toContain(scanAll(text, cuts).end);
    }),
    { numRuns: 1000 },
  );
});

describe("nonsense", () => {
  test.each([
    ["another protocol", "SSH-2.0-OpenSSH_9.6\r\n"],
    ["a status that is no number", "HTTP/1.1 2x0 OK\r\n"],
    ["a status of four digits", "HTTP/1.1 2000 OK\r\n"],
    ["another version", "HTTP/2.0 200 OK\r\n"],
    ["a header without a colon", "HTTP/1.1 200 OK\r\nno colon\r\n\r\n"],
    ["a header without a name", "HTTP/1.1 200 OK\r\n: x\r\n\r\n"],
    ["a blank before the colon", "HTTP/1.1 200 OK\r\nretry-after : 1\r\n\r\n"],
    ["a folded header", "HTTP/1.1 200 OK\r\na: b\r\n c\r\n\r\n"],
    ["two lengths", "HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nab"],
    ["a length that is no number", "HTTP/1.1 200 OK\r\ncontent-length: -1\r\n\r\n"],
    [
      "a length and chunks",
      "HTTP/1.1 200 OK\r\ncontent-length: 5\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n",
    ],
    ["a coding that was not asked for", "HTTP/1.1 200 OK\r\ntransfer-encoding: gzip, chunked\r\n\r\n"],
    [
      "a chunk of no size that we know",
      `HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n${"f".repeat(16)}\r\n`,
    ],
    ["a chunk without a size", "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n\r\n"],
    ["a chunk longer than it says", "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n1\r\nab\r\n"],
    ["a switch of protocols", "HTTP/1.1 101 Switching Protocols\r\n\r\n"],
    ["a line without an end", `HTTP/1.1 200 ${"x".repeat(20_000)}`],
  ])("%s", (_about, text) => {
    expect(scanAll(text).end).toBe("nonsense");
  });

  test("the status that was read before is kept", () => {
    expect(scanAll("HTTP/1.1 503 Oops\r\nbroken\r\n\r\n").status).toBe(503);
  });
});

test("lines may end in LF alone, and the size of a chunk may begin with zeros", () => {
  const lines = "HTTP/1.1 429 No\nretry-after: 2\ncontent-length: 3\n\na\nb";
  const expected = { ...plain, status: 429, retryAfterMs: 2_000 };
  expect(scanAll(lines)).toEqual({ answers: [expected], end: "open" });
  const cuts = Array.from({ length: lines.length }, (_, i) => i);
  expect(scanAll(lines, cuts).answers).toEqual([expected]);
  const head = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n";
  for (const zeros of ["0000000", "000000000000000"])
    expect(scanAll(`${head}${zeros}3\r\nabc\r\n${zeros}0\r\n\r\n`)).toEqual({
      answers: [plain],
      end: "open",
    });
});

test("a body without a length ends with the connection", () => {
  const { answers, end } = scanAll("HTTP/1.1 200 OK\r\n\r\nanything", [20, 22]);
  expect(answers).toEqual([{ ...plain, keepAlive: false }]);
  expect(end).toBe("closed");
});

test("half an answer at the end of the connection is none", () => {
  expect(scanAll("HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nabc").answers).toEqual([]);
});

test("a connection is kept or closed as the answer says", () => {
  const keepAlive = (version: string, connection: string) =>
    scanAll(`HTTP/${version} 204 No Content\r\n${connection}\r\n`).answers[0]?.keepAlive;
  expect(keepAlive("1.1", "")).toBe(true);
  expect(keepAlive("1.1", "Connection: Close\r\n")).toBe(false);
  expect(keepAlive("1.1", "connection: upgrade , close\r\n")).toBe(false);
  expect(keepAlive("1.0", "")).toBe(false);
  expect(keepAlive("1.0", "connection: keep-alive\r\n")).toBe(true);
});

test("a Retry-After that is a date, and a policy that nobody knows, say nothing", () => {
  const text =
    "HTTP/1.1 429 No\r\nretry-after: Wed, 21 Oct 2026 07:28:00 GMT\r\nx-ratelimit-policy: year\r\ncontent-length: 0\r\n\r\n";
  expect(scanAll(text).answers).toEqual([{ ...plain, status: 429 }]);
});

test.each(["close, keep-alive", "keep-alive, close", "close\r\nconnection: keep-alive"])(
  "a connection that says %j is closed, and the next answer's is not",
  (said) => {
    const text = `HTTP/1.1 200 OK\r\nconnection: ${said}\r\ncontent-length: 0\r\n\r\n`;
    const next = "HTTP/1.0 200 OK\r\nconnection: keep-alive\r\ncontent-length: 0\r\n\r\n";
    expect(scanAll(text + next).answers.map(({ keepAlive }) => keepAlive)).toEqual([false, true]);
  },
);

test("a line has one greatest length, wherever it is cut", () => {
  const textOf = (bytesOfLine: number) =>
    `HTTP/1.1 200 OK\r\n${"x".repeat(9)}: ${"y".repeat(bytesOfLine - 12)}\r\ncontent-length: 0\r\n\r\n`;
  const cuts = fc.array(fc.nat({ max: 17_000 }), { maxLength: 5 });
  fc.assert(
    fc.property(cuts, fc.integer({ min: -2, max: 2 }), (at, more) => {
      const isRead = scanAll(textOf(16_384 + more), at).answers.length === 1;
      expect(isRead).toBe(more <= 0);
    }),
  );
});

test("a RateLimit in several lines is one list, one too long is none", () => {
  const head = "HTTP/1.1 429 No\r\ncontent-length: 0\r\nx-ratelimit-policy: day\r\n";
  const two = 'ratelimit: "second";r=1\r\nratelimit: "day";r=2\r\n\r\n';
  expect(scanAll(head + two).answers[0]?.remaining).toBe(2);
  const long = `ratelimit: "${"x".repeat(600)}";r=1\r\nratelimit: "day";r=2\r\n\r\n`;
  expect(scanAll(head + long).answers[0]?.remaining).toBe(-1);
});
