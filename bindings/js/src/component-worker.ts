import { MessageChannel, Worker, type MessagePort } from "node:worker_threads";

import { abortError, isAborted, onAbort, type AbortSignalLike } from "./abort.js";
import { KeyfobError, fromComponent } from "./errors.js";
import { HttpClient } from "./network/http-client.js";
import { ABORTED_CALL, EVENT_COUNT, SHARED_LENGTH } from "./protocol.js";
import type { Call, HostRequest, OptionValues, ProvidedToken, ReceivedChallenge, Reply, WorkerData } from "./protocol.js";
import type { Operations } from "./worker/operations.js";

/** What a call may have besides its arguments. */
export interface CallContext {
  signal?: AbortSignalLike | undefined;
  /** In milliseconds, by the caller. */
  timeout?: number | undefined;
  /** The component's own timeout, which waiting in the queue counts in. Without one, waiting has no limit. */
  defaultTimeout?: number | undefined;
  token?: ProvidedToken | undefined;
  /** Is called with the challenge of a vault that required another token. */
  onChallenge?: ((challenge: ReceivedChallenge) => void) | undefined;
}

/** The end of a call: a reply, a crash of the worker, a failure to send the call, or an abort by the caller. */
type Outcome = Reply | { workerError: Error } | { notSent: true } | { aborted: true };

interface PendingCall {
  call: Call;
  timeout: number | undefined;
  defaultTimeout: number | undefined;
  queuedAt: number;
  /** Ends the call if it is still in the queue when its time is over. */
  timer: NodeJS.Timeout | undefined;
  resolve(outcome: Outcome): void;
}

/** The longest delay of a timer. */
const MAX_TIMER_MS = 2_147_483_647;

/**
 * The caller's side of one worker thread with an instance of the component: the queue of calls, and the HTTP client for the
 * component's requests. The worker starts with the first call. It keeps the process alive only while a call runs.
 */
export class ComponentWorker {
  #worker: Worker | undefined;
  #port: MessagePort | undefined;
  #shared = new Int32Array(new SharedArrayBuffer(SHARED_LENGTH * Int32Array.BYTES_PER_ELEMENT));
  #lastCallId = 0;
  #waiting: PendingCall[] = [];
  #running: PendingCall | undefined;

  /**
   * Runs an operation after those that were called before. The signal rejects the promise at once; the operation itself ends when
   * the component next reads its clock. The time in the queue counts in the timeout. Throws a `KeyfobError`.
   */
  async run<K extends keyof Operations>(
    operation: K,
    args: Parameters<Operations[K]>,
    context: CallContext = {},
  ): Promise<ReturnType<Operations[K]>> {
    const outcome = await this.#outcome(operation, args, context);
    // The error is created in this async function so that its stack contains the caller.
    if ("aborted" in outcome) throw abortError();
    if ("notSent" in outcome) throw new KeyfobError({ kind: "invalid-argument", message: `an argument of ${operation} can't be sent to the component` });
    if ("workerError" in outcome) throw workerError(outcome.workerError);
    if (outcome.challenge !== undefined) context.onChallenge?.(outcome.challenge);
    if ("error" in outcome) throw fromComponent(outcome.error);
    return outcome.ok as ReturnType<Operations[K]>;
  }

