import { HostError } from "./wasi-error.js";
import { Pollable, type Look } from "./poll.js";
import type { Wire } from "./host-channel.js";

/** What went wrong with a stream. The component asks for no more than that. */
export class StreamFailure {}

/** Where an input stream's bytes come from. */
export interface Source {
  look: Look;
  /** The next bytes; `undefined` at the end. Empty while there are none. */
  read(length: number): Uint8Array | undefined;
  /** Nobody reads on. */
  drop(): void;
}

/** Bytes that come. */
export class InputStream {
  readonly #wire: Wire;
  readonly #source: Source;

  constructor(wire: Wire, source: Source) {
    this.#wire = wire;
    this.#source = source;
  }

  read(length: bigint): Uint8Array {
    const bytes = this.#source.read(Number(length));
    if (bytes === undefined) throw new HostError({ tag: "closed" });
    return bytes;
  }

  subscribe(): Pollable {
    return new Pollable(this.#wire, this.#source.look);
  }

  [Symbol.dispose](): void {
    this.#source.drop();
  }
}

/** How much is taken at once. */
const ROOM = 65_536n;

/** Bytes that go. Whoever takes them always has room. */
export class OutputStream {
  readonly #wire: Wire;
  readonly #take: (bytes: Uint8Array) => void;

  constructor(wire: Wire, take: (bytes: Uint8Array) => void) {
    this.#wire = wire;
    this.#take = take;
  }

  checkWrite(): bigint {
    return ROOM;
  }

  write(bytes: Uint8Array): void {
    // The component's memory is used again for other things.
    this.#take(bytes.slice());
  }

  blockingWriteAndFlush(bytes: Uint8Array): void {
    this.write(bytes);
  }

  subscribe(): Pollable {
    return new Pollable(this.#wire, () => true);
  }
}
