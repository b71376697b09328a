import type { Socket } from "node:net";
import { monotonicMs } from "../history/monotonic-clock.ts";
import type { PolicyNames } from "./answer.ts";
import { AnswerScanner } from "./answer-scanner.ts";
import { type AutocannonClient, pauseAfterRefusals, silence } from "./autocannon-client.ts";
import { noRow } from "./connection.ts";
import type { EngineContext } from "./engine.ts";
import { isOwnShortage } from "./own-shortage.ts";
import { recordAnswer, recordDropped, recordError, recordLost, recordRefused } from "./record.ts";
import type { RequestText } from "./request-text.ts";

/** What the recorded clients of one replica have in common. */
export interface SaturatingContext {
  readonly engine: EngineContext;
  readonly policies: PolicyNames;
  readonly text: RequestText;
  readonly replica: number;
  readonly phase: number;
  /** Hands out the rows of a volley; `noRow` when none is left. */
  readonly nextRow: () => number;
  readonly books: Books;
}

/** What we counted ourselves, to compare with what autocannon counted. */
export interface Books {
  connectionsOpened: number;
  /** Requests that autocannon made. */
  sent: number;
  /** Of these, requests for which no row was left; they were kept from being sent. */
  unrecorded: number;
  answered: number;
  /** Answers that autocannon was not shown, since its connection ended with them. */
  withheld: number;
}

/**
 * Records every request of one autocannon client, whose own records cannot be trusted: when the server closes, it
 * asks again without a word, and from then on books each answer on the request before. So each client has one
 * slot: a request that begins while the slot is taken means that the earlier one was lost. Answers are read by our
 * own scanner, which sees the bytes first; what it cannot trust never reaches autocannon, which then connects anew.
 */
export class SaturatingClient {
  readonly #client: AutocannonClient;
  readonly #context: SaturatingContext;
  readonly #scanner: AnswerScanner;
  #row: number = noRow;
  #socket: Socket | null = null;
  #wasConnected = false;
  #refusals = 0;

  constructor(client: AutocannonClient, context: SaturatingContext) {
    this.#client = client;
    this.#context = context;
    this.#scanner = new AnswerScanner(context.policies);
    client.on("request", () => this.#begin());
    client.on("connError", (error: Error) => this.#failed(error));
    client.on("timeout", () => this.#lose());
    client.on("done", () => this.#lose());
    client.getRequestBuffer = () => Buffer.from(context.text(this.#row), "latin1");
    pauseAfterRefusals(client, () => this.#refusals);
  }

  /** Ends after the answer that it waits for. */
  stop(): void {
    this.#client.responseMax = Math.max(this.#client.reqsMade, 1);
  }

  /** Ends at once; a request in flight is lost. */
  destroy(): void {
    this.#client.destroy();
  }

  #begin(): void {
    const client = this.#client;
    const { books, engine, nextRow, phase, replica } = this.#context;
    // Autocannon took for complete what is not (an interim answer, say): nothing that follows can be attributed.
    if (this.#row !== noRow && client.conn === this.#socket) this.#abandonSocket();
    this.#lose();
    books.sent++;
    if (client.conn !== this.#socket) this.#watch(client.conn);
    this.#row = nextRow();
    if (this.#row === noRow) {
      books.unrecorded++;
      client.destroy();
      return;
    }
    this.#scanner.clear();
    engine.requests.replica[this.#row] = replica;
    engine.requests.phase[this.#row] = phase;
    this.#stampSent();
  }

  #stampSent(): void {
    const { requests } = this.#context.engine;
    const nowMs = monotonicMs();
    requests.sentMs[this.#row] = nowMs;
    requests.intendedMs[this.#row] = nowMs;
  }

  /** Puts us between a new socket and autocannon. */
  #watch(socket: Socket): void {
    if (this.#socket !== null) silence(this.#socket);
    this.#socket = socket;
    this.#wasConnected = false;
    this.#context.books.connectionsOpened++;
    this.#client.parser.reinitialize("RESPONSE");
    socket.setNoDelay(true);
    socket.once("connect", () => {
      this.#wasConnected = true;
      this.#refusals = 0;
      // What was asked before goes out only now.
      if (this.#row !== noRow) this.#stampSent();
    });
    const theirs = socket.listeners("data");
    socket.removeAllListeners("data");
    socket.on("data", (bytes: Buffer) => {
      if (socket === this.#socket && this.#read(bytes, monotonicMs()))
        for (const listener of theirs) listener.call(socket, bytes);
    });
    socket.prependListener("end", () => {
      if (socket === this.#socket) this.#ended();
    });
  }

  /** Returns whether autocannon may see the bytes. */
  #read(bytes: Buffer, nowMs: number): boolean {
    const scanner = this.#scanner;
    if (this.#row === noRow) return this.#abandonSocket();
    const stoppedAt = scanner.scan(bytes, 0, bytes.length);
    if (scanner.isComplete) {
      const isReusable = stoppedAt === bytes.length && scanner.answer.keepAlive;
      this.#answered(nowMs);
      if (isReusable) return true;
      this.#context.books.withheld++;
      return this.#abandonSocket();
    }
    if (!scanner.isNonsense) return true;
    recordError(this.#context.engine.requests, this.#row, nowMs, scanner.answer.status);
    this.#row = noRow;
    return this.#abandonSocket();
  }

  /** The server closed: complete if its body was to last until then, else lost. */
  #ended(): void {
    if (this.#row === noRow) return;
    this.#scanner.finish();
    if (this.#scanner.isComplete) {
      this.#answered(monotonicMs());
      this.#context.books.withheld++;
    } else this.#lose();
  }

  #answered(nowMs: number): void {
    recordAnswer(this.#context.engine, this.#row, this.#scanner.answer, nowMs);
    this.#row = noRow;
    this.#context.books.answered++;
  }

  /** Autocannon is told of an error, and connects anew. */
  #abandonSocket(): false {
    this.#socket?.destroy(new Error("Gatecrash cannot trust this connection any more."));
    return false;
  }

  /** A connection that was never made carried nothing: refused, or dropped if we had no socket. */
  #failed(error: NodeJS.ErrnoException): void {
    if (this.#wasConnected || this.#row === noRow) {
      this.#lose();
      return;
    }
    this.#refusals++;
    const { requests } = this.#context.engine;
    if (isOwnShortage(error)) recordDropped(requests, this.#row);
    else recordRefused(requests, this.#row, monotonicMs());
    this.#row = noRow;
  }

  #lose(): void {
    if (this.#row === noRow) return;
    recordLost(this.#context.engine.requests, this.#row);
    this.#row = noRow;
  }
}
