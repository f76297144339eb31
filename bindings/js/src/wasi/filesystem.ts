import { closeSync, constants, fstatSync, openSync, readSync, realpathSync } from "node:fs";
import { join, sep } from "node:path";

import type { ErrorCode } from "../component/interfaces/wasi-filesystem-types.js";
import type { WasiContext } from "../protocol.js";
import { WasiError } from "./wasi-error.js";

/** A folder that is granted, or a file in one. There is no way to write. */
export class Descriptor {
  readonly #path: string;
  #file: number | undefined;

  constructor(path: string) {
    this.#path = path;
  }

  openAt(_flags: unknown, path: string): Descriptor {
    return withWasiErrors(() => {
      const directory = realpathSync(this.#path);
      const real = realpathSync(join(directory, path));
      // Kubernetes mounts a token as a symbolic link inside its folder; none may lead out of it.
      if (!real.startsWith(directory.endsWith(sep) ? directory : directory + sep)) throw new WasiError("not-permitted");
      const opened = new Descriptor(real);
      // What is no file may never begin, or never end: a pipe, a device.
      opened.#file = openSync(real, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
      if (!fstatSync(opened.#file).isFile()) {
        opened[Symbol.dispose]();
        throw new WasiError("not-permitted");
      }
      return opened;
    });
  }

  read(length: bigint, offset: bigint): [Uint8Array, boolean] {
    const file = this.#file;
    if (file === undefined) throw new WasiError("is-directory");
    return withWasiErrors(() => {
      const bytes = new Uint8Array(Number(length));
      const count = readSync(file, bytes, 0, bytes.length, offset);
      return [bytes.subarray(0, count), count === 0];
    });
  }

  [Symbol.dispose](): void {
    if (this.#file !== undefined) closeSync(this.#file);
    this.#file = undefined;
  }
}

/** The folders as the component sees them. */
export function preopens(granted: Pick<WasiContext, "directories">): [Descriptor, string][] {
  return granted.directories.map((directory) => [new Descriptor(directory), directory]);
}

const ERROR_CODES: Record<string, ErrorCode> = { ENOENT: "no-entry", ENOTDIR: "no-entry", EACCES: "access", ELOOP: "loop" };

function withWasiErrors<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof WasiError) throw error;
    throw new WasiError(ERROR_CODES[(error as NodeJS.ErrnoException).code ?? ""] ?? "io");
  }
}
