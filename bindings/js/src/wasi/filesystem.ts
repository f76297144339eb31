import {
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  openSync,
  readSync,
  readlinkSync,
  realpathSync,
  statSync,
  type BigIntStats,
} from "node:fs";
import { join, sep } from "node:path";

import type { ErrorCode } from "../component/interfaces/wasi-filesystem-types.js";
import type { WasiContext } from "../protocol.js";
import { WasiError } from "./wasi-error.js";

/** How often a file that is replaced at the same moment is opened again. */
const MAX_ATTEMPTS = 5;
/** The most bytes of one read. The component reads files of at most 64 KiB. */
const MAX_READ = 65_536;
/** Without following a link, without waiting for the writer of a pipe, and without making a terminal the controlling one. */
const OPEN_FLAGS = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0) | (constants.O_NOCTTY ?? 0);

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
      for (let attempt = 1; ; attempt += 1) {
        const opened = openInside(directory, path);
        if (opened !== undefined) return opened;
        // The file was replaced between the check and the open, as Kubernetes does when it renews a token.
        if (attempt === MAX_ATTEMPTS) throw new WasiError("not-permitted");
      }
    });
  }

  /** A file that is open. */
  static ofFile(path: string, file: number): Descriptor {
    const descriptor = new Descriptor(path);
    descriptor.#file = file;
    return descriptor;
  }

  read(length: bigint, offset: bigint): [Uint8Array, boolean] {
    const file = this.#file;
    if (file === undefined) throw new WasiError("is-directory");
    return withWasiErrors(() => {
      const bytes = new Uint8Array(Math.min(Number(length), MAX_READ));
      const count = readSync(file, bytes, 0, bytes.length, offset);
      return [bytes.subarray(0, count), count === 0];
    });
  }

  [Symbol.dispose](): void {
    if (this.#file !== undefined) closeSync(this.#file);
    this.#file = undefined;
  }
}

/**
 * Opens a file of the directory, and then checks what was opened: the same file must still be found inside of the directory.
 * Returns undefined if it is another file, because a link or a folder was replaced in between. Only regular files are opened:
 * opening or reading a pipe or a device can block forever.
 */
function openInside(directory: string, path: string): Descriptor | undefined {
  const real = realpathSync(join(directory, path));
  // Kubernetes mounts a token as a symbolic link inside the directory. A link that leads out of it is refused.
  if (!isInside(directory, real) || !statSync(real).isFile()) throw new WasiError("not-permitted");
  let file: number;
  try {
    file = openSync(real, OPEN_FLAGS);
  } catch (error) {
    // The last part of the path has become a link, or has gone.
    if (["ELOOP", "ENOENT"].includes((error as NodeJS.ErrnoException).code ?? "")) return undefined;
    throw error;
  }
  let isGood = false;
  try {
    const opened = fstatSync(file, { bigint: true });
    if (!opened.isFile()) throw new WasiError("not-permitted");
    isGood = isSameFileInside(directory, join(directory, path), file, opened);
    return isGood ? Descriptor.ofFile(real, file) : undefined;
  } finally {
    if (!isGood) closeSync(file);
  }
}

function isInside(directory: string, real: string): boolean {
  return real.startsWith(directory.endsWith(sep) ? directory : directory + sep);
}

/** Whether the open file is the one that is now at the path, and is inside of the directory. */
function isSameFileInside(directory: string, path: string, file: number, opened: BigIntStats): boolean {
  // Linux tells the path of an open file, whatever was renamed since.
  const location = openPath(file);
  if (location !== undefined && !isInside(directory, location)) return false;
  try {
    const real = realpathSync(path);
    const found = lstatSync(real, { bigint: true });
    return isInside(directory, real) && found.isFile() && found.dev === opened.dev && found.ino === opened.ino;
  } catch {
    return false;
  }
}

function openPath(file: number): string | undefined {
  if (process.platform !== "linux") return undefined;
  try {
    return readlinkSync(`/proc/self/fd/${file}`);
  } catch {
    return undefined;
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
