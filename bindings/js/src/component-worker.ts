import { MessageChannel, Worker, type MessagePort } from "node:worker_threads";

import { abortError, isAborted, onAbort, type AbortSignalLike } from "./abort.js";
import type { AzureError } from "./component/interfaces/keyfob-azure-types.js";
import { AuthenticationError, KeyfobError, fromComponent, type KeyfobErrorOptions } from "./errors.js";
import { HttpClient } from "./network/http-client.js";
import { nameInError } from "./own-credential.js";
import { ABORTED_CALL, EVENT_COUNT, SHARED_LENGTH } from "./protocol.js";
import type { Call, HostRequest, LogLine, OptionValues, ProvidedAssertion, ProvidedToken, ReceivedChallenge, Reply, WorkerData } from "./protocol.js";
import { logToSdk, sdkLogLevel, sdkLoggerLoading } from "./sdk-logger.js";
import type { Operations } from "./worker/operations.js";

/** What a call may have besides its arguments. */
export interface CallContext {
  signal?: AbortSignalLike | undefined;
  /** In milliseconds, by the caller. */
  timeout?: number | undefined;
  /** The timeout of the whole call, of which `timeout` is what is left. For messages. */
  callTimeout?: number | undefined;
  /** The component's own timeout, which waiting in the queue counts in. Without one, waiting has no limit. */
  defaultTimeout?: number | undefined;
  token?: ProvidedToken | undefined;
  /** The class of the program's credential that the token is of. */
  ownCredential?: string | undefined;
  assertion?: ProvidedAssertion | undefined;
  /** Is called with the challenge of a vault that required another token. */
  onChallenge?: ((challenge: ReceivedChallenge) => void) | undefined;
}

/** The end of a call: a reply, a crash of the worker, a failure to start it or to send the call, or an abort by the caller. */
type Outcome = Exclude<Reply, { late: true }> | { workerError: Error } | { notStarted: Error } | { notSent: true } | { aborted: true };

interface PendingCall {
  call: Call;
  timeout: number | undefined;
  callTimeout: number | undefined;
  defaultTimeout: number | undefined;
  queuedAt: number;
  /** Another call ran when this one was queued. */
  hasWaited: boolean;
  /** Ends the call when its time is over. */
  timer: NodeJS.Timeout | undefined;
  /** The caller has got an outcome. */
  ended: boolean;
  end(outcome: Outcome): void;
}

/** The longest delay of a timer. */
const MAX_TIMER_MS = 2_147_483_647;
/** The component's longest default timeout. */
const LONGEST_DEFAULT_TIMEOUT_MS = 100_000;
/** How long after the end of its time a call is given up, with its worker: the component or the system hangs. */
const GRACE_MS = 10_000;

/**
 * The caller's side of one worker thread with an instance of the component: the queue of calls, and the HTTP client for the
 * component's requests. The worker starts with the first call. It keeps the process alive only while a call runs.
 */
