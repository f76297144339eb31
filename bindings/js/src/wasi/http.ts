import type { ErrorCode, Method, Scheme } from "../component/interfaces/wasi-http-types.js";
import { Exchange } from "./http-exchange.js";
import { HostError } from "./wasi-error.js";
import { Pollable } from "./poll.js";
import { InputStream, OutputStream } from "./streams.js";
import type { Wire } from "./host-channel.js";

/** Headers. */
export class Fields {
  #entries: [string, Uint8Array][] = [];

  static of(entries: [string, Uint8Array][]): Fields {
    const fields = new Fields();
    fields.#entries = entries;
    return fields;
  }

  append(name: string, value: Uint8Array): void {
    this.#entries.push([name, value.slice()]);
  }

  entries(): [string, Uint8Array][] {
    return this.#entries;
  }
}

/** How long each step may take. The component's own clock watches over the rest. */
export class RequestOptions {
  connectTimeout: bigint | undefined;

  setConnectTimeout(nanoseconds: bigint | undefined): void {
    this.connectTimeout = nanoseconds;
  }

  setFirstByteTimeout(): void {}

  setBetweenBytesTimeout(): void {}
}

/** A request's body, which is sent when it is whole: the component's are small. */
export class OutgoingBody {
  readonly pieces: Uint8Array[] = [];
  /** Sends what waits for the body. */
  finished: (() => void) | undefined;
  readonly #wire: Wire;

  constructor(wire: Wire) {
    this.#wire = wire;
  }

  write(): OutputStream {
    return new OutputStream(this.#wire, (bytes) => this.pieces.push(bytes));
  }

  static finish(body: OutgoingBody): void {
    body.finished?.();
  }
}

class IncomingBody {
  readonly #wire: Wire;
  readonly #exchange: Exchange;

  constructor(wire: Wire, exchange: Exchange) {
    this.#wire = wire;
    this.#exchange = exchange;
  }

  stream(): InputStream {
    return new InputStream(this.#wire, this.#exchange);
  }
}

class IncomingResponse {
  readonly #wire: Wire;
  readonly #exchange: Exchange;

  constructor(wire: Wire, exchange: Exchange) {
    this.#wire = wire;
    this.#exchange = exchange;
  }

  status(): number {
    return this.#exchange.head?.status ?? 0;
  }

  headers(): Fields {
    return Fields.of(this.#exchange.head?.headers ?? []);
  }

  consume(): IncomingBody {
    return new IncomingBody(this.#wire, this.#exchange);
  }
}

type Answer = { tag: "ok"; val: { tag: "ok"; val: IncomingResponse } | { tag: "err"; val: ErrorCode } };

class FutureIncomingResponse {
  readonly #wire: Wire;
  readonly #exchange: Exchange;

  constructor(wire: Wire, exchange: Exchange) {
    this.#wire = wire;
    this.#exchange = exchange;
  }

  subscribe(): Pollable {
    return new Pollable(this.#wire, () => this.#exchange.answered || Infinity);
  }

  get(): Answer | undefined {
    if (!this.#exchange.answered) return undefined;
    const { failed } = this.#exchange;
    if (failed !== undefined) return { tag: "ok", val: { tag: "err", val: failed } };
    return { tag: "ok", val: { tag: "ok", val: new IncomingResponse(this.#wire, this.#exchange) } };
  }

  [Symbol.dispose](): void {
    // A response goes on without it.
    if (this.#exchange.head === undefined) this.#exchange.drop();
  }
}

/** wasi:http, as far as the component imports it. */
export function http(wire: Wire) {
  class OutgoingRequest {
    readonly headers: Fields;
    method = "GET";
    secure = true;
    authority = "";
    path = "/";
    outgoing: OutgoingBody | undefined;

    constructor(headers: Fields) {
      this.headers = headers;
    }

    body(): OutgoingBody {
      this.outgoing = new OutgoingBody(wire);
      return this.outgoing;
    }

    setMethod(method: Method): void {
      this.method = (method.tag === "other" ? method.val : method.tag).toUpperCase();
    }

    setScheme(scheme: Scheme | undefined): void {
      this.secure = scheme?.tag !== "HTTP";
    }

    setAuthority(authority: string | undefined): void {
      this.authority = authority ?? "";
    }

    setPathWithQuery(path: string | undefined): void {
      this.path = path ?? "/";
    }
  }

  function handle(request: OutgoingRequest, options: RequestOptions | undefined): FutureIncomingResponse {
    // A call that is given up sends nothing more.
    if (wire.aborted) throw new HostError({ tag: "connection-timeout" });
    const { method, secure, authority, path, outgoing } = request;
    const exchange = new Exchange(wire);
    const { connectTimeout } = options ?? {};
    const send = () =>
      exchange.send({
        method,
        secure,
        authority,
        path,
        headers: request.headers.entries(),
        body: outgoing?.pieces ?? [],
        connectTimeoutMs: connectTimeout === undefined ? undefined : Math.ceil(Number(connectTimeout) / 1e6),
      });
    if (outgoing === undefined) send();
    else outgoing.finished = send;
    return new FutureIncomingResponse(wire, exchange);
  }

  const types = { Fields, FutureIncomingResponse, IncomingBody, IncomingResponse, OutgoingBody, OutgoingRequest, RequestOptions };
  return { handle, types };
}
