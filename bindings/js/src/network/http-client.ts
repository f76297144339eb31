import { request as httpRequest, type ClientRequest, type IncomingMessage } from "node:http";
import { request as httpsRequest } from "node:https";
import type { Socket } from "node:net";

import type { HostEvent, SendRequest, HostRequest } from "../protocol.js";
import { toWasiErrorCode } from "./error-codes.js";
import { findRoute } from "./proxy.js";

interface PendingRequest {
  request: ClientRequest;
  /** Lets the next piece of the body come. */
  readNext?: () => void;
}

/**
 * What the component may send, with Node's own client: its agents, which keep connections, and its certificates
 * (`NODE_EXTRA_CA_CERTS`). Redirects are not followed. Time is the component's business, all but a connection that does not
 * come about, which it can't see.
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
    this.#pending.get(id)?.request.destroy();
    this.#pending.delete(id);
  }

  #fail(id: number, error: Error): void {
    // Silent for a request that nobody waits for any more.
    if (this.#pending.delete(id)) this.#emit({ id, error: toWasiErrorCode(error) });
  }

  #send({ id, method, secure, authority, path, headers, body, connectTimeoutMs }: SendRequest): void {
    let request: ClientRequest;
    try {
      const target = findRoute(secure, authority);
      request = (secure ? httpsRequest : httpRequest)({ ...target, method, path, headers: toHeaderRecord(headers) });
    } catch (error) {
      this.#emit({ id, error: toWasiErrorCode(error as Error) });
      return;
    }
    this.#pending.set(id, { request });
    request.on("error", (error) => this.#fail(id, error));
    request.on("response", (response) => void this.#receive(id, response));
    if (connectTimeoutMs !== undefined) limitConnect(request, secure, connectTimeoutMs);
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
        // No more of an endless body is kept than one piece.
        await read;
      }
      if (this.#pending.delete(id)) this.#emit({ id, end: true });
    } catch (error) {
      this.#fail(id, error as Error);
    }
  }
}

/** Ends a request whose connection is not there in time. One that waits for a free connection of the pool has it already. */
function limitConnect(request: ClientRequest, secure: boolean, milliseconds: number): void {
  request.once("socket", (socket: Socket) => {
    if (!socket.connecting) return;
    const late = Object.assign(new Error("no connection in time"), { code: "ETIMEDOUT" });
    const timer = setTimeout(() => request.destroy(late), milliseconds);
    const stop = () => clearTimeout(timer);
    socket.once(secure ? "secureConnect" : "connect", stop);
    request.once("close", stop);
  });
}

function toHeaderRecord(headers: SendRequest["headers"]): Record<string, string | string[]> {
  const record: Record<string, string | string[]> = {};
  for (const [name, value] of headers) {
    const before = record[name];
    const next = Buffer.from(value).toString("latin1");
    record[name] = before === undefined ? next : [before, next].flat();
  }
  return record;
}

/** Name, value, name, value. */
function toHeaderEntries(raw: string[]): [string, Uint8Array][] {
  return Array.from({ length: raw.length / 2 }, (_, pair) => [
    raw[2 * pair] ?? "",
    new Uint8Array(Buffer.from(raw[2 * pair + 1] ?? "", "latin1")),
  ]);
}
