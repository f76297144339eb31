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

/** Writes a line of the log. Without a stderr that takes it, as on a full disk, the line is lost and the call goes on. */
function log(bytes: Uint8Array): void {
  try {
    writeSync(STDERR, bytes);
  } catch {
    // There is nowhere to report it.
  }
}

/** The import object for jco's `instantiate`. */
export function wasiImports(channel: HostChannel, context: WasiContext): ImportObject {
  const clock = new MonotonicClock(channel);
  const { handle, types } = httpInterfaces(channel);
  const interfaces = {
    "wasi:cli/environment": { getEnvironment: () => context.env },
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
