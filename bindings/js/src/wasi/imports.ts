/**
 * The world of the component: what `tests/component/imports.txt` lists, and nothing more. It is given the variables and the
 * folders of each call; it has no way to the rest of the process.
 */

import { randomBytes } from "node:crypto";
import { writeSync } from "node:fs";

import type { ImportObject } from "../component/keyfob.js";
import type { WasiContext } from "../protocol.js";
import { Descriptor, preopens } from "./filesystem.js";
import { httpInterfaces } from "./http.js";
import { Pollable, poll } from "./poll.js";
import { InputStream, OutputStream, IoError } from "./streams.js";
import { MonotonicClock, wallClock } from "./clocks.js";
import type { HostChannel } from "./host-channel.js";

const STDERR = 2;

/** The component's imports. */
export function wasiImports(channel: HostChannel, context: WasiContext): ImportObject {
  const clock = new MonotonicClock(channel);
  const { handle, types } = httpInterfaces(channel);
  const interfaces = {
    "wasi:cli/environment": { getEnvironment: () => context.env },
    "wasi:cli/stderr": { getStderr: () => new OutputStream(channel, (bytes) => void writeSync(STDERR, bytes)) },
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
