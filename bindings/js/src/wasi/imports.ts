/**
 * The WASI functions that the component imports: those that `tests/component/imports.txt` lists and no others. The component sees
 * the environment and the directories of the running call, and nothing else of this process.
 */

import { randomBytes } from "node:crypto";
import { writeSync } from "node:fs";

import type { ImportObject } from "../component/keyfob.js";
import type { WasiContext } from "../protocol.js";
import { MonotonicClock, wallClock } from "./clocks.js";
import { Descriptor, preopens } from "./filesystem.js";
import type { HostChannel } from "./host-channel.js";
import { httpInterfaces } from "./http.js";
import { Pollable, poll } from "./poll.js";
import { InputStream, IoError, OutputStream } from "./streams.js";

const STDERR = 2;

/** Passes the lines of the log to the caller, if its logger has a level, else to stderr. A line may come in several parts. */
function createLog(context: WasiContext, toCaller: (line: string) => void): (bytes: Uint8Array) => void {
  const decoder = new TextDecoder();
  let begun = "";
  return (bytes) => {
    if (context.logLevel === undefined) return logToStderr(bytes);
    const lines = (begun + decoder.decode(bytes, { stream: true })).split("\n");
    begun = lines.pop() ?? "";
    lines.forEach(toCaller);
  };
}

/** The environment that the component sees. The level of the caller's logger replaces that of the environment. */
function environmentOf({ env, logLevel }: WasiContext): [name: string, value: string][] {
  if (logLevel === undefined) return env;
  return [...env.filter(([name]) => name !== "AZURE_LOG_LEVEL"), ["AZURE_LOG_LEVEL", logLevel]];
}

/** Writes a line of the log. Without a stderr that takes it, as on a full disk, the line is lost and the call goes on. */
function logToStderr(bytes: Uint8Array): void {
  try {
    writeSync(STDERR, bytes);
  } catch {
    // There is nowhere to report it.
  }
}

/** The import object for jco's `instantiate`. */
export function wasiImports(channel: HostChannel, context: WasiContext, logToCaller: (line: string) => void): ImportObject {
  const log = createLog(context, logToCaller);
  const clock = new MonotonicClock(channel);
  const { handle, types } = httpInterfaces(channel);
  const interfaces = {
    "wasi:cli/environment": { getEnvironment: () => environmentOf(context) },
    "wasi:cli/stderr": { getStderr: () => new OutputStream(channel, log) },
    "wasi:clocks/monotonic-clock": {
      now: () => clock.now(),
      subscribeDuration: (duration: bigint) => clock.subscribe(duration),
    },
    "wasi:clocks/wall-clock": { now: wallClock },
    "wasi:filesystem/preopens": { getDirectories: () => preopens(context) },
    "wasi:filesystem/types": { Descriptor },
    "wasi:http/outgoing-handler": { handle },
    "wasi:http/types": types,
    "wasi:io/error": { Error: IoError },
    "wasi:io/poll": { Pollable, poll },
    "wasi:io/streams": { InputStream, OutputStream },
    "wasi:random/random": { getRandomU64: () => randomBytes(8).readBigUInt64LE() },
  };
  return interfaces as unknown as ImportObject;
}
