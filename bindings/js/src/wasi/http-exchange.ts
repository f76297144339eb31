import type { ErrorCode } from "../component/interfaces/wasi-http-types.js";
import type { Happening, Send } from "../protocol.js";
import { HostError } from "./wasi-error.js";
import { StreamFailure, type Source } from "./streams.js";
import type { Wire } from "./host-channel.js";

/** A request and what has come of it so far. Its body comes piece by piece, the next one when the last is read. */
export class Exchange implements Source {
  head: { status: number; headers: [string, Uint8Array][] } | undefined;
  failed: ErrorCode | undefined;
  readonly #wire: Wire;
  readonly #id: number;
  #piece: Uint8Array | undefined;
  #ended = false;
  #sent = false;

  constructor(wire: Wire) {
    this.#wire = wire;
    this.#id = wire.open((happening) => this.#receive(happening));
  }

  send(request: Omit<Send, "type" | "id">): void {
    this.#sent = true;
    this.#wire.send({ type: "send", id: this.#id, ...request });
  }

  get answered(): boolean {
    return this.head !== undefined || this.failed !== undefined;
  }

  readonly look = (): true | number => this.#piece !== undefined || this.#ended || this.failed !== undefined || Infinity;

  read(length: number): Uint8Array | undefined {
    if (this.failed !== undefined) {
      throw new HostError({ tag: "last-operation-failed", val: new StreamFailure() });
    }
    if (this.#piece === undefined) return this.#ended ? undefined : new Uint8Array();
    const bytes = this.#piece.subarray(0, length);
    if (bytes.length < this.#piece.length) {
      this.#piece = this.#piece.subarray(length);
    } else {
      this.#piece = undefined;
      this.#wire.send({ type: "more", id: this.#id });
    }
    return bytes;
  }

  drop(): void {
    this.#wire.close(this.#id);
    if (this.#sent && !this.#ended && this.failed === undefined) this.#wire.send({ type: "drop", id: this.#id });
  }

  #receive(happening: Happening): void {
    if ("head" in happening) this.head = happening.head;
    else if ("piece" in happening) this.#piece = happening.piece;
    else if ("failed" in happening) this.failed = happening.failed;
    else this.#ended = true;
  }
}
