import { closeSync, constants, fstatSync, openSync, readSync, realpathSync } from "node:fs";
import { join, sep } from "node:path";

import type { ErrorCode } from "../component/interfaces/wasi-filesystem-types.js";
import type { WasiContext } from "../protocol.js";
import { WasiError } from "./wasi-error.js";

/** A preopened directory, or a file inside of one. Read-only. */
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
      // Kubernetes mounts a token as a symbolic link inside the directory. A link that leads out of it is refused.
      if (!real.startsWith(directory.endsWith(sep) ? directory : directory + sep)) throw new WasiError("not-permitted");
      const opened = new Descriptor(real);
      // Only regular files: opening or reading a pipe or a device can block forever.
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

/** The preopened directories with the paths under which the component sees them. */
export function preopens(context: Pick<WasiContext, "directories">): [Descriptor, string][] {
  return context.directories.map((directory) => [new Descriptor(directory), directory]);
}

/** The wasi:filesystem error codes for Node's; any other is `io`. */
const ERROR_CODES: Record<string, ErrorCode> = { ENOENT: "no-entry", ENOTDIR: "no-entry", EACCES: "access", ELOOP: "loop" };

function withWasiErrors<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof WasiError) throw error;
    throw new WasiError(ERROR_CODES[(error as NodeJS.ErrnoException).code ?? ""] ?? "io");
  }
}
