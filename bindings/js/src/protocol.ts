/** What the caller's thread and the component's thread say to each other. All of it can be cloned. */

import type { ErrorCode } from "./component/interfaces/wasi-http-types.js";
import type { AzureError } from "./component/interfaces/keyfob-azure-types.js";
import type { Operations } from "./worker/operations.js";

/** Methods of one of the component's options and what each is given, in this order. */
export type OptionValues = [method: string, ...values: unknown[]][];

/** A folder that the component may read, as its path is spelt in the environment. */
export type Directory = string;

/** How a credential is made. The thread makes it when it first needs it, also after a crash. */
export interface CredentialSpec {
  id: number;
  /** The component's function. */
  create: string;
  args: unknown[];
  options: OptionValues;
  /** The credentials of a chain. */
  sources: CredentialSpec[];
  /** The variables as they were when the credential was made. */
  env: [name: string, value: string][];
  directories: Directory[];
}

/** How a client is made. */
export interface ClientSpec {
  id: number;
  vaultUrl: string;
  credential: CredentialSpec;
  options: OptionValues;
}

/** A call, one at a time. */
export interface Call {
  id: number;
  operation: keyof Operations;
  args: unknown[];
}

/** What came of it. */
export type Reply = { ok: unknown } | { error: AzureError };

/** An HTTP request of the component's. */
export interface SendRequest {
  type: "send";
  id: number;
  method: string;
  secure: boolean;
  authority: string;
  path: string;
  headers: [name: string, value: Uint8Array][];
  body: Uint8Array[];
  connectTimeoutMs: number | undefined;
}

/** What the component's thread asks of the network. */
export type HostRequest =
  | SendRequest
  /** The last piece of the body has been read: the next one, please. */
  | { type: "more"; id: number }
  /** Nobody reads this answer any more. */
  | { type: "drop"; id: number };

/** What the network tells. */
export type HostEvent = { id: number } & (
  | { response: { status: number; headers: [name: string, value: Uint8Array][] } }
  | { chunk: Uint8Array }
  | { end: true }
  | { error: ErrorCode }
);

/** The shared words: how many happenings there were, and which call is given up. */
export const EVENT_COUNT = 0;
export const ABORTED_CALL = 1;
export const SHARED_LENGTH = 2;

/** What the thread starts with. */
export interface Start {
  port: import("node:worker_threads").MessagePort;
  shared: Int32Array;
}
