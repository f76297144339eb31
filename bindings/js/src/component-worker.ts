import { MessageChannel, Worker, type MessagePort } from "node:worker_threads";

import { abortError, type AbortSignalLike } from "./abort.js";
import { KeyfobError, fromComponent } from "./errors.js";
import { HttpClient } from "./network/http-client.js";
import { ABORTED_CALL, EVENT_COUNT, SHARED_LENGTH } from "./protocol.js";
import type { Call, HostRequest, Reply, WorkerData } from "./protocol.js";
import type { Operations } from "./worker/operations.js";

/** The end of a call: a reply, a crash of the worker, or an abort by the caller. */
type Outcome = Reply | { workerError: Error } | { aborted: true };

interface PendingCall {
  call: Call;
  resolve(outcome: Outcome): void;
}

/**
 * The caller's side of the component's worker thread: the queue of calls, and the HTTP client for the component's requests.
 * The worker starts with the first call. It keeps the process alive only while a call runs.
 */
class ComponentWorker {
  #worker: Worker | undefined;
  #port: MessagePort | undefined;
  #shared = new Int32Array(new SharedArrayBuffer(SHARED_LENGTH * Int32Array.BYTES_PER_ELEMENT));
  #lastCallId = 0;
  #waiting: PendingCall[] = [];
  #running: PendingCall | undefined;

  /**
   * Runs an operation after those that were called before. The signal rejects the promise at once; the operation itself ends when
   * the component next reads its clock. Throws a `KeyfobError`.
   */
  async run<K extends keyof Operations>(
    operation: K,
    args: Parameters<Operations[K]>,
    signal?: AbortSignalLike,
  ): Promise<ReturnType<Operations[K]>> {
    const outcome = await this.#outcome(operation, args, signal);
    // The error is created in this async function so that its stack contains the caller.
    if ("aborted" in outcome) throw abortError();
    if ("workerError" in outcome) throw workerError(outcome.workerError);
    if ("error" in outcome) throw fromComponent(outcome.error);
    return outcome.ok as ReturnType<Operations[K]>;
  }

  async #outcome(operation: keyof Operations, args: unknown[], signal: AbortSignalLike | undefined): Promise<Outcome> {
    if (signal?.aborted === true) return { aborted: true };
    let abort = () => {};
    const settled = new Promise<Outcome>((resolve) => {
      this.#lastCallId += 1;
      const pending: PendingCall = { call: { id: this.#lastCallId, operation, args }, resolve };
      abort = () => this.#abort(pending);
      this.#waiting.push(pending);
    });
    signal?.addEventListener("abort", abort);
    this.#runNext();
    try {
      return await settled;
    } finally {
      signal?.removeEventListener("abort", abort);
    }
  }

  /** Drops a resource. There is none if the worker does not run. */
  drop(id: number): void {
    if (this.#worker !== undefined) this.run("drop", [id]).catch(() => {});
  }

  #runNext(): void {
    if (this.#running !== undefined) return;
    this.#running = this.#waiting.shift();
    const worker = this.#worker;
    if (this.#running === undefined) {
      worker?.unref();
      return;
    }
    const started = worker ?? this.#start();
    started.ref();
    started.postMessage(this.#running.call);
  }

  #abort(pending: PendingCall): void {
    pending.resolve({ aborted: true });
    this.#waiting = this.#waiting.filter((waiting) => waiting !== pending);
    if (this.#running === pending) {
      Atomics.store(this.#shared, ABORTED_CALL, pending.call.id);
      this.#wake();
    }
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

/** The error of a call whose worker crashed. Converting an argument of the wrong type for WIT throws a `TypeError` there. */
function workerError({ name, message }: Error): KeyfobError {
  if (name === "TypeError") {
    return new KeyfobError({ kind: "invalid-argument", message: `an argument has the wrong type: ${message}` });
  }
  return new KeyfobError({ kind: "other", message: `the component crashed, and the next call restarts it: ${message}` });
}

/** The one worker of this process. */
export const componentWorker = new ComponentWorker();
