import type { ErrorCode } from "../component/interfaces/wasi-http-types.js";
import type { HostEvent, SendRequest } from "../protocol.js";
import type { HostChannel } from "./host-channel.js";
import { IoError, type ByteSource } from "./streams.js";
import { WasiError } from "./wasi-error.js";

/** An HTTP request and its response. The caller's thread sends the next chunk of the body when the last one has been read. */
export class HttpExchange implements ByteSource {
  response: { status: number; headers: [string, Uint8Array][] } | undefined;
  error: ErrorCode | undefined;
  readonly channel: HostChannel;
  readonly #id: number;
  #chunk: Uint8Array | undefined;
  #ended = false;
  #sent = false;
  #authority = "";

  constructor(channel: HostChannel) {
    this.channel = channel;
    this.#id = channel.open((event) => this.#receive(event));
  }

  send(request: Omit<SendRequest, "type" | "id">): void {
    this.#sent = true;
    this.#authority = request.authority;
    this.channel.send({ type: "send", id: this.#id, ...request });
  }

  /** There is a response or an error. */
  get settled(): boolean {
    return this.response !== undefined || this.error !== undefined;
  }

  readonly ready = (): true | number => this.#chunk !== undefined || this.#ended || this.error !== undefined || Infinity;

  read(length: number): Uint8Array | undefined {
    if (this.error !== undefined) {
      throw new WasiError({ tag: "last-operation-failed", val: new IoError() });
    }
    if (this.#chunk === undefined) return this.#ended ? undefined : new Uint8Array();
    const bytes = this.#chunk.subarray(0, length);
    if (bytes.length < this.#chunk.length) {
      this.#chunk = this.#chunk.subarray(length);
    } else {
      this.#chunk = undefined;
      this.channel.send({ type: "read", id: this.#id });
    }
    return bytes;
  }

  drop(): void {
    this.channel.close(this.#id);
    if (this.#sent && !this.#ended && this.error === undefined) this.channel.send({ type: "cancel", id: this.#id });
  }

  #receive(event: HostEvent): void {
    if ("response" in event) this.#receiveHead(event.response);
    else if ("chunk" in event) this.#chunk = event.chunk;
    else if ("error" in event) this.error = event.error;
    else this.#ended = true;
  }
  #receiveHead(response: { status: number; headers: [string, Uint8Array][] }): void {
    this.response = response;
    if (response.status !== 401) return;
    const values = response.headers.filter(([name]) => name.toLowerCase() === "www-authenticate");
    const headers = values.map(([, value]) => Buffer.from(value).toString("latin1"));
    if (headers.length > 0) this.channel.challenge = { authority: this.#authority, headers };
  }
}
