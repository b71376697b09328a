import type { EventEmitter } from "node:events";
import type { Socket } from "node:net";

/** What we rely on of autocannon's client (9.0.0, pinned): public events, and these members. */
export interface AutocannonClient extends EventEmitter {
  /** The socket; replaced at every reconnect, just before the `request` event of its first request. */
  conn: Socket;
  /** Requests that it may make in all; once made, it ends after the answer. */
  responseMax: number;
  reqsMade: number;
  destroyed: boolean;
  /** Keeps half an answer of a dead connection, unless it is told to begin again. */
  parser: { reinitialize: (type: string) => void };
  /** Asked for the bytes of each request, after its `request` event and just before the write. */
  getRequestBuffer: () => Buffer;
  _connect: () => void;
  destroy: () => void;
}

/** A replaced socket must not raise an error any more: autocannon would connect a second time. */
export function silence(socket: Socket): void {
  socket.removeAllListeners("error");
  socket.on("error", () => {});
  socket.destroy();
}

const longestPauseMs = 100;

/**
 * Makes the client wait before it connects again, the longer the more `refusals` there were in a row: by itself it
 * reconnects thousands of times a second, and every attempt eats a request.
 */
export function pauseAfterRefusals(client: AutocannonClient, refusals: () => number): void {
  const connect = client._connect.bind(client);
  let isPaused = false;
  client._connect = () => {
    if (refusals() === 0) return connect();
    if (isPaused) return;
    isPaused = true;
    setTimeout(
      () => {
        isPaused = false;
        if (!client.destroyed) connect();
      },
      Math.min(longestPauseMs, 2 ** refusals()),
    );
  };
}
