import { setTimeout as delay } from "node:timers/promises";

import { abortError, abortSignalOption, isAborted, onAbort, type AbortSignalLike } from "./abort.js";
import { KeyfobError } from "./errors.js";

/** The state of an operation in the vault, as in the Azure SDK. */
export interface PollOperationState<TResult> {
  isStarted?: boolean;
  isCompleted?: boolean;
  isCancelled?: boolean;
  /** The name of the secret. */
  name?: string;
  result?: TResult;
  error?: Error;
}

/** A poller, as in the Azure SDK. */
export interface PollerLike<TState extends PollOperationState<TResult>, TResult> {
  poll(options?: { abortSignal?: AbortSignalLike }): Promise<void>;
  pollUntilDone(options?: { abortSignal?: AbortSignalLike }): Promise<TResult>;
  onProgress(listener: (state: TState) => void): () => void;
  isDone(): boolean;
  stopPolling(): void;
  isStopped(): boolean;
  cancelOperation(options?: { abortSignal?: AbortSignalLike }): Promise<void>;
  getOperationState(): TState;
  getResult(): TResult | undefined;
  toString(): string;
}

/** @internal What a poller waits for. */
export interface PolledOperation {
  operation: "delete" | "recover";
  name: string;
  vaultUrl: string;
}

/** Options of a poller. */
export interface PollerOptions {
  /** Milliseconds between two polls, 2,000 by default. */
  intervalInMs?: number;
}

/** The longest delay of a timer. */
const MAX_TIMER_MS = 2_147_483_647;

/** @internal Polls once. Throws a `KeyfobError` of kind `timed-out` if the operation has not completed. May return the new result. */
export type PollOnce<Result> = (signal: AbortSignalLike | undefined) => Promise<Result | void>;

/** Waits for a deletion or a recovery, as the pollers of the Azure SDK. Other calls run between two polls. */
export class Poller<Result> implements PollerLike<PollOperationState<Result>, Result> {
  readonly #operation: PolledOperation;
  readonly #state: PollOperationState<Result>;
  readonly #pollOnce: PollOnce<Result>;
  readonly #interval: number;
  readonly #listeners = new Set<(state: PollOperationState<Result>) => void>();
  #stopped = false;

  /** @internal */
  constructor(operation: PolledOperation, initialResult: Result | undefined, pollOnce: PollOnce<Result>, intervalInMs = 2000) {
    this.#operation = operation;
    this.#state = { isStarted: true, isCompleted: false, name: operation.name, ...(initialResult !== undefined && { result: initialResult }) };
    this.#pollOnce = pollOnce;
    this.#interval = intervalInMs;
  }

