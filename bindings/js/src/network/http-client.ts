import { request as httpRequest, type ClientRequest, type IncomingMessage } from "node:http";
import { request as httpsRequest } from "node:https";
import type { Socket } from "node:net";

import type { HostEvent, HostRequest, SendRequest } from "../protocol.js";
import { toWasiErrorCode } from "./error-codes.js";
import { findRoute } from "./proxy.js";

/** The longest delay of a timer. */
const MAX_TIMER_MS = 2_147_483_647;

interface PendingRequest {
  request: ClientRequest;
  /** Ends the attempt to connect through a proxy. */
  connectLimit: AbortController;
  /** Continues reading the response body. */
  readNext?: () => void;
}

/**
 * Sends the component's requests with Node's HTTP client, so that they use its keep-alive agents and its certificate authorities
 * (`NODE_EXTRA_CA_CERTS`). Redirects are not followed. The only timeout here is that for connecting, which the component can't
 * measure; it enforces all others itself.
 */
export class HttpClient {
  readonly #emit: (event: HostEvent) => void;
  readonly #pending = new Map<number, PendingRequest>();

  constructor(emit: (event: HostEvent) => void) {
    this.#emit = emit;
  }

  handle(request: HostRequest): void {
    if (request.type === "send") this.#send(request);
    else if (request.type === "read") this.#pending.get(request.id)?.readNext?.();
    else this.#cancel(request.id);
  }

  close(): void {
    for (const id of this.#pending.keys()) this.#cancel(id);
  }

  #cancel(id: number): void {
    const pending = this.#pending.get(id);
    this.#pending.delete(id);
    pending?.request.destroy();
    pending?.connectLimit.abort();
  }

  #fail(id: number, error: Error): void {
    // A cancelled request also fails, and the component no longer waits for it.
    if (this.#pending.delete(id)) this.#emit({ id, error: toWasiErrorCode(error) });
  }

  #send({ id, method, secure, authority, path, headers, body, connectTimeoutMs }: SendRequest): void {
    let request: ClientRequest;
    const connectLimit = new AbortController();
    try {
      const options = { ...findRoute(secure, authority), method, path, headers: toHeaderRecord(headers), connectLimit: connectLimit.signal };
      request = (secure ? httpsRequest : httpRequest)(options);
    } catch (error) {
      this.#emit({ id, error: toWasiErrorCode(error as Error) });
      return;
    }
    this.#pending.set(id, { request, connectLimit });
    request.on("error", (error) => this.#fail(id, error));
    let hasResponse = false;
    request.on("response", (response) => {
      hasResponse = true;
      void this.#receive(id, response);
    });
    // Node closes a request without an error if the server switches to another protocol.
    request.on("close", () => hasResponse || this.#fail(id, Object.assign(new Error("closed"), { code: "ECONNRESET" })));
    if (connectTimeoutMs !== undefined) limitConnect(request, secure, connectTimeoutMs, connectLimit);
    for (const chunk of body) request.write(chunk);
    request.end();
  }

  async #receive(id: number, response: IncomingMessage): Promise<void> {
    const pending = this.#pending.get(id);
    if (pending === undefined) return;
    this.#emit({ id, response: { status: response.statusCode ?? 0, headers: toHeaderEntries(response.rawHeaders) } });
    try {
      for await (const chunk of response as AsyncIterable<Buffer>) {
        const read = new Promise<void>((resolve) => (pending.readNext = resolve));
        this.#emit({ id, chunk: new Uint8Array(chunk) });
        // Wait until the component has read the chunk, so that an endless body does not fill the memory.
        await read;
      }
      if (this.#pending.delete(id)) this.#emit({ id, end: true });
    } catch (error) {
      this.#fail(id, error as Error);
    }
  }
}

/**
 * Destroys a request that is not connected in time, be it for the host or for a proxy that accepts and stays silent. A socket from
 * the keep-alive pool is already connected.
 */
function limitConnect(request: ClientRequest, secure: boolean, milliseconds: number, connectLimit: AbortController): void {
  const timer = setTimeout(() => {
    const timeout = Object.assign(new Error("connecting timed out"), { code: "ETIMEDOUT" });
    request.destroy(timeout);
    connectLimit.abort(timeout);
  }, Math.min(milliseconds, MAX_TIMER_MS));
  const stop = () => clearTimeout(timer);
  request.once("close", stop);
  request.once("socket", (socket: Socket) => {
    if (request.reusedSocket || !isConnecting(socket, secure)) stop();
    else socket.once(secure ? "secureConnect" : "connect", stop);
  });
}

/** Whether a socket still connects. One through a proxy is a TLS socket over a socket that has already connected. */
function isConnecting(socket: Socket, secure: boolean): boolean {
  return socket.connecting || (secure && (socket as Socket & { secureConnecting?: boolean }).secureConnecting === true);
}

/** Headers for the constructor of the request: an invalid one then throws before a connection is opened. */
function toHeaderRecord(headers: SendRequest["headers"]): Record<string, string | string[]> {
  const record: Record<string, string | string[]> = {};
  for (const [name, value] of headers) {
    const before = record[name];
    const next = Buffer.from(value).toString("latin1");
    record[name] = before === undefined ? next : [before, next].flat();
  }
  return record;
}

/** Pairs from `rawHeaders`, which is a flat list of name, value, name, value. */
function toHeaderEntries(raw: string[]): [string, Uint8Array][] {
  return Array.from({ length: raw.length / 2 }, (_, pair) => [
    raw[2 * pair] ?? "",
    new Uint8Array(Buffer.from(raw[2 * pair + 1] ?? "", "latin1")),
  ]);
}
