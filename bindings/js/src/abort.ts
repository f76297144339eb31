/** The signal that aborts a call: an `AbortSignal`, or that of older Azure SDK packages. */
export interface AbortSignalLike {
  readonly aborted: boolean;
  addEventListener(type: "abort", listener: () => void): void;
  removeEventListener(type: "abort", listener: () => void): void;
}

/** The error of an aborted call, with the name and the message of the Azure SDK. */
export function abortError(): Error {
  return Object.assign(new Error("The operation was aborted."), { name: "AbortError" });
}
