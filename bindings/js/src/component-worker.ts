import { MessageChannel, Worker, type MessagePort } from "node:worker_threads";

import { abortError, type AbortSignalLike } from "./abort.js";
import { KeyfobError, fromComponent } from "./errors.js";
import { HttpClient } from "./network/http-client.js";
import { ABORTED_CALL, EVENT_COUNT, SHARED_LENGTH, type Call, type HostRequest, type Reply, type WorkerData } from "./protocol.js";
import type { Operations } from "./worker/operations.js";

/** How a call ends: by the component, with the component, or because its caller gives it up. */
type Outcome = Reply | { workerError: Error } | { aborted: true };

interface PendingCall {
  call: Call;
  resolve(end: Outcome): void;
}

/**
 * The component's thread, as the caller's event loop sees it: calls wait their turn here, and the network is here. Nothing of
 * it keeps the process alive but a call that runs.
 */
class ComponentWorker {
  #worker: Worker | undefined;
  #port: MessagePort | undefined;
  #shared = new Int32Array(new SharedArrayBuffer(SHARED_LENGTH * Int32Array.BYTES_PER_ELEMENT));
  #lastCallId = 0;
  #waiting: PendingCall[] = [];
  #running: PendingCall | undefined;

  /** Asks for an operation. The signal ends the wait at once, and the operation as soon as it looks at its clock. */
  async run<K extends keyof Operations>(
    operation: K,
    args: Parameters<Operations[K]>,
    signal?: AbortSignalLike,
  ): Promise<ReturnType<Operations[K]>> {
    const outcome = await this.#outcome(operation, args, signal);
    // Made here, an error's stack leads to whoever called.
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

  /** Ends an object of the component's, if the component runs at all. */
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
      // The component sees the variables that a call brings, and so does whoever looks from inside the thread.
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

  /** A trap, or memory that has run out: the next call begins with a new thread. */
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

/** What stopped the component. It checks the types of what it is given only on the way in. */
function workerError({ name, message }: Error): KeyfobError {
  if (name === "TypeError") {
    return new KeyfobError({ kind: "invalid-argument", message: `an argument is of a wrong type: ${message}` });
  }
  const what = "the component has stopped, and begins anew with the next call";
  return new KeyfobError({ kind: "other", message: `${what}: ${message}` });
}

/** There is one. */
export const componentWorker = new ComponentWorker();
