import { request as overHttp, type ClientRequest, type IncomingMessage } from "node:http";
import { request as overHttps } from "node:https";
import type { Socket } from "node:net";

import type { Happening, Send, Wish } from "../protocol.js";
import { errorCode } from "./error-codes.js";
import { route } from "./proxy.js";

interface Going {
  request: ClientRequest;
  /** Lets the next piece of the body come. */
  more?: () => void;
}

/**
 * What the component may send, with Node's own client: its agents, which keep connections, and its certificates
 * (`NODE_EXTRA_CA_CERTS`). Redirects are not followed. Time is the component's business, all but a connection that does not
 * come about, which it can't see.
 */
export class Network {
  readonly #tell: (happening: Happening) => void;
  readonly #going = new Map<number, Going>();

  constructor(tell: (happening: Happening) => void) {
    this.#tell = tell;
  }

  wish(wish: Wish): void {
    if (wish.type === "send") this.#send(wish);
    else if (wish.type === "more") this.#going.get(wish.id)?.more?.();
    else this.#end(wish.id);
  }

  close(): void {
    for (const id of this.#going.keys()) this.#end(id);
  }

  #end(id: number): void {
    this.#going.get(id)?.request.destroy();
    this.#going.delete(id);
  }

  #fail(id: number, error: Error): void {
    // Silent for a request that nobody waits for any more.
    if (this.#going.delete(id)) this.#tell({ id, failed: errorCode(error) });
  }

  #send({ id, method, secure, authority, path, headers, body, connectTimeoutMs }: Send): void {
    let request: ClientRequest;
    try {
      const way = route(secure, authority);
      request = (secure ? overHttps : overHttp)({ ...way, method, path, headers: text(headers) });
    } catch (error) {
      this.#tell({ id, failed: errorCode(error as Error) });
      return;
    }
    this.#going.set(id, { request });
    request.on("error", (error) => this.#fail(id, error));
    request.on("response", (response) => void this.#receive(id, response));
    if (connectTimeoutMs !== undefined) limitConnect(request, secure, connectTimeoutMs);
    for (const piece of body) request.write(piece);
    request.end();
  }

  async #receive(id: number, response: IncomingMessage): Promise<void> {
    const going = this.#going.get(id);
    if (going === undefined) return;
    this.#tell({ id, head: { status: response.statusCode ?? 0, headers: bytes(response.rawHeaders) } });
    try {
      for await (const piece of response as AsyncIterable<Buffer>) {
        const read = new Promise<void>((resolve) => (going.more = resolve));
        this.#tell({ id, piece: new Uint8Array(piece) });
        // No more of an endless body is kept than one piece.
        await read;
      }
      if (this.#going.delete(id)) this.#tell({ id, end: true });
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

function text(headers: Send["headers"]): Record<string, string | string[]> {
  const all: Record<string, string | string[]> = {};
  for (const [name, value] of headers) {
    const before = all[name];
    const next = Buffer.from(value).toString("latin1");
    all[name] = before === undefined ? next : [before, next].flat();
  }
  return all;
}

/** Name, value, name, value. */
function bytes(raw: string[]): [string, Uint8Array][] {
  return Array.from({ length: raw.length / 2 }, (_, pair) => [
    raw[2 * pair] ?? "",
    new Uint8Array(Buffer.from(raw[2 * pair + 1] ?? "", "latin1")),
  ]);
}
