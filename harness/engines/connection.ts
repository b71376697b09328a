import { connect, type Socket } from "node:net";
import { monotonicMs } from "../history/monotonic-clock.ts";
import type { PolicyNames } from "./answer.ts";
import { AnswerScanner } from "./answer-scanner.ts";
import type { Endpoint, EngineContext } from "./engine.ts";
import { recordAnswer, recordError, recordGivenUp, recordLost } from "./record.ts";
import type { RequestText } from "./request-text.ts";

/** `row` of a connection that carries no request. */
export const noRow = -1;

/** Who is told what became of a connection. */
export interface ConnectionOwner {
  /** It was connected and can carry a request. */
  readonly connected: (connection: Connection) => void;
  /** Its request is complete and it can carry another. */
  readonly free: (connection: Connection) => void;
  /** It will carry no further request, because of `error` if the system named one. Told once. */
  readonly gone: (connection: Connection, error: NodeJS.ErrnoException | null) => void;
  /** One row is complete. */
  readonly settled: () => void;
}

/** All that the connections to one replica have in common. */
export interface ConnectionContext {
  readonly engine: EngineContext;
  readonly endpoint: Endpoint;
  readonly policies: PolicyNames;
  readonly text: RequestText;
  readonly owner: ConnectionOwner;
  /** How long a connection may be idle before the server might close it: as the server says, once it has. */
  idleAtMostMs: number;
}

// One for all sockets of the thread: libuv asks for it, fills it and hands it over in one go.
const readBuffer = Buffer.allocUnsafeSlow(65_536);

/**
 * One keep-alive connection with at most one request in flight. A request whose connection ends before its answer
 * is complete is lost: it is never sent again, as it may have consumed.
 */
export class Connection {
  /** The row in flight, or `noRow`. */
  row: number = noRow;
  /** Neither connected nor refused yet. */
  isConnecting = true;
  /** Since when it carries nothing. */
  idleSinceMs = 0;

  readonly #context: ConnectionContext;
  readonly #scanner: AnswerScanner;
  readonly #socket: Socket;
  #isGone = false;
  #error: NodeJS.ErrnoException | null = null;

  constructor(context: ConnectionContext) {
    this.#context = context;
    this.#scanner = new AnswerScanner(context.policies);
    const { host, port } = context.endpoint;
    const onRead = (length: number, bytes: Uint8Array) => this.#read(length, bytes);
    this.#socket = connect({ host, port, noDelay: true, onread: { buffer: readBuffer, callback: onRead } });
    this.#socket.once("connect", () => {
      this.isConnecting = false;
      this.idleSinceMs = monotonicMs();
      context.owner.connected(this);
    });
    this.#socket.once("end", () => this.#ended());
    this.#socket.on("error", (error: NodeJS.ErrnoException) => {
      this.#error = error;
    });
    this.#socket.once("close", () => this.#leave());
  }

  /** Sends `row` now; `sentMs` is stamped just before the write. */
  send(row: number): void {
    const { engine, text } = this.#context;
    const request = text(row);
    this.row = row;
    engine.requests.sentMs[row] = monotonicMs();
    this.#socket.write(request, "latin1");
  }

  /** Closes it, for nobody waits any more; a request in flight is lost. */
  giveUp(): void {
    const { row } = this;
    this.row = noRow;
    if (row !== noRow) {
      recordGivenUp(this.#context.engine.requests, row);
      this.#context.owner.settled();
    }
    this.destroy();
  }

  /** Closes it; a request in flight is lost. */
  destroy(): void {
    this.#socket.destroy();
    this.#leave();
  }

  #read(length: number, bytes: Uint8Array): boolean {
    const nowMs = monotonicMs();
    const { row } = this;
    if (this.#isGone) return true;
    // Bytes that nobody asked for (a 408, say): what follows them cannot be trusted.
    if (row === noRow) {
      this.destroy();
      return true;
    }
    const scanner = this.#scanner;
    const stoppedAt = scanner.scan(bytes, 0, length);
    if (scanner.isComplete) {
      const { keepAlive } = scanner.answer;
      this.#answered(nowMs);
      if (keepAlive && stoppedAt === length) this.#context.owner.free(this);
      else this.destroy();
    } else if (scanner.isNonsense) this.#gibberish(nowMs);
    return true;
  }

  #answered(nowMs: number): void {
    const { row } = this;
    const { answer } = this.#scanner;
    this.row = noRow;
    this.idleSinceMs = nowMs;
    // A server that says N seconds may close a little early: half a second, or half of it when it is short.
    if (answer.keepAliveMs >= 0)
      this.#context.idleAtMostMs = Math.max(answer.keepAliveMs / 2, answer.keepAliveMs - 500);
    recordAnswer(this.#context.engine, row, answer, nowMs);
    this.#scanner.clear();
    this.#context.owner.settled();
  }

  #gibberish(nowMs: number): void {
    const { row } = this;
    this.row = noRow;
    recordError(this.#context.engine.requests, row, nowMs, this.#scanner.answer.status);
    this.#context.owner.settled();
    this.destroy();
  }

  /** The server closed: complete if its body was to last until then, else lost. */
  #ended(): void {
    if (this.row !== noRow && !this.#isGone) {
      this.#scanner.finish();
      if (this.#scanner.isComplete) this.#answered(monotonicMs());
    }
    this.#leave();
  }

  #leave(): void {
    if (this.#isGone) return;
    this.#isGone = true;
    if (this.row !== noRow) {
      const { row } = this;
      this.row = noRow;
      recordLost(this.#context.engine.requests, row);
      this.#context.owner.settled();
    }
    this.#context.owner.gone(this, this.#error);
  }
}
