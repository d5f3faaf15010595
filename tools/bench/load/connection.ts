import { connect, type Socket } from "node:net";
import { MessageReader } from "../http1.ts";

/** An answer as it came, and when; milliseconds since its question. */
export interface Answer {
  readonly status: number;
  readonly body: Buffer;
  readonly firstMs: number;
  readonly wholeMs: number;
}

/** Longer than any system should be silent. */
const silenceMs = 60_000;

/** Begins a comment of a stream. */
const colon = 0x3a;

interface Question {
  readonly asked: number;
  readonly begun: () => void;
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: Error) => void;
}

/** One kept-alive connection that carries one question at a time; opened again where the server closes it. */
export class Connection {
  readonly #port: number;
  #socket: Socket | undefined;
  #question: Question | undefined;

  constructor(port: number) {
    this.#port = port;
  }

  /**
   * Sends a request and resolves with the whole answer.
   *
   * @param begun called when the body's first byte is there, of a stream its first event
   * @throws Error if the connection ends before the answer does
   */
  ask(request: Buffer, begun: () => void = () => {}): Promise<Answer> {
    return new Promise((resolve, reject) => {
      this.#socket ??= this.#open();
      this.#question = { asked: performance.now(), begun, resolve, reject };
      this.#socket.write(request);
    });
  }

  close(): void {
    this.#socket?.destroy();
  }

  #open(): Socket {
    const socket = connect({ port: this.#port, host: "127.0.0.1", noDelay: true });
    let status = 0;
    let first = 0;
    let closes = false;
    let parts: Buffer[] = [];
    const reader = new MessageReader({
      head: (text) => {
        status = Number(text.slice(9, 12));
        closes = /\r\nconnection: *close/i.test(text);
        first = 0;
        parts = [];
      },
      body: (part) => {
        parts.push(part);
        // A comment before the first event is no answer yet.
        if (first > 0 || (part[0] === colon && !part.includes("\ndata:"))) return;
        first = performance.now();
        this.#question?.begun();
      },
      end: () => {
        const question = this.#question;
        if (!question) return;
        this.#question = undefined;
        if (closes) this.#forget(socket);
        const now = performance.now();
        question.resolve({
          status,
          body: parts.length === 1 && parts[0] ? parts[0] : Buffer.concat(parts),
          firstMs: (first || now) - question.asked,
          wholeMs: now - question.asked,
        });
      },
    });
    const fail = (error: Error) => {
      if (this.#socket !== socket) return;
      this.#forget(socket);
      this.#question?.reject(error);
      this.#question = undefined;
    };
    socket.setTimeout(silenceMs, () => fail(new Error(`nothing came for ${silenceMs / 1000} s`)));
    socket.on("data", (bytes: Buffer) => {
      try {
        reader.push(bytes);
      } catch (error) {
        fail(error as Error);
      }
    });
    socket.on("error", fail);
    socket.on("close", () => fail(new Error("the connection was closed within an answer")));
    return socket;
  }

  #forget(socket: Socket): void {
    this.#socket = undefined;
    socket.destroy();
  }
}