  async #outcome(operation: keyof Operations, args: unknown[], { signal, timeout, defaultTimeout, token }: CallContext): Promise<Outcome> {
    if (isAborted(signal)) return { aborted: true };
    this.#lastCallId += 1;
    const call: Call = { id: this.#lastCallId, operation, args, token };
    let resolve: (outcome: Outcome) => void = () => {};
    const settled = new Promise<Outcome>((settle) => (resolve = settle));
    const pending: PendingCall = { call, timeout, defaultTimeout, queuedAt: performance.now(), timer: undefined, resolve };
    const stopListening = onAbort(signal, () => this.#abort(pending));
    this.#waiting.push(pending);
    const limit = timeout ?? defaultTimeout;
    if (this.#running !== undefined && limit !== undefined) {
      pending.timer = setTimeout(() => this.#expire(pending, limit), Math.min(limit, MAX_TIMER_MS));
    }
    this.#runNext();
    try {
      return await settled;
    } finally {
      stopListening();
    }
  }

  /** Drops a resource. There is none if the worker does not run. */
  drop(id: number): void {
    if (this.#worker !== undefined) this.run("drop", [id]).catch(() => {});
  }

  /** Whether no call runs or waits. */
  get idle(): boolean {
    return this.#running === undefined && this.#waiting.length === 0;
  }

  /** Whether the worker thread has been started. */
  get started(): boolean {
    return this.#worker !== undefined;
  }

  #runNext(): void {
    while (this.#running === undefined) {
      const next = this.#waiting.shift();
      if (next === undefined) {
        this.#worker?.unref();
        return;
      }
      clearTimeout(next.timer);
      const worker = this.#worker ?? this.#start();
      try {
        worker.postMessage(withRemainingTime(next));
      } catch {
        // A value that can't be cloned. The error is dropped, because its text contains the value.
        next.resolve({ notSent: true });
        continue;
      }
      this.#running = next;
      worker.ref();
    }
  }

  #abort(pending: PendingCall): void {
    this.#end(pending, { aborted: true });
    if (this.#running === pending) {
      Atomics.store(this.#shared, ABORTED_CALL, pending.call.id);
      this.#wake();
    }
  }

  #expire(pending: PendingCall, limit: number): void {
    const message = `the call did not start within its timeout of ${limit} ms, because other calls of the same credential came first; nothing was sent`;
    const hint = "Read several secrets with getSecrets, or use a longer requestOptions.timeout";
    this.#end(pending, { error: { kind: "timed-out", message, hint, attempts: [], details: [] } });
  }

  /** Ends a call for its caller, and removes it from the queue. */
  #end(pending: PendingCall, outcome: Outcome): void {
    clearTimeout(pending.timer);
    pending.resolve(outcome);
    this.#waiting = this.#waiting.filter((waiting) => waiting !== pending);
  }

  #wake(): void {
    Atomics.add(this.#shared, EVENT_COUNT, 1);
    Atomics.notify(this.#shared, EVENT_COUNT);
  }

  #start(): Worker {
    const { port1, port2 } = new MessageChannel();
    const workerData: WorkerData = { port: port2, shared: this.#shared };
    const worker = new Worker(new URL("./worker/main.js", import.meta.url), {
      name: "keyfob",
      workerData,
      transferList: [port2],
      // Each call brings the variables that the component may see; no others are copied into the worker.
      env: {},
      execArgv: [],
    });
    const httpClient = new HttpClient((event) => {
      port1.postMessage(event);
      this.#wake();
    });
    port1.on("message", (request: HostRequest) => httpClient.handle(request));
    port1.unref();
    worker.on("message", (reply: Reply) => this.#onReply(reply));
    worker.on("error", (error) => this.#onWorkerError(worker, httpClient, error));
    worker.on("messageerror", (error) => this.#onWorkerError(worker, httpClient, error));
    this.#worker = worker;
    this.#port = port1;
    return worker;
  }

  #onReply(reply: Reply): void {
    const pending = this.#running;
    this.#running = undefined;
    pending?.resolve(reply);
    this.#runNext();
  }

  /** The component trapped or ran out of memory. The next call starts a new worker. */
  #onWorkerError(worker: Worker, httpClient: HttpClient, error: Error): void {
    if (this.#worker !== worker) return;
    httpClient.close();
    this.#port?.close();
    this.#worker = undefined;
    const pending = this.#running;
    this.#running = undefined;
    pending?.resolve({ workerError: error });
    this.#runNext();
  }
}

/** The call, with what is left of its timeout if it had to wait. Operations with a timeout have their options as last argument. */
function withRemainingTime({ call, timeout, defaultTimeout, queuedAt, timer }: PendingCall): Call {
  const limit = timeout ?? (timer === undefined ? undefined : defaultTimeout);
  if (limit === undefined) return call;
  const waited = timer === undefined ? 0 : performance.now() - queuedAt;
  const remaining = timer === undefined ? limit : Math.max(1, Math.ceil(limit - waited));
  const values = call.args.at(-1) as OptionValues;
  if (!Array.isArray(values)) return call;
  return { ...call, args: [...call.args.slice(0, -1), [...values, ["setTimeout", BigInt(remaining)]]] };
}

/** The error of a call whose worker crashed. Only WebAssembly's own messages are passed on: others may quote a value. */
function workerError({ name, message }: Error): KeyfobError {
  const reason = name === "RuntimeError" || name === "RangeError" ? message : name;
  return new KeyfobError({ kind: "other", message: `the component crashed, and the next call restarts it: ${reason}` });
}
