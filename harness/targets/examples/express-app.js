// An Express app in plain JavaScript with the limiter that many write first: INCR, and an expiry with the first hit.
// All its replicas count in one Redis. Its windows begin with a client's first request: --promise first-hit-window.
import express from "express";
import { Redis } from "ioredis";

const { PORT = "8080", HOST = "127.0.0.1", REDIS_URL = "redis://127.0.0.1:6379" } = process.env;
const limit = Number(process.env.RATE_LIMIT ?? 100);
const windowMs = Number(process.env.RATE_WINDOW_MS ?? 10_000);

const redis = new Redis(REDIS_URL, { maxRetriesPerRequest: 1 });
redis.on("error", (error) => console.error(error.message));
// In one script: between two calls a process can die, and leave a counter that never expires.
redis.defineCommand("hit", {
  numberOfKeys: 1,
  lua: `local hits = redis.call("INCR", KEYS[1])
        if hits == 1 then redis.call("PEXPIRE", KEYS[1], ARGV[1]) end
        return { hits, redis.call("PTTL", KEYS[1]) }`,
});

async function limited(request, response, next) {
  try {
    const [hits, leftMs] = await redis.hit(`hits:${request.get("x-client-id")}`, windowMs);
    response.set("x-ratelimit-source", "redis");
    if (hits <= limit) return next();
    return response
      .status(429)
      .set("Retry-After", String(Math.ceil(leftMs / 1_000)))
      .send("too many requests\n");
  } catch {
    // Without Redis nobody is let in: an answer of its own, no error.
    return response.status(503).set("x-ratelimit-reason", "unavailable").send("try again later\n");
  }
}

const app = express();
app.disable("x-powered-by").disable("etag");
app.get("/healthz", (_, response) => response.send("ready\n"));
app.get("/", limited, (_, response) => response.send("ok\n"));
app.listen(Number(PORT), HOST, () => console.log(`listening on http://${HOST}:${PORT}`));
