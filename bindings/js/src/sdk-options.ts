/** The options of the Azure SDK's HTTP pipeline: those that have no effect here are taken, and the others name their replacement. */

import { WrongTypeError } from "./errors.js";
import { property } from "./validate.js";

/** Options of the Azure SDK that are accepted. The component sends and repeats requests by its own rules. */
export interface PipelineOptions {
  /** No effect: requests are repeated as the component does, until the call's timeout. */
  retryOptions?: { maxRetries?: number; retryDelayInMs?: number; maxRetryDelayInMs?: number };
  /** No effect: redirects are not followed. */
  redirectOptions?: { maxRetries?: number; allowCrossOriginRedirects?: boolean };
  /** No effect: the user agent is that of Keyfob. */
  userAgentOptions?: { userAgentPrefix?: string };
  /** No effect. */
  telemetryOptions?: { clientRequestIdHeaderName?: string };
  /** No effect: `AZURE_LOG_LEVEL` sets what is logged, and no log line contains a secret. */
  loggingOptions?: object;
  /** No effect: `KEYFOB_ALLOW_LOOPBACK_HTTP` allows plain http on loopback. */
  allowInsecureConnection?: boolean;
  /** No effect: connections are those of Node's `https.globalAgent`. */
  keepAliveOptions?: { enable?: boolean };
  /** Refused: requests are sent by Node's HTTP client. Set `https.globalAgent` or the variables of the proxy. */
  httpClient?: never;
  /** Refused: set `https.globalAgent`. */
  agent?: never;
  /** Refused: set `HTTPS_PROXY` and `NO_PROXY`. */
  proxyOptions?: never;
  /** Refused: set `NODE_EXTRA_CA_CERTS`, or `https.globalAgent.options`. */
  tlsOptions?: never;
  /** Refused: there is no pipeline. */
  additionalPolicies?: never;
}

/** Why an option can't be used, and what to set instead. */
type Refusal = [why: string, instead: string];

const OWN_HTTP: Refusal = [
  "requests are sent by Node's HTTP client",
  "Set HTTPS_PROXY=http://HOST:PORT for a proxy and NODE_EXTRA_CA_CERTS=FILE for a CA\nIn code: https.globalAgent = new https.Agent({ … })\nIn tests: keyfob fake -- COMMAND runs the program with a fake Azure",
];

const REFUSED: Readonly<Record<string, Refusal>> = {
  httpClient: OWN_HTTP,
  transport: OWN_HTTP,
  pipeline: OWN_HTTP,
  agent: ["requests are sent by Node's HTTP client", "Set the agent for the whole process: https.globalAgent = agent"],
  proxyOptions: [
    "the proxy is that of the environment",
    "Set HTTPS_PROXY=http://USER:PASSWORD@HOST:PORT; NO_PROXY has the hosts that are reached without it, with commas between them",
  ],
  tlsOptions: [
    "TLS is that of Node's HTTP client",
    "Start Node with NODE_EXTRA_CA_CERTS=FILE to trust a CA\nFor a client certificate: https.globalAgent.options.cert and .key",
  ],
  additionalPolicies: ["there is no pipeline of policies", "AZURE_LOG_LEVEL=info logs every request; leave the option out"],
};

/** Options of a call that are refused. */
const REFUSED_OF_CALLS: Readonly<Record<string, Refusal>> = {
  proofOfPossessionOptions: ["tokens are bearer tokens", "Leave the option out"],
  onResponse: ["there is no response object to pass", "Read statusCode, code and details of the error; AZURE_LOG_LEVEL=info logs every response"],
};

const REFUSED_OF_REQUESTS: Readonly<Record<string, Refusal>> = {
  customHeaders: ["the component makes the headers of its requests", "Leave the option out"],
  headers: ["the component makes the headers of its requests", "Leave the option out"],
};

/** Throws a `TypeError` for an option of a credential or a client whose effect the caller would miss. */
export function refusePipelineOptions(options: unknown): void {
  refuse("options", options, REFUSED);
}

/** The same for the options of a call. */
export function refuseCallOptions(options: unknown): void {
  refuse("options", options, REFUSED_OF_CALLS);
  refuse("requestOptions", property("options", options, "requestOptions") ?? undefined, REFUSED_OF_REQUESTS);
}

function refuse(owner: string, options: unknown, refused: Readonly<Record<string, Refusal>>): void {
  for (const [name, [why, instead]] of Object.entries(refused)) {
    const value = property(owner, options, name) ?? undefined;
    if (value === undefined || isEmpty(name, value)) continue;
    throw new WrongTypeError(`the option ${name} can't be used: ${why}`, instead);
  }
}

/** An empty list or object asks for nothing. */
function isEmpty(name: string, value: unknown): boolean {
  if (typeof value !== "object" || value === null || name === "httpClient" || name === "agent") return false;
  try {
    const isPlain = Array.isArray(value) || Object.getPrototypeOf(value) === Object.prototype;
    return isPlain && Object.keys(value).length === 0;
  } catch {
    // What an object of the caller throws may hold a secret.
    return false;
  }
}
