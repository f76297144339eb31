import { MessageChannel, Worker, type MessagePort } from "node:worker_threads";

import { abortError, type AbortSignalLike } from "./abort.js";
import { KeyfobError, fromComponent } from "./errors.js";
import { Network } from "./network/http-client.js";
import { ABORTED, HAPPENINGS, WORDS, type Call, type Reply, type Start, type Wish } from "./protocol.js";
import type { Operations } from "./worker/operations.js";

/** How a call ends: by the component, with the component, or because its caller gives it up. */
type End = Reply | { lost: Error } | { aborted: true };

interface Job {
  call: Call;
  end(end: End): void;
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
  async run<K extends keyof Operations>(
    operation: K,
    args: Parameters<Operations[K]>,
    signal?: AbortSignalLike,
  ): Promise<ReturnType<Operations[K]>> {
    const end = await this.#end(operation, args, signal);
    // Made here, an error's stack leads to whoever called.
    if ("aborted" in end) throw abortError();
    if ("lost" in end) throw lost(end.lost);
    if ("error" in end) throw fromComponent(end.error);
    return end.ok as ReturnType<Operations[K]>;
  }

  async #end(operation: keyof Operations, args: unknown[], signal: AbortSignalLike | undefined): Promise<End> {
    if (signal?.aborted === true) return { aborted: true };
    let abort = () => {};
    const ended = new Promise<End>((end) => {
      this.#calls += 1;
      const job: Job = { call: { id: this.#calls, operation, args }, end };
      abort = () => this.#giveUp(job);
      this.#waiting.push(job);
    });
    signal?.addEventListener("abort", abort);
    this.#next();
    try {
      return await ended;
    } finally {
      signal?.removeEventListener("abort", abort);
    }
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
    job.end({ aborted: true });
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
    const worker = new Worker(new URL("./worker/main.js", import.meta.url), {
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
    job?.end(reply);
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
    job?.end({ lost: error });
    this.#next();
  }
}

/** What stopped the component. It checks the types of what it is given only on the way in. */
function lost({ name, message }: Error): KeyfobError {
  if (name === "TypeError") {
    return new KeyfobError({ kind: "invalid-argument", message: `an argument is of a wrong type: ${message}` });
  }
  const what = "the component has stopped, and begins anew with the next call";
  return new KeyfobError({ kind: "other", message: `${what}: ${message}` });
}

/** There is one. */
export const thread = new Thread();
