import { HttpClient } from "toxiproxy-node-client/dist/HttpClient.js";

/** A call of the control plane that got no good answer. */
export class ToxiproxyControlError extends Error {
  readonly code: "TOXIC_UNKNOWN" | "CONTROL_DEADLINE" | "CONTROL_UNREACHABLE" | "CONTROL_REFUSED";
  /** Of the answer; `null` without one. */
  readonly status: number | null;

  constructor(
    code: ToxiproxyControlError["code"],
    message: string,
    status: number | null,
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.code = code;
    this.status = status;
  }
}

/** toxiproxy-node-client's way to the server, with a deadline on every call, and with the server's own words on errors. */
export class BoundedHttpClient extends HttpClient {
  readonly #deadlineMs: number;

  constructor(deadlineMs: number) {
    super();
    this.#deadlineMs = deadlineMs;
  }

  override async get<T>(url: string): Promise<{ data: T }> {
    return { data: JSON.parse(await this.#ask("GET", url)) as T };
  }

  override async post<T>(url: string, body?: unknown): Promise<{ data: T }> {
    const answer = await this.#ask("POST", url, body);
    return { data: (answer === "" ? undefined : JSON.parse(answer)) as T };
  }

  override async delete(url: string): Promise<void> {
    await this.#ask("DELETE", url);
  }

  override getText(url: string): Promise<string> {
    return this.#ask("GET", url);
  }

  async #ask(method: string, url: string, body?: unknown): Promise<string> {
    const signal = AbortSignal.timeout(this.#deadlineMs);
    const what = `${method} ${url}`;
    try {
      const response = await fetch(url, {
        method,
        signal,
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      const answer = await response.text();
      if (response.ok) return answer;
      throw refused(what, response.status, answer);
    } catch (cause) {
      if (cause instanceof ToxiproxyControlError) throw cause;
      if (signal.aborted) {
        throw new ToxiproxyControlError(
          "CONTROL_DEADLINE",
          `Toxiproxy did not answer ${what} within ${this.#deadlineMs} ms`,
          null,
          { cause },
        );
      }
      throw new ToxiproxyControlError("CONTROL_UNREACHABLE", `${what} failed: no connection`, null, {
        cause,
      });
    }
  }
}

function refused(what: string, status: number, answer: string): ToxiproxyControlError {
  const words = wordsOf(answer);
  const code = words === "invalid toxic type" ? "TOXIC_UNKNOWN" : "CONTROL_REFUSED";
  return new ToxiproxyControlError(code, `Toxiproxy refused ${what}: ${words} (${status})`, status);
}

function wordsOf(answer: string): string {
  try {
    const { error, title } = JSON.parse(answer) as { readonly error?: unknown; readonly title?: unknown };
    return String(error ?? title ?? answer);
  } catch {
    return answer.trim();
  }
}