export class ComponentWorker {
  #worker: Worker | undefined;
  #httpClient: HttpClient | undefined;
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
    if (sdkLoggerLoading !== undefined) await sdkLoggerLoading;
    const outcome = await this.#outcome(operation, args, context);
    // The error is created in this async function so that its stack contains the caller.
    if ("aborted" in outcome) throw abortError();
    const isToken = operation === "getToken";
    const OtherError = isToken ? AuthenticationError : KeyfobError;
    if ("notSent" in outcome) throw new KeyfobError({ kind: "invalid-argument", message: `an argument of ${operation} can't be sent to the component` });
    if ("notStarted" in outcome) throw new OtherError(startError(outcome.notStarted));
    if ("workerError" in outcome) throw new OtherError(workerError(outcome.workerError));
    if (outcome.challenge !== undefined) context.onChallenge?.(outcome.challenge);
    if ("error" in outcome) throw fromComponent(nameInError(outcome.error, context.ownCredential), isToken || outcome.isTokenFailure);
    return outcome.ok as ReturnType<Operations[K]>;
  }

  async #outcome(operation: keyof Operations, args: unknown[], context: CallContext): Promise<Outcome> {
    const { signal, timeout, callTimeout, defaultTimeout, token, assertion } = context;
    if (isAborted(signal)) return { aborted: true };
    this.#lastCallId += 1;
    const call: Call = { id: this.#lastCallId, operation, args, token, assertion, logLevel: sdkLogLevel() };
    let resolve: (outcome: Outcome) => void = () => {};
    const settled = new Promise<Outcome>((settle) => (resolve = settle));
    const end = (outcome: Outcome) => {
      pending.ended = true;
      resolve(outcome);
    };
    const hasWaited = this.#running !== undefined;
    const times = { timeout, callTimeout, defaultTimeout, queuedAt: performance.now() };
    const pending: PendingCall = { call, ...times, hasWaited, timer: undefined, ended: false, end };
    const stopListening = onAbort(signal, () => this.#abort(pending));
    // The signal of another package may call its listener at once.
    if (!pending.ended) {
      const limit = limitOf(pending);
      if (hasWaited && limit !== undefined) pending.timer = after(limit, () => this.#expire(pending, limit));
      this.#waiting.push(pending);
      this.#runNext();
    }
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
      let worker: Worker;
      try {
        worker = this.#worker ?? this.#start();
      } catch (error) {
        next.end({ notStarted: error as Error });
        continue;
      }
      try {
        worker.postMessage(withRemainingTime(next));
      } catch {
        // A value that can't be cloned. The error is dropped, because its text contains the value.
        next.end({ notSent: true });
        continue;
      }
      this.#running = next;
      worker.ref();
      this.#limit(next);
    }
  }

  /**
   * Ends a running call that lasts too long. The component ends it by its own clock, except that it does not know how long the
   * call has waited. The start of the worker does not count.
   */
  #limit(pending: PendingCall): void {
    const limit = limitOf(pending);
    if (limit === undefined) return;
    const giveUp = (delay: number) => {
      // A reply that has arrived while the event loop was blocked is read first.
      pending.timer = after(delay, () => setImmediate(() => this.#giveUp(pending, limit)));
    };
    if (!pending.hasWaited) {
      giveUp((pending.timeout ?? Math.max(limit, LONGEST_DEFAULT_TIMEOUT_MS)) + GRACE_MS);
      return;
    }
    pending.timer = after(remainingOf(pending, limit), () => {
      this.#endByClock(pending);
      giveUp(GRACE_MS);
    });
  }

  /** Lets the component end the running call as one that has timed out. */
  #endByClock(pending: PendingCall): void {
    if (this.#running !== pending) return;
    Atomics.store(this.#shared, ABORTED_CALL, pending.call.id);
    this.#wake();
  }

  #giveUp(pending: PendingCall, limit: number): void {
    if (this.#running !== pending) return;
    const message = `the component did not end the call within its timeout of ${pending.callTimeout ?? limit} ms, and was stopped; the next call restarts it`;
    pending.end(timedOut(message));
    this.#workerEnded(this.#worker, undefined);
  }

  #abort(pending: PendingCall): void {
    pending.end({ aborted: true });
    this.#leaveQueue(pending);
    this.#endByClock(pending);
  }

  #expire(pending: PendingCall, limit: number): void {
    pending.end(notStartedInTime(pending.callTimeout ?? limit));
    this.#leaveQueue(pending);
  }

  #leaveQueue(pending: PendingCall): void {
    if (!this.#waiting.includes(pending)) return;
    clearTimeout(pending.timer);
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
    worker.on("message", (message: Reply | LogLine) => {
      if ("log" in message) logToSdk(message.log);
      else this.#onReply(worker, message);
    });
    worker.on("error", (error) => this.#workerEnded(worker, error));
    worker.on("messageerror", (error) => this.#workerEnded(worker, error));
    worker.on("exit", () => this.#workerEnded(worker, Object.assign(new Error(), { name: "its thread has ended" })));
    this.#worker = worker;
    this.#httpClient = httpClient;
    this.#port = port1;
    return worker;
  }

  #onReply(worker: Worker, reply: Reply): void {
    if (this.#worker !== worker) return;
    const pending = this.#takeRunning();
    if (pending !== undefined) pending.end("late" in reply ? notStartedInTime(pending.callTimeout ?? limitOf(pending) ?? 0) : reply);
    this.#runNext();
  }

  /** The component trapped, ran out of memory or hangs. The next call starts a new worker. */
  #workerEnded(worker: Worker | undefined, error: Error | undefined): void {
    if (worker === undefined || this.#worker !== worker) return;
    void worker.terminate();
    this.#httpClient?.close();
    this.#port?.close();
    this.#worker = undefined;
    const pending = this.#takeRunning();
    if (error !== undefined) pending?.end({ workerError: error });
    this.#runNext();
  }

  #takeRunning(): PendingCall | undefined {
    const pending = this.#running;
    this.#running = undefined;
    clearTimeout(pending?.timer);
    return pending;
  }
}

/** A timer that does not keep the process alive. */
function after(milliseconds: number, run: () => void): NodeJS.Timeout {
  return setTimeout(run, Math.min(milliseconds, MAX_TIMER_MS)).unref();
}

/** How long the call may take, in milliseconds. */
function limitOf({ timeout, defaultTimeout }: PendingCall): number | undefined {
  return timeout ?? defaultTimeout;
}

/** What is left of the limit, in whole milliseconds. */
function remainingOf({ queuedAt }: PendingCall, limit: number): number {
  return Math.max(1, Math.ceil(limit - (performance.now() - queuedAt)));
}

/** The operations whose timeout is that of each later page too, so that it must not be the rest of the first page's. */
const LISTS = ["nextPage", "nextDeletedPage"];

/** The call, with what is left of its timeout if it had to wait. Operations with a timeout have their options as last argument. */
function withRemainingTime(pending: PendingCall): Call {
  const { call, timeout, hasWaited } = pending;
  const isReduced = hasWaited && !LISTS.includes(call.operation);
  const limit = isReduced ? limitOf(pending) : timeout;
  const values = call.args.at(-1) as OptionValues;
  if (limit === undefined || !Array.isArray(values)) return call;
  const remaining = isReduced ? remainingOf(pending, limit) : limit;
  return { ...call, args: [...call.args.slice(0, -1), [...values, ["setTimeout", BigInt(remaining)]]] };
}

function timedOut(message: string, hint?: string): Outcome {
  const error: AzureError = { kind: "timed-out", message, ...(hint !== undefined && { hint }), attempts: [], details: [] };
  return { error, isTokenFailure: false };
}

function notStartedInTime(limit: number): Outcome {
  const message = `the call did not start within its timeout of ${limit} ms, because other calls of the same credential came first; nothing was sent`;
  return timedOut(message, "Read several secrets with getSecrets, or use a longer requestOptions.timeout");
}

/** The error of a call whose worker crashed. Only WebAssembly's own messages are passed on: others may quote a value. */
function workerError({ name, message }: Error): KeyfobErrorOptions {
  const reason = name === "RuntimeError" || name === "RangeError" ? message : name;
  return { kind: "other", message: `the component crashed, and the next call restarts it: ${reason}` };
}

/** The error of a call whose worker can't be started, for example under Node's permission model. */
function startError({ name, code }: Error & { code?: string }): KeyfobErrorOptions {
  const hint = code === "ERR_ACCESS_DENIED" ? "Start Node with --allow-worker" : undefined;
  return { kind: "denied-by-host", message: `the worker thread of the component can't be started: ${code ?? name}`, hint };
}
