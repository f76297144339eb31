/** The worker thread: one instance of the component, which runs one call at a time. */

import { readFileSync } from "node:fs";
import { parentPort, workerData } from "node:worker_threads";

import type { AzureError } from "../component/interfaces/keyfob-azure-types.js";
import { instantiate } from "../component/keyfob.js";
import type { Call, Reply, WasiContext, WorkerData } from "../protocol.js";
import { HostChannel } from "../wasi/host-channel.js";
import { wasiImports } from "../wasi/imports.js";
import { createOperations, type Operations } from "./operations.js";
import { ResourceTable } from "./resource-table.js";

const { port, shared } = workerData as WorkerData;
const channel = new HostChannel(port, shared);
const context: WasiContext = { env: [], directories: [] };

const coreUrl = (path: string) => new URL(`../component/${path}`, import.meta.url);
const loadCoreModule = (path: string) => new WebAssembly.Module(readFileSync(coreUrl(path)));
const component = instantiate(loadCoreModule, wasiImports(channel, context));
const operations = createOperations(new ResourceTable(component, context));

parentPort?.on("message", ({ id, operation, args }: Call) => {
  channel.call = id;
  parentPort?.postMessage(perform(operations[operation as keyof Operations] as (...args: unknown[]) => unknown, args));
});

function perform(operation: (...args: unknown[]) => unknown, args: unknown[]): Reply {
  try {
    return { ok: operation(...args) };
  } catch (error) {
    // A trap: the instance can't be used any more, so the worker ends.
    if (error instanceof Error) throw error;
    // jco throws the error of a WIT result as a plain object.
    return { error: error as AzureError };
  }
}
