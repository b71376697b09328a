import { createServer } from "node:net";
import { Redis } from "ioredis";
import { expect, inject, test } from "vitest";
import { Refusal } from "../../refusal.ts";
import { freePort } from "../free-port.ts";
import { givenRedis } from "./given-redis.ts";

async function refusalOf(url: string, withinMs = 5000): Promise<string> {
  const error: unknown = await givenRedis(url, withinMs).catch((thrown: unknown) => thrown);
  return error instanceof Refusal ? error.message : expect.fail(`no refusal, but ${String(error)}`);
}

test("a Redis that is given is neither flushed nor stopped", async () => {
  const url = inject("redisUrl");
  const client = new Redis(url);
  try {
    await client.set("given-redis-test", "stays", "EX", 60);
    {
      await using redis = await givenRedis(url);
      expect(redis).toMatchObject({ url, owned: false, pid: null, controls: null });
    }
    expect(await client.get("given-redis-test")).toBe("stays");
  } finally {
    client.disconnect();
  }
});

test("nobody there is one sentence, at once, without the password", async () => {
  const message = await refusalOf(`redis://me:secret@127.0.0.1:${await freePort()}`);
  expect(message).toMatch(
    /^The Redis at redis:\/\/me:\*\*\*@127\.0\.0\.1:\d+ cannot be used .*ECONNREFUSED.*correct --redis\.$/,
  );
  expect(message).not.toContain("secret");
});

test("a host that does not exist is one sentence", async () => {
  expect(await refusalOf("redis://no-such-host.invalid:6379")).toContain("cannot be used");
});

test("a server that says nothing is given up at the deadline", async () => {
  const silent = createServer();
  const port = await freePort();
  await new Promise<void>((resolve) => silent.listen(port, "127.0.0.1", resolve));
  try {
    expect(await refusalOf(`redis://127.0.0.1:${port}`, 200)).toContain("cannot be used");
  } finally {
    silent.close();
  }
});

test("a wrong password is one sentence that does not tell it", async () => {
  const message = await refusalOf(inject("redisUrl").replace("redis://", "redis://nobody:secret@"));
  expect(message).toContain("WRONGPASS");
  expect(message).not.toContain("secret");
});

test.each(["127.0.0.1:6379", "http://127.0.0.1", "redis://", "redis://127.0.0.1:sixty"])(
  "%s is no Redis URL",
  async (url) => {
    expect(await refusalOf(url)).toContain("is no Redis URL");
  },
);
