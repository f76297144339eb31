/** The component's thread: one instance, one call at a time. */

import { readFileSync } from "node:fs";
import { parentPort, workerData } from "node:worker_threads";

import type { AzureError } from "../component/interfaces/keyfob-azure-types.js";
import { instantiate } from "../component/keyfob.js";
import { imports, type Surroundings } from "../wasi/imports.js";
import { Wire } from "../wasi/host-channel.js";
import type { Call, Reply, Start } from "../protocol.js";
import { Objects } from "./resource-table.js";
import { operations } from "./operations.js";

const { port, words } = workerData as Start;
const wire = new Wire(port, words);
const surroundings: Surroundings = { env: [], folders: [] };

const core = (path: string) => new WebAssembly.Module(readFileSync(new URL(`../component/${path}`, import.meta.url)));
const component = instantiate(core, imports(wire, surroundings));
const table = operations(new Objects(component, surroundings));

parentPort?.on("message", ({ id, operation, args }: Call) => {
  wire.call = id;
  parentPort?.postMessage(perform(table[operation] as (...args: unknown[]) => unknown, args));
});

function perform(operation: (...args: unknown[]) => unknown, args: unknown[]): Reply {
  try {
    return { ok: operation(...args) };
  } catch (error) {
    // A trap: the instance is lost, and the thread with it.
    if (error instanceof Error) throw error;
    // What WIT says is thrown as it is.
    return { error: error as AzureError };
  }
}
