/**
 * The world of the component: what `tests/component/imports.txt` lists, and nothing more. It is given the variables and the
 * folders of each call; it has no way to the rest of the process.
 */

import { randomBytes } from "node:crypto";
import { writeSync } from "node:fs";

import type { ImportObject } from "../component/keyfob.js";
import { Descriptor, directories } from "./filesystem.js";
import { http } from "./http.js";
import { Pollable, poll } from "./poll.js";
import { InputStream, OutputStream, StreamFailure } from "./streams.js";
import { Clock, wallClock } from "./clocks.js";
import type { Wire } from "./host-channel.js";

/** What the call that runs may see. */
export interface Surroundings {
  env: [name: string, value: string][];
  folders: string[];
}

const STDERR = 2;

/** The component's imports. */
export function imports(wire: Wire, surroundings: Surroundings): ImportObject {
  const clock = new Clock(wire);
  const { handle, types } = http(wire);
  const world = {
    "wasi:cli/environment": { getEnvironment: () => surroundings.env },
    "wasi:cli/stderr": { getStderr: () => new OutputStream(wire, (bytes) => void writeSync(STDERR, bytes)) },
    "wasi:clocks/monotonic-clock": {
      now: () => clock.now(),
      subscribeDuration: (duration: bigint) => clock.subscribe(duration),
    },
    "wasi:clocks/wall-clock": { now: wallClock },
    "wasi:filesystem/preopens": { getDirectories: () => directories(surroundings) },
    "wasi:filesystem/types": { Descriptor },
    "wasi:http/outgoing-handler": { handle },
    "wasi:http/types": types,
    "wasi:io/error": { Error: StreamFailure },
    "wasi:io/poll": { Pollable, poll },
    "wasi:io/streams": { InputStream, OutputStream },
    "wasi:random/random": { getRandomU64: () => randomBytes(8).readBigUInt64LE() },
  };
  return world as unknown as ImportObject;
}
