import { WrongTypeError } from "./errors.js";
import { property, wrongType } from "./validate.js";

/** The signal that aborts a call: an `AbortSignal`, or that of older Azure SDK packages. */
export interface AbortSignalLike {
  readonly aborted: boolean;
  addEventListener(type: "abort", listener: () => void): void;
  removeEventListener(type: "abort", listener: () => void): void;
}

/** The option `abortSignal`. */
export function abortSignalOption(options: unknown): AbortSignalLike | undefined {
  const signal = property("options", options, "abortSignal") ?? undefined;
  if (signal === undefined) return undefined;
  if (typeof property("abortSignal", signal, "addEventListener") !== "function") throw wrongType("abortSignal", signal, "an AbortSignal");
  return signal as AbortSignalLike;
}

/** Whether the signal is aborted. */
export function isAborted(signal: AbortSignalLike | undefined): boolean {
  return property("abortSignal", signal, "aborted") === true;
}

/** Calls the listener on abort. Returns a function that stops that. */
export function onAbort(signal: AbortSignalLike | undefined, listener: () => void): () => void {
  if (signal === undefined) return () => {};
  try {
    signal.addEventListener("abort", listener);
  } catch {
    throw new WrongTypeError("abortSignal has the wrong type: it takes no listener");
  }
  return () => {
    try {
      signal.removeEventListener?.("abort", listener);
    } catch {
      // The call has ended, so the listener does nothing.
    }
  };
}

/** The error of an aborted call, with the name and the message of the Azure SDK. */
export function abortError(): Error {
  return Object.assign(new Error("The operation was aborted."), { name: "AbortError" });
}
