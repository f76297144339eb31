/**
 * The messages between the caller's thread and the component's worker thread, with their types and shared constants. Both sides
 * import this file and it imports neither. Every value here can be cloned into a message.
 */

import type { MessagePort } from "node:worker_threads";

import type { Credential, CredentialOptions, TokenOptions } from "./component/interfaces/keyfob-azure-identity.js";
import type {
  CallOptions,
  ClientOptions,
  GetSecretOptions,
  ListOptions,
  SecretClient,
  SetSecretOptions,
} from "./component/interfaces/keyfob-azure-secrets.js";
import type { AzureError } from "./component/interfaces/keyfob-azure-types.js";
import type { ErrorCode } from "./component/interfaces/wasi-http-types.js";

/** A setter of one of the component's options resources. */
export type Setter = keyof (CallOptions & ClientOptions & CredentialOptions & GetSecretOptions & ListOptions & SetSecretOptions & TokenOptions);

/** The setters to call on an options resource, in this order, each with its arguments. */
export type OptionValues = [setter: Setter, ...args: unknown[]][];

/** A static function of the component that makes a credential. */
export type CredentialConstructor = Exclude<keyof typeof Credential, "prototype">;

/** A method of the component's client that lists the properties of secrets. */
export type ListMethod = keyof SecretClient & `listProperties${string}`;

/** What the component may see of this process while a call runs. */
export interface WasiContext {
  /** The environment variables. */
  env: [name: string, value: string][];
  /** The directories whose files it may read, spelt as in the variable or option that names the file. */
  directories: string[];
  /** The level for lines that go to the caller's logger. */
  logLevel?: string | undefined;
}

/** How to make a credential. The worker makes it on first use, and again after a crash. */
export interface CredentialSpec extends WasiContext {
  /** The resource's id in the worker. */
  id: number;
  create: CredentialConstructor;
  args: unknown[];
  options: OptionValues;
  /** The credentials of a chain; empty for any other. */
  sources: CredentialSpec[];
}

/** How to make a client. The worker makes it on first use, and again after a crash. */
export interface ClientSpec {
  /** The resource's id in the worker. */
  id: number;
  vaultUrl: string;
  credential: CredentialSpec;
  options: OptionValues;
}

/** From the caller to the worker: run this operation. The worker runs one at a time. */
export interface Call {
  id: number;
  /** The name of a function in `worker/operations.ts`. */
  operation: string;
  args: unknown[];
  /** The token of an external credential for this call. */
  token?: ProvidedToken | undefined;
  /** The assertion of the program for this call. */
  assertion?: ProvidedAssertion | undefined;
  /** The level for lines that go to the caller's logger. Without it, they go to stderr, with the level of the environment. */
  logLevel?: string | undefined;
}

/** An assertion that the program's function returned, for a client-assertion credential. */
export interface ProvidedAssertion {
  credential: CredentialSpec;
  assertion: string;
}

/** A token that the program's own credential returned. */
export interface ProvidedToken {
  /** The static-token credential that gets it. */
  credential: CredentialSpec;
  token: string;
  /** In Unix seconds. */
  expiresOn: bigint;
  /** The scope that the token was requested for. The component uses it for no other. */
  scope: string | undefined;
}

/** A 401 response: the host that sent it, and its `WWW-Authenticate` headers. */
export interface ReceivedChallenge {
  authority: string;
  headers: string[];
}

/** How a call failed, and whether it was the token that could not be got. */
export interface Failure {
  error: AzureError;
  isTokenFailure: boolean;
}

/**
 * From the worker to the caller: the call's result, and the last challenge that a host sent during the call. Or that the time of
 * the call was over before it began.
 */
export type Reply = (({ ok: unknown } | Failure) & { challenge?: ReceivedChallenge | undefined }) | { late: true };

/** From the worker to the caller: a line for the caller's logger. */
export interface LogLine {
  log: string;
}

/** An HTTP request that the component makes. */
export interface SendRequest {
  type: "send";
  id: number;
  method: string;
  secure: boolean;
  authority: string;
  path: string;
  headers: [name: string, value: Uint8Array][];
  body: Uint8Array[];
  /** The limit for DNS, TCP and TLS together. */
  connectTimeoutMs: number | undefined;
}

/** From the worker to the HTTP client in the caller's thread. */
export type HostRequest =
  | SendRequest
  /** The last chunk of the response body has been read; send the next one. */
  | { type: "read"; id: number }
  /** The response is no longer needed. */
  | { type: "cancel"; id: number };

/** From the HTTP client to the worker: what happened to the request with this id. */
export type HostEvent = { id: number } & (
  | { response: { status: number; headers: [name: string, value: Uint8Array][] } }
  | { chunk: Uint8Array }
  | { end: true }
  | { error: ErrorCode }
);

/** Index in the shared memory: how many events and aborts there were. The worker sleeps on it. */
export const EVENT_COUNT = 0;
/** Index in the shared memory: the id of the call that was aborted last. */
export const ABORTED_CALL = 1;
/** The length of the shared memory in 32-bit words. */
export const SHARED_LENGTH = 2;

/** What the worker is started with. */
export interface WorkerData {
  port: MessagePort;
  shared: Int32Array;
}
