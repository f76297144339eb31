import { setTimeout as delay } from "node:timers/promises";

import { abortError, abortSignalOption, isAborted, onAbort, type AbortSignalLike } from "./abort.js";
import { KeyfobError } from "./errors.js";

/** The state of an operation in the vault, as in the Azure SDK. */
export interface PollOperationState<Result> {
  isStarted: boolean;
  isCompleted: boolean;
  result?: Result;
  error?: Error;
}

/** Options of a poller. */
export interface PollerOptions {
  /** Milliseconds between two polls, 2,000 by default. */
  intervalInMs?: number;
}

/** The longest delay of a timer. */
const MAX_TIMER_MS = 2_147_483_647;

/** Polls once. Throws a `KeyfobError` of kind `timed-out` if the operation has not completed. */
export type PollOnce = (signal: AbortSignalLike | undefined) => Promise<void>;

/** Waits for a deletion or a recovery, as the pollers of the Azure SDK. Other calls run between two polls. */
export class Poller<Result> {
  readonly #state: PollOperationState<Result>;
  readonly #pollOnce: PollOnce;
  readonly #interval: number;
  readonly #listeners = new Set<(state: PollOperationState<Result>) => void>();
  #stopped = false;

  /** @internal */
  constructor(initialResult: Result, pollOnce: PollOnce, intervalInMs = 2000) {
    this.#state = { isStarted: true, isCompleted: false, result: initialResult };
    this.#pollOnce = pollOnce;
    this.#interval = intervalInMs;
  }

  /** Polls once. */
  async poll(options: { abortSignal?: AbortSignalLike } = {}): Promise<void> {
    if (this.#state.isCompleted) return;
    try {
      await this.#pollOnce(abortSignalOption(options));
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
    return this.#state.isCompleted;
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
