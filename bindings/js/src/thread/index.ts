import { MessageChannel, Worker, type MessagePort } from "node:worker_threads";

import { KeyfobError, abortError, fromComponent } from "../errors.js";
import { Network } from "../network/index.js";
import { ABORTED, HAPPENINGS, WORDS, type Call, type Reply, type Start, type Wish } from "./messages.js";
import type { Operations } from "./operations.js";

/** What can call a wait off: an `AbortSignal`, or the older kind of the Azure SDKs. */
export interface AbortSignalLike {
  readonly aborted: boolean;
  addEventListener(type: "abort", listener: () => void): void;
  removeEventListener(type: "abort", listener: () => void): void;
}

interface Job {
  call: Call;
  resolve(value: unknown): void;
  reject(error: Error): void;
}

/**
 * The component's thread, as the caller's event loop sees it: calls wait their turn here, and the network is here. Nothing of
 * it keeps the process alive but a call that runs.
 */
class Thread {
  #worker: Worker | undefined;
  #port: MessagePort | undefined;
  #words = new Int32Array(new SharedArrayBuffer(WORDS * Int32Array.BYTES_PER_ELEMENT));
  #calls = 0;
  #waiting: Job[] = [];
  #running: Job | undefined;

  /** Asks for an operation. The signal ends the wait at once, and the operation as soon as it looks at its clock. */
  run<K extends keyof Operations>(
    operation: K,
    args: Parameters<Operations[K]>,
    signal?: AbortSignalLike,
  ): Promise<ReturnType<Operations[K]>> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted === true) return reject(abortError());
      this.#calls += 1;
      const abort = () => {
        signal?.removeEventListener("abort", abort);
        this.#giveUp(job);
      };
      const done = <T>(settle: (value: T) => void) => (value: T) => {
        signal?.removeEventListener("abort", abort);
        settle(value);
      };
      const job: Job = {
        call: { id: this.#calls, operation, args },
        resolve: done(resolve as (value: unknown) => void),
        reject: done(reject),
      };
      signal?.addEventListener("abort", abort);
      this.#waiting.push(job);
      this.#next();
    });
  }

  /** Ends an object of the component's, if the component runs at all. */
  drop(id: number): void {
    if (this.#worker !== undefined) this.run("drop", [id]).catch(() => {});
  }

  #next(): void {
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

  #giveUp(job: Job): void {
    job.reject(abortError());
    this.#waiting = this.#waiting.filter((waiting) => waiting !== job);
    if (this.#running === job) {
      Atomics.store(this.#words, ABORTED, job.call.id);
      this.#wake();
    }
  }

  #wake(): void {
    Atomics.add(this.#words, HAPPENINGS, 1);
    Atomics.notify(this.#words, HAPPENINGS);
  }

  #start(): Worker {
    const { port1, port2 } = new MessageChannel();
    const start: Start = { port: port2, words: this.#words };
    const worker = new Worker(new URL("./worker.js", import.meta.url), {
      name: "keyfob",
      workerData: start,
      transferList: [port2],
      // The component sees the variables that a call brings, and so does whoever looks from inside the thread.
      env: {},
      execArgv: [],
    });
    const network = new Network((happening) => {
      port1.postMessage(happening);
      this.#wake();
    });
    port1.on("message", (wish: Wish) => network.wish(wish));
    port1.unref();
    worker.on("message", (reply: Reply) => this.#settle(reply));
    worker.on("error", (error) => this.#lost(worker, network, error));
    this.#worker = worker;
    this.#port = port1;
    return worker;
  }

  #settle(reply: Reply): void {
    const job = this.#running;
    this.#running = undefined;
    if ("ok" in reply) job?.resolve(reply.ok);
    else job?.reject(fromComponent(reply.error));
    this.#next();
  }

  /** A trap, or memory that has run out: the next call begins with a new thread. */
  #lost(worker: Worker, network: Network, error: Error): void {
    if (this.#worker !== worker) return;
    network.close();
    this.#port?.close();
    this.#worker = undefined;
    const job = this.#running;
    this.#running = undefined;
    job?.reject(new KeyfobError({ kind: "other", message: `the component has ended: ${error.message}` }));
    this.#next();
  }
}

/** There is one. */
export const thread = new Thread();