  /** Polls once. */
  async poll(options: { abortSignal?: AbortSignalLike } = {}): Promise<void> {
    if (this.#state.isCompleted) return;
    try {
      const result = await this.#pollOnce(abortSignalOption(options));
      if (result !== undefined) this.#state.result = result as Result;
      this.#state.isCompleted = true;
    } catch (error) {
      if (!(error instanceof KeyfobError && error.kind === "timed-out")) {
        this.#state.error = error as Error;
        throw error;
      }
    }
    for (const listener of this.#listeners) listener(this.#state);
  }

  /** Waits until the operation has completed: a deleted secret can be purged or recovered, a recovered one can be read. */
  async pollUntilDone(options: { abortSignal?: AbortSignalLike } = {}): Promise<Result> {
    this.#stopped = false;
    for (;;) {
      await this.poll(options);
      if (this.#state.isCompleted) return this.#state.result as Result;
      if (this.#stopped) throw Object.assign(new Error("This poller is already stopped"), { name: "PollerStoppedError" });
      if (isAborted(abortSignalOption(options))) throw abortError();
      await this.#pause(abortSignalOption(options));
    }
  }

  /** Waits for the next poll, unless the signal aborts before. */
  async #pause(signal: AbortSignalLike | undefined): Promise<void> {
    const controller = new AbortController();
    const stopListening = onAbort(signal, () => controller.abort());
    try {
      await delay(Math.min(this.#interval, MAX_TIMER_MS), undefined, { signal: controller.signal });
    } catch {
      throw abortError();
    } finally {
      stopListening();
    }
  }

  /** Calls the listener after each poll. The returned function removes the listener. */
  onProgress(listener: (state: PollOperationState<Result>) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  isDone(): boolean {
    return this.#state.isCompleted === true;
  }

  /** Throws, as in the Azure SDK: the vault can't cancel the operation. */
  async cancelOperation(): Promise<void> {
    const what = this.#operation.operation === "delete" ? "deletion" : "recovery";
    const message = `Canceling the ${what} of a secret is not supported`;
    throw new KeyfobError({ kind: "unsupported", message, hint: "stopPolling ends the waiting; the operation in the vault continues" });
  }

  /** The text for `resumeFrom`. It has the properties of the secret, and not its value. */
  toString(): string {
    const { isStarted, isCompleted, result } = this.#state;
    return JSON.stringify({ state: { ...this.#operation, isStarted, isCompleted, result } });
  }

  /** Makes `pollUntilDone` throw after its next poll. The operation in the vault continues. */
  stopPolling(): void {
    this.#stopped = true;
  }

  isStopped(): boolean {
    return this.#stopped;
  }

  getOperationState(): PollOperationState<Result> {
    return this.#state;
  }

  /** The vault's response to the request that started the operation. */
  getResult(): Result | undefined {
    return this.#state.result;
  }
}

/**
 * @internal A poller for an operation that was started before. It starts none, whatever the text says: a text that is not of the same
 * operation is an error.
 */
export async function resumePoller<Result extends object>(
  text: string,
  operation: PolledOperation,
  read: (signal: AbortSignalLike | undefined) => Promise<Result>,
  intervalInMs: number | undefined,
): Promise<Poller<Result>> {
  const state = savedState(text);
  const differs = (name: keyof PolledOperation) => state[name] !== undefined && state[name] !== operation[name];
  const problem =
    typeof state.name !== "string"
      ? "it is not the text of a poller"
      : differs("name")
        ? "it is of another secret"
        : differs("operation")
          ? `it is not of the operation ${operation.operation}`
          : differs("vaultUrl")
            ? "it is of another vault"
            : state.isStarted !== true
              ? "its operation was not started"
              : undefined;
  if (problem !== undefined) {
    const hint = "Pass what toString of the earlier poller returned; without resumeFrom the operation is started anew";
    throw new KeyfobError({ kind: "invalid-argument", message: `resumeFrom can't be used: ${problem}; nothing was sent`, hint });
  }
  // A secret whose deletion has completed may have been purged since.
  const isDone = state.isCompleted === true && typeof state.result === "object" && state.result !== null;
  const pollOnce = async (signal: AbortSignalLike | undefined) => (isDone ? undefined : readOnce(read, signal));
  const poller = new Poller<Result>(operation, isDone ? (state.result as Result) : undefined, pollOnce, intervalInMs);
  await poller.poll();
  return poller;
}

/** The members of the saved state. Empty for any other text. */
function savedState(text: string): Record<string, unknown> {
  try {
    const { state } = JSON.parse(text, toDate) as { state?: unknown };
    return typeof state === "object" && state !== null ? (state as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

const DATES = ["notBefore", "expiresOn", "createdOn", "updatedOn", "deletedOn", "scheduledPurgeDate"];

/** The dates of a secret are texts in JSON. */
function toDate(name: string, value: unknown): unknown {
  return DATES.includes(name) && typeof value === "string" ? new Date(value) : value;
}

/** The result of the operation. While the vault does not find it, the operation has not completed. */
async function readOnce<Result>(read: (signal: AbortSignalLike | undefined) => Promise<Result>, signal: AbortSignalLike | undefined): Promise<Result | void> {
  try {
    return await read(signal);
  } catch (error) {
    if (!(error instanceof KeyfobError)) throw error;
    // As in the Azure SDK: the object is there, and the identity must not read it.
    if (error.statusCode === 403) return;
    if (error.statusCode !== 404) throw error;
    throw new KeyfobError({ kind: "timed-out", message: "the operation has not completed" });
  }
}
