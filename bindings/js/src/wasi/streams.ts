import { WasiError } from "./wasi-error.js";
import { Pollable, type ReadyCheck } from "./poll.js";
import type { HostChannel } from "./host-channel.js";

/** What went wrong with a stream. The component asks for no more than that. */
export class IoError {}

/** Where an input stream's bytes come from. */
export interface ByteSource {
  ready: ReadyCheck;
  /** The next bytes; `undefined` at the end. Empty while there are none. */
  read(length: number): Uint8Array | undefined;
  /** Nobody reads on. */
  drop(): void;
}

/** Bytes that come. */
export class InputStream {
  readonly #channel: HostChannel;
  readonly #source: ByteSource;

  constructor(channel: HostChannel, source: ByteSource) {
    this.#channel = channel;
    this.#source = source;
  }

  read(length: bigint): Uint8Array {
    const bytes = this.#source.read(Number(length));
    if (bytes === undefined) throw new WasiError({ tag: "closed" });
    return bytes;
  }

  subscribe(): Pollable {
    return new Pollable(this.#channel, this.#source.ready);
  }

  [Symbol.dispose](): void {
    this.#source.drop();
  }
}

/** How much is taken at once. */
const WRITE_LIMIT = 65_536n;

/** Bytes that go. Whoever takes them always has room. */
export class OutputStream {
  readonly #channel: HostChannel;
  readonly #sink: (bytes: Uint8Array) => void;

  constructor(channel: HostChannel, sink: (bytes: Uint8Array) => void) {
    this.#channel = channel;
    this.#sink = sink;
  }

  checkWrite(): bigint {
    return WRITE_LIMIT;
  }

  write(bytes: Uint8Array): void {
    // The component's memory is used again for other things.
    this.#sink(bytes.slice());
  }

  blockingWriteAndFlush(bytes: Uint8Array): void {
    this.write(bytes);
  }

  subscribe(): Pollable {
    return new Pollable(this.#channel, () => true);
  }
}
