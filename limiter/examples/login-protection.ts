import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from "node:http";
import { type AskedLimiter, byIp, createLimiter, rateLimit } from "../index.ts";

/**
 * Failed attempts to log in: few for one account from one address, more for an account from anywhere (so that nobody
 * locks others out with a handful of wrong passwords), and more for an address that tries many accounts.
 * Without Redis nobody gets in: guessing must not become free because a database is away.
 */
export const LOGIN_POLICIES = [
  { name: "account-from-ip", by: "accountFromIp", limit: 5, windowMs: 900_000, fallback: "closed" },
  { name: "account", by: "account", limit: 50, windowMs: 86_400_000, fallback: "closed" },
  { name: "ip", by: "ip", limit: 100, windowMs: 3_600_000, fallback: "closed" },
] as const;

interface LoginRequest extends IncomingMessage {
  credentials: { readonly account: string; readonly password: string };
}

/**
 * `POST /login` with `{ account, password }` as JSON: 200, 401 for a wrong password, 429 after too many of them.
 * Every attempt is charged before the password is looked at, so parallel guesses cannot slip through, and given back
 * unless the password was wrong.
 */
export function loginService(
  limiter: AskedLimiter,
  isRight: (account: string, password: string) => Promise<boolean>,
): RequestListener {
  const ipOf = byIp();
  const limit = rateLimit<LoginRequest>(limiter, {
    key: (request) => {
      const { account } = request.credentials;
      const ip = ipOf(request);
      return { account, ip, accountFromIp: `${account} ${ip}` };
    },
    refundWhen: ({ statusCode }) => statusCode !== 401,
    // What remains would tell anybody how often others have failed at this account.
    headers: { standard: false },
  });
  return async (request, response) => {
    const credentials = await credentialsIn(request);
    if (credentials === undefined) return end(response, 400, "Send { account, password } as JSON.");
    limit(Object.assign(request, { credentials }), response, async (error) => {
      if (error !== undefined) return end(response, 500, "The login failed.");
      const { account, password } = credentials;
      const isWelcome = await isRight(account, password).catch(() => undefined);
      if (isWelcome === undefined) return end(response, 500, "The login failed.");
      return isWelcome ? end(response, 200, "Welcome.") : end(response, 401, "Wrong account or password.");
    });
  };
}

/** The credentials, with one spelling for an account; undefined if there are none of reasonable size. */
async function credentialsIn(request: IncomingMessage): Promise<LoginRequest["credentials"] | undefined> {
  try {
    let text = "";
    for await (const chunk of request.setEncoding("utf8")) {
      text += chunk;
      if (text.length > MOST_CHARACTERS) return undefined;
    }
    const { account, password } = JSON.parse(text);
    if (typeof account !== "string" || typeof password !== "string") return undefined;
    return { account: account.normalize("NFKC").trim().toLowerCase(), password };
  } catch {
    return undefined;
  }
}

const MOST_CHARACTERS = 1_000;

function end(response: ServerResponse, status: number, sentence: string): void {
  response.statusCode = status;
  response.end(`${sentence}\n`);
}

if (import.meta.main) {
  const { REDIS_URL: redis = "redis://127.0.0.1:6379", PORT = "8080" } = process.env;
  const limiter = createLimiter({ redis, policies: LOGIN_POLICIES });
  const isRight = async (_account: string, password: string) => password === "open sesame";
  createServer(loginService(limiter, isRight)).listen(Number(PORT), "127.0.0.1", () => {
    process.stdout.write(
      `POST http://127.0.0.1:${PORT}/login {"account":"alice","password":"open sesame"}\n`,
    );
  });
}
