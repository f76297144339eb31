/** The worker thread: one instance of the component, which runs one call at a time. */

import { readFileSync } from "node:fs";
import { parentPort, workerData } from "node:worker_threads";

import type { AzureError } from "../component/interfaces/keyfob-azure-types.js";
import { instantiate } from "../component/keyfob.js";
import type { Call, LogLine, Reply, WasiContext, WorkerData } from "../protocol.js";
import { HostChannel } from "../wasi/host-channel.js";
import { wasiImports } from "../wasi/imports.js";
import { createOperations, type Operations } from "./operations.js";
import { ResourceTable } from "./resource-table.js";
import { isTokenFailure } from "./token-failure.js";

const { port, shared } = workerData as WorkerData;
const channel = new HostChannel(port, shared);
const context: WasiContext = { env: [], directories: [] };

const coreUrl = (path: string) => new URL(`../component/${path}`, import.meta.url);
const loadCoreModule = (path: string) => new WebAssembly.Module(readFileSync(coreUrl(path)));
const memories: WebAssembly.Memory[] = [];
/** Keeps the memory, so that tests can measure it. */
function instantiateCore(module: WebAssembly.Module, imports: WebAssembly.Imports): WebAssembly.Instance {
  const instance = new WebAssembly.Instance(module, imports);
  memories.push(...Object.values(instance.exports).filter((exported) => exported instanceof WebAssembly.Memory));
  return instance;
}
const logToCaller = (log: string) => parentPort?.postMessage({ log } satisfies LogLine);
const component = instantiate(loadCoreModule, wasiImports(channel, context, logToCaller), instantiateCore);
const resources = new ResourceTable(component, context);
const memoryBytes = () => [...new Set(memories)].reduce((sum, { buffer }) => sum + buffer.byteLength, 0);
const operations = createOperations(resources, memoryBytes);

parentPort?.on("message", ({ id, operation, args, token, assertion, logLevel }: Call) => {
  channel.call = id;
  channel.challenge = undefined;
  channel.lastAuthority = undefined;
  context.logLevel = logLevel;
  if (channel.aborted) {
    parentPort?.postMessage({ late: true } satisfies Reply);
    return;
  }
  const run = operations[operation as keyof Operations] as (...args: unknown[]) => unknown;
  const reply = perform(operation, args, () => {
    if (assertion !== undefined) resources.credential(assertion.credential).setAssertion(assertion.assertion);
    if (token !== undefined) resources.credential(token.credential).setToken(token.token, token.expiresOn, token.scope);
    return run(...args);
  });
  parentPort?.postMessage({ ...reply, challenge: channel.challenge });
});

function perform(operation: string, args: unknown[], run: () => unknown): Reply {
  try {
    return { ok: run() };
  } catch (error) {
    // A trap: the instance can't be used any more, so the worker ends.
    if (error instanceof Error) throw error;
    // jco throws the error of a WIT result as a plain object.
    const failed = error as AzureError;
    return { error: failed, isTokenFailure: isTokenFailure(failed, operation, args[0], channel.lastAuthority, resources) };
  }
}
