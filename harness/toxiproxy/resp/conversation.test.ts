import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Conversation } from "./conversation.ts";
import type { Fate, RedisRule } from "./redis-rule.ts";
import { RespScanner } from "./resp-scanner.ts";

function command(...words: string[]): string {
  return `*${words.length}\r\n${words.map((word) => `$${word.length}\r\n${word}\r\n`).join("")}`;
}

const refusal = "-OOM no\r\n";
const refuses = (name: string): RedisRule => ({
  fate: (given): Fate | null => (given === name ? { kind: "answer", reply: Buffer.from(refusal) } : null),
});
const loses = (name: string, afterwards: "silence" | "reset"): RedisRule => ({
  fate: (given): Fate | null => (given === name ? { kind: "lose", afterwards } : null),
});

/** A conversation whose two sides are only noted. */
function noted() {
  const said = { toRedis: "", toClient: "", closed: 0, resets: 0 };
  const conversation = new Conversation({
    toRedis: (bytes) => {
      said.toRedis += bytes.toString("latin1");
    },
    toClient: (bytes) => {
      said.toClient += bytes.toString("latin1");
    },
    close: () => {
      said.closed++;
    },
    reset: () => {
      said.resets++;
    },
  });
  const client = (text: string) => conversation.commands(Buffer.from(text, "latin1"));
  const redis = (text: string) => conversation.replies(Buffer.from(text, "latin1"));
  return { conversation, said, client, redis };
}

/** The commands in `text`, each by its second word. */
function idsIn(text: string): string[] {
  const scanner = new RespScanner({ words: 2 });
  const bytes = Buffer.from(text, "latin1");
  const ids: string[] = [];
  for (let at = 0; at >= 0 && at < bytes.length; ) {
    at = scanner.scan(bytes, at);
    if (at >= 0) ids.push(scanner.word(1));
  }
  return ids;
}

