import type { HostChannel } from "./host-channel.js";
import { Pollable, type ReadyCheck } from "./poll.js";
import { WasiError } from "./wasi-error.js";

/** wasi:io `error`. It has no content because the component does not read any. */
export class IoError {}

/** The source of an input stream. */
export interface ByteSource {
  ready: ReadyCheck;
  /** Returns the next bytes: empty if none have arrived yet, `undefined` at the end. */
  read(length: number): Uint8Array | undefined;
  /** Called when the stream is dropped. */
  drop(): void;
}

/** wasi:io `input-stream`. */
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

/** The most bytes of one write. */
const WRITE_LIMIT = 65_536n;

/** wasi:io `output-stream`. Always ready, because the sink takes every write at once. */
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
    // Copied, because the component reuses its memory.
    this.#sink(bytes.slice());
  }

  blockingWriteAndFlush(bytes: Uint8Array): void {
    this.write(bytes);
  }

  subscribe(): Pollable {
    return new Pollable(this.#channel, () => true);
  }
}
