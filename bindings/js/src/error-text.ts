/** How an error is shown: the cause, each credential that was tried, and the fix. */

import type { Attempt } from "./component/interfaces/keyfob-azure-types.js";

/** The parts of an error that a person sees. */
interface ErrorParts {
  message: string;
  hint?: string | undefined;
  attempts?: readonly Attempt[] | undefined;
}

/** The text for people. The cause is its first line; each credential stands in it once. */
export function errorText({ message, hint, attempts = [] }: ErrorParts): string {
  const parts = [causeText(message, attempts)];
  if (attempts.length > 0) parts.push(`Attempted credentials:\n${attemptLines(attempts).join("\n")}`);
  if (hint) parts.push(`Fix:\n${hint.split("\n").map((line) => `  ${line}`.trimEnd()).join("\n")}`);
  return parts.join("\n\n");
}

/** The message without a list of the attempts. */
export function causeText(message: string, attempts: readonly Attempt[]): string {
  return attempts.length > 0 ? message.replace(/\s*\n\s*Attempted credentials:\n.*$/s, "") : message;
}

function attemptLines(attempts: readonly Attempt[]): string[] {
  // Those that can't exist in a component have one reason, and stand in one line. A credential with a reason of its own does not.
  const absent = attempts.filter(({ outcome }) => outcome === "not-supported");
  const sharing = (reason: string) => absent.filter(({ message }) => message === reason);
  const tried = attempts.filter((attempt) => !absent.includes(attempt) || sharing(attempt.message).length === 1);
  const width = Math.max(0, ...tried.map(({ credential }) => credential.length));
  const lines = tried.map(({ credential, message }) => `  ${credential.padEnd(width)}  ${message.replaceAll("\n", " ")}`);
  for (const reason of new Set(absent.map(({ message }) => message))) {
    const names = sharing(reason).map(({ credential }) => credential.replace(/Credential$/, ""));
    if (names.length > 1) lines.push(`  (${names.join(", ")}: ${reason})`);
  }
  return lines;
}

/** The folder of this package's compiled files. */
const OWN_FOLDER = new URL("./", import.meta.url).href;

/** The stack without the frames of this package, so that the caller's own code comes first. */
export function callerStack(stack: unknown): unknown {
  // A program may make something else of stacks, with Error.prepareStackTrace.
  if (typeof stack !== "string") return stack;
  const lines = stack.split("\n");
  const first = lines.findLastIndex((line) => !/^ {4}at /.test(line)) + 1;
  return lines.filter((line, index) => index < first || !line.includes(OWN_FOLDER)).join("\n");
}

/** Whether Node's `inspect` asks for the property whose getter calls this. */
export function isInspecting(): boolean {
  const limit = Error.stackTraceLimit;
  try {
    Error.stackTraceLimit = 3;
    const { stack } = new Error();
    Error.stackTraceLimit = limit;
    return String(stack).includes("node:internal/util/inspect:");
  } catch {
    // The intrinsics are frozen.
    return false;
  }
}