describe("a conversation", () => {
  it("answers every command in its turn, however bytes are split and whenever rules come and go", () => {
    const step = fc.oneof(
      {
        weight: 6,
        arbitrary: fc.record({ kind: fc.constant("send" as const), bytes: fc.integer({ min: 1, max: 60 }) }),
      },
      {
        weight: 6,
        arbitrary: fc.record({ kind: fc.constant("reply" as const), bytes: fc.integer({ min: 1, max: 40 }) }),
      },
      { weight: 1, arbitrary: fc.constant({ kind: "toggle" as const, bytes: 0 }) },
    );
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom("EVALSHA", "GET"), { minLength: 1, maxLength: 12 }),
        fc.array(step, { maxLength: 60 }),
        (names, steps) => {
          const { conversation, said, client, redis } = noted();
          const rule = refuses("EVALSHA");
          const sent = names.map((name, index) => command(name, `N${index}`)).join("");
          let given = 0;
          let isOn = false;
          let answered = 0;
          const replies = () =>
            idsIn(said.toRedis)
              .map((id) => `$${id.length}\r\n${id}\r\n`)
              .join("");
          const doStep = ({ kind, bytes }: { kind: "send" | "reply" | "toggle"; bytes: number }) => {
            if (kind === "toggle") {
              if (isOn) conversation.remove(rule);
              else conversation.add(rule);
              isOn = !isOn;
            } else if (kind === "send" && given < sent.length) {
              client(sent.slice(given, given + bytes));
              given = Math.min(sent.length, given + bytes);
            } else if (kind === "reply" && replies().length > answered) {
              const piece = replies().slice(answered, answered + bytes);
              redis(piece);
              answered += piece.length;
            }
          };
          for (const each of steps) doStep(each);
          doStep({ kind: "send", bytes: sent.length });
          doStep({ kind: "reply", bytes: Number.MAX_SAFE_INTEGER });
          const reached = new Set(idsIn(said.toRedis));
          const expected = names.map((_, index) => {
            const id = `N${index}`;
            return reached.has(id) ? `$${id.length}\r\n${id}\r\n` : refusal;
          });
          expect(said.toClient).toBe(expected.join(""));
          for (const [index, name] of names.entries()) {
            if (name === "GET") expect(reached).toContain(`N${index}`);
          }
        },
      ),
      { numRuns: 500 },
    );
  });

  it("keeps refused commands from Redis, and the replies of earlier ones come first", () => {
    const { conversation, said, client, redis } = noted();
    client(command("GET", "a"));
    conversation.add(refuses("EVALSHA"));
    client(command("EVALSHA", "x") + command("GET", "b"));
    expect(said.toRedis).toBe(command("GET", "a") + command("GET", "b"));
    expect(said.toClient).toBe("");
    redis("$1\r\n");
    redis("a\r\n$1\r\nb\r\n");
    expect(said.toClient).toBe(`$1\r\na\r\n${refusal}$1\r\nb\r\n`);
  });

  it("passes RESP3 pushes at any place, and never answers in the middle of one", () => {
    const { conversation, said, client, redis } = noted();
    conversation.add(refuses("EVALSHA"));
    redis(">2\r\n+invalidate\r\n");
    client(command("EVALSHA", "x"));
    expect(said.toClient).toBe(">2\r\n+invalidate\r\n");
    redis("*0\r\n");
    expect(said.toClient).toBe(`>2\r\n+invalidate\r\n*0\r\n${refusal}`);
  });

  it("makes EXEC fail after a refused command, and has Redis discard the rest", () => {
    const { conversation, said, client, redis } = noted();
    conversation.add(refuses("EVALSHA"));
    client(
      command("MULTI") +
        command("SET", "a", "1") +
        command("EVALSHA", "x") +
        command("EXEC") +
        command("PING"),
    );
    expect(said.toRedis).toBe(
      command("MULTI") + command("SET", "a", "1") + command("DISCARD") + command("PING"),
    );
    redis("+OK\r\n+QUEUED\r\n+OK\r\n+PONG\r\n");
    expect(said.toClient).toBe(
      `+OK\r\n+QUEUED\r\n${refusal}-EXECABORT Transaction discarded because of previous errors.\r\n+PONG\r\n`,
    );
  });

  it("loses the reply of an executed command and all later ones, and is closed when the rule goes", () => {
    const { conversation, said, client, redis } = noted();
    client(command("GET", "a"));
    const rule = loses("EVALSHA", "silence");
    conversation.add(rule);
    client(command("GET", "b") + command("EVALSHA", "x") + command("GET", "c"));
    redis("+a\r\n+b\r\n+x\r\n+c\r\n");
    expect(idsIn(said.toRedis)).toEqual(["A", "B", "X", "C"]);
    expect(said.toClient).toBe("+a\r\n+b\r\n");
    expect(said.closed).toBe(0);
    conversation.remove(rule);
    expect(said.closed).toBe(1);
  });

  it("resets as the reply comes, not before the command was executed", () => {
    const { conversation, said, client, redis } = noted();
    conversation.add(loses("EVALSHA", "reset"));
    client(command("EVALSHA", "x"));
    expect(said.resets).toBe(0);
    redis("+");
    expect(said).toMatchObject({ resets: 1, toClient: "" });
  });

  it("loses no reply whose rule went before it came", () => {
    const { conversation, said, client, redis } = noted();
    const rule = loses("EVALSHA", "silence");
    conversation.add(rule);
    client(command("EVALSHA", "x") + command("GET", "a"));
    conversation.remove(rule);
    redis("+x\r\n+a\r\n");
    expect(said).toMatchObject({ toClient: "+x\r\n+a\r\n", closed: 0 });
  });

  it("in a transaction loses the reply of EXEC, which is when the command is executed", () => {
    const { conversation, said, client, redis } = noted();
    conversation.add(loses("EVALSHA", "silence"));
    client(command("MULTI") + command("EVALSHA", "x") + command("EXEC"));
    redis("+OK\r\n+QUEUED\r\n*1\r\n+x\r\n");
    expect(said.toClient).toBe("+OK\r\n+QUEUED\r\n");
  });

  it.each([
    ["a subscription", command("SUBSCRIBE", "a"), "*3\r\n"],
    ["CLIENT REPLY", command("CLIENT", "REPLY", "OFF"), "+OK\r\n"],
    ["what is no RESP", "hello", "hello yourself"],
  ])("leaves %s alone for good", (_, first, reply) => {
    const { conversation, said, client, redis } = noted();
    conversation.add(refuses("EVALSHA"));
    client(first);
    client(command("EVALSHA", "x"));
    redis(reply);
    expect(conversation.isTracked).toBe(false);
    expect(said).toMatchObject({ toRedis: first + command("EVALSHA", "x"), toClient: reply });
  });

  it("takes a server that speaks first for no Redis", () => {
    const { conversation, redis, said } = noted();
    redis("+hello\r\n");
    expect(conversation.isTracked).toBe(false);
    expect(said.toClient).toBe("+hello\r\n");
  });
});
