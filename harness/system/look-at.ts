import { connect } from "node:net";
import type { Endpoint } from "../engines/engine.ts";

/**
 * What becomes of `GET /healthz` at an address where no gateway got ready, in words: whether anybody listens, and what
 * comes back. Never rejects; takes `withinMs` at most.
 */
export function lookAt({ host, port }: Endpoint, withinMs = 1_000): Promise<string> {
  return new Promise((resolve) => {
    let text = "";
    let isConnected = false;
    const socket = connect({ host, port });
    const tell = (words: string) => {
      clearTimeout(late);
      socket.destroy();
      resolve(words);
    };
    const late = setTimeout(
      () => tell(text === "" ? `port ${port} takes connections, but nothing is answered there` : told(text)),
      withinMs,
    );
    socket.setEncoding("latin1");
    socket.on("connect", () => {
      isConnected = true;
      socket.write(`GET /healthz HTTP/1.1\r\nhost: ${host}:${port}\r\nconnection: close\r\n\r\n`);
    });
    socket.on("data", (chunk: string) => {
      text += chunk;
      if (text.includes("\n")) tell(told(text));
    });
    const ended = () => {
      if (text !== "") return tell(told(text));
      return tell(
        isConnected
          ? `port ${port} closes every connection without an answer`
          : `nobody listens on port ${port} of ${host} (it is told which in PORT)`,
      );
    };
    socket.on("error", ended).on("close", ended);
  });
}

/** The first line of an answer, as far as it can be printed. */
function told(text: string): string {
  const first = (text.split("\n")[0] ?? "")
    .replaceAll(/[^\x20-\x7e]/g, "?")
    .slice(0, 60)
    .replace(/\?$/, "");
  return /^HTTP\/1\.[01] \d{3}/.test(first)
    ? `GET /healthz is answered by "${first}"`
    : `what is answered to GET /healthz is no HTTP/1.1: "${first}"`;
}
