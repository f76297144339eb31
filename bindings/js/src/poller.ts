import { setTimeout as delay } from "node:timers/promises";

import { abortError, type AbortSignalLike } from "./abort.js";
import { KeyfobError } from "./errors.js";

/** How far something is that goes on in the vault. */
export interface PollOperationState<Result> {
  isStarted: boolean;
  isCompleted: boolean;
  result?: Result;
  error?: Error;
}

/** How a deletion or a recovery is waited for. */
export interface PollerOptions {
  /** Milliseconds between two looks, 2,000 by default. */
  intervalInMs?: number;
}

/** Looks once whether it is done; throws `timed-out` where it is not. */
export type PollOnce = (signal?: AbortSignalLike) => Promise<void>;

/** Something that goes on in the vault, as the pollers of the Azure SDK have it. Between two looks other calls run. */
export class Poller<Result> {
  readonly #state: PollOperationState<Result>;
  readonly #pollOnce: PollOnce;
  readonly #interval: number;
  readonly #listeners = new Set<(state: PollOperationState<Result>) => void>();
  #stopped = false;

  /** @internal */
  constructor(initialResult: Result, pollOnce: PollOnce, options: PollerOptions) {
    this.#state = { isStarted: true, isCompleted: false, result: initialResult };
    this.#pollOnce = pollOnce;
    this.#interval = options.intervalInMs ?? 2000;
  }

  /** Looks once. */
  async poll(options: { abortSignal?: AbortSignalLike } = {}): Promise<void> {
    if (this.#state.isCompleted) return;
    try {
      await this.#pollOnce(options.abortSignal);
      this.#state.isCompleted = true;
    } catch (error) {
      if (!(error instanceof KeyfobError && error.kind === "timed-out")) {
        this.#state.error = error as Error;
        throw error;
      }
    }
    for (const listener of this.#listeners) listener(this.#state);
  }

  /** Waits until it is done: until the secret can be purged or recovered, or read again. */
  async pollUntilDone(options: { abortSignal?: AbortSignalLike } = {}): Promise<Result> {
    this.#stopped = false;
    for (;;) {
      await this.poll(options);
      if (this.#state.isCompleted) return this.#state.result as Result;
      if (this.#stopped) throw Object.assign(new Error("This poller is already stopped"), { name: "PollerStoppedError" });
      const signal = options.abortSignal;
      if (signal?.aborted === true) throw abortError();
      await delay(this.#interval);
    }
  }

  /** Tells of every look. The returned function ends that. */
  onProgress(listener: (state: PollOperationState<Result>) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  isDone(): boolean {
    return this.#state.isCompleted;
  }

  /** Ends `pollUntilDone` at its next look. In the vault it goes on. */
  stopPolling(): void {
    this.#stopped = true;
  }

  isStopped(): boolean {
    return this.#stopped;
  }

  getOperationState(): PollOperationState<Result> {
    return this.#state;
  }

  /** What the vault said when it began. */
  getResult(): Result | undefined {
    return this.#state.result;
  }
}
