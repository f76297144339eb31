/** What the caller's thread and the component's thread say to each other. All of it can be cloned. */

import type { ErrorCode } from "./component/interfaces/wasi-http-types.js";
import type { AzureError } from "./component/interfaces/keyfob-azure-types.js";
import type { Operations } from "./worker/operations.js";

/** Methods of one of the component's options and what each is given, in this order. */
export type Settings = [method: string, ...values: unknown[]][];

/** A folder that the component may read, as its path is spelt in the environment. */
export type Folder = string;

/** How a credential is made. The thread makes it when it first needs it, also after a crash. */
export interface CredentialSpec {
  id: number;
  /** The component's function. */
  make: string;
  args: unknown[];
  settings: Settings;
  /** The credentials of a chain. */
  sources: CredentialSpec[];
  /** The variables as they were when the credential was made. */
  env: [name: string, value: string][];
  folders: Folder[];
}

/** How a client is made. */
export interface ClientSpec {
  id: number;
  vaultUrl: string;
  credential: CredentialSpec;
  settings: Settings;
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
export interface Send {
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
export type Wish =
  | Send
  /** The last piece of the body has been read: the next one, please. */
  | { type: "more"; id: number }
  /** Nobody reads this answer any more. */
  | { type: "drop"; id: number };

/** What the network tells. */
export type Happening = { id: number } & (
  | { head: { status: number; headers: [name: string, value: Uint8Array][] } }
  | { piece: Uint8Array }
  | { end: true }
  | { failed: ErrorCode }
);

/** The shared words: how many happenings there were, and which call is given up. */
export const HAPPENINGS = 0;
export const ABORTED = 1;
export const WORDS = 2;

/** What the thread starts with. */
export interface Start {
  port: import("node:worker_threads").MessagePort;
  words: Int32Array;
}
