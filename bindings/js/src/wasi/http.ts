import type { ErrorCode, Method, Scheme } from "../component/interfaces/wasi-http-types.js";
import type { HostChannel } from "./host-channel.js";
import { HttpExchange } from "./http-exchange.js";
import { Pollable } from "./poll.js";
import { InputStream, OutputStream } from "./streams.js";
import { WasiError } from "./wasi-error.js";

/** wasi:http `fields`: headers. */
export class Fields {
  #entries: [string, Uint8Array][] = [];

  static from(entries: [string, Uint8Array][]): Fields {
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

/** wasi:http `request-options`. Only the timeout for connecting is used: the component enforces the others with its clock. */
export class RequestOptions {
  connectTimeout: bigint | undefined;

  setConnectTimeout(nanoseconds: bigint | undefined): void {
    this.connectTimeout = nanoseconds;
  }

  setFirstByteTimeout(): void {}

  setBetweenBytesTimeout(): void {}
}

/** wasi:http `outgoing-body`. The request is sent when its body is complete; the component's bodies are small. */
export class OutgoingBody {
  readonly chunks: Uint8Array[] = [];
  /** Sends the request. */
  onFinish: (() => void) | undefined;
  readonly #channel: HostChannel;

  constructor(channel: HostChannel) {
    this.#channel = channel;
  }

  write(): OutputStream {
    return new OutputStream(this.#channel, (bytes) => this.chunks.push(bytes));
  }

  static finish(body: OutgoingBody): void {
    body.onFinish?.();
  }
}

class IncomingBody {
  readonly #exchange: HttpExchange;

  constructor(exchange: HttpExchange) {
    this.#exchange = exchange;
  }

  stream(): InputStream {
    return new InputStream(this.#exchange.channel, this.#exchange);
  }
}

class IncomingResponse {
  readonly #exchange: HttpExchange;

  constructor(exchange: HttpExchange) {
    this.#exchange = exchange;
  }

  status(): number {
    return this.#exchange.response?.status ?? 0;
  }

  headers(): Fields {
    return Fields.from(this.#exchange.response?.headers ?? []);
  }

  consume(): IncomingBody {
    return new IncomingBody(this.#exchange);
  }
}

type ResponseResult = { tag: "ok"; val: { tag: "ok"; val: IncomingResponse } | { tag: "err"; val: ErrorCode } };

class FutureIncomingResponse {
  readonly #exchange: HttpExchange;

  constructor(exchange: HttpExchange) {
    this.#exchange = exchange;
  }

  subscribe(): Pollable {
    return new Pollable(this.#exchange.channel, () => this.#exchange.settled || Infinity);
  }

  get(): ResponseResult | undefined {
    if (!this.#exchange.settled) return undefined;
    const { error } = this.#exchange;
    if (error !== undefined) return { tag: "ok", val: { tag: "err", val: error } };
    return { tag: "ok", val: { tag: "ok", val: new IncomingResponse(this.#exchange) } };
  }

  [Symbol.dispose](): void {
    // Once there is a response, its body stream uses the exchange and drops it.
    if (this.#exchange.response === undefined) this.#exchange.drop();
  }
}

/** The part of wasi:http that the component imports. */
export function httpInterfaces(channel: HostChannel) {
  class OutgoingRequest {
    readonly headers: Fields;
    method = "GET";
    secure = true;
    authority = "";
    path = "/";
    outgoingBody: OutgoingBody | undefined;

    constructor(headers: Fields) {
      this.headers = headers;
    }

    body(): OutgoingBody {
      this.outgoingBody = new OutgoingBody(channel);
      return this.outgoingBody;
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
    // An aborted call sends no more requests.
    if (channel.aborted) throw new WasiError({ tag: "connection-timeout" });
    const { method, secure, authority, path, outgoingBody } = request;
    channel.lastAuthority = authority;
    const exchange = new HttpExchange(channel);
    const { connectTimeout } = options ?? {};
    const send = () =>
      exchange.send({
        method,
        secure,
        authority,
        path,
        headers: request.headers.entries(),
        body: outgoingBody?.chunks ?? [],
        connectTimeoutMs: connectTimeout === undefined ? undefined : Math.ceil(Number(connectTimeout) / 1e6),
      });
    if (outgoingBody === undefined) send();
    else outgoingBody.onFinish = send;
    return new FutureIncomingResponse(exchange);
  }

  const types = { Fields, FutureIncomingResponse, IncomingBody, IncomingResponse, OutgoingBody, OutgoingRequest, RequestOptions };
  return { handle, types };
}
