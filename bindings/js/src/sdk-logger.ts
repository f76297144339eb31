/** The logger of the Azure SDK, if the program uses it: its listeners get the lines that the component logs. */

/** What is used of `@azure/logger`. */
interface LoggerModule {
  getLogLevel(): string | undefined;
  createClientLogger(namespace: string): Record<string, (...args: unknown[]) => void>;
  AzureLogger: { log: unknown };
}

/** The package is not one of the dependencies, so its name must not be a literal that a bundler resolves. */
const MODULE = ["@azure", "logger"].join("/");

let sdk: { module: LoggerModule; logger: Record<string, (...args: unknown[]) => void> } | undefined;

/** Done when it is known whether the program has the package; `undefined` from then on, so that calls are not delayed. */
export let sdkLoggerLoading: Promise<void> | undefined = import(MODULE)
  .then(
    (module: LoggerModule) => void (sdk = { module, logger: module.createClientLogger("identity") }),
    () => {},
  )
  .finally(() => (sdkLoggerLoading = undefined));

/**
 * The level that the program gave to the Azure SDK's logger, if its listeners want the lines. `AZURE_LOG_LEVEL` alone sets the level
 * of that logger too, without a listener of the program.
 */
export function sdkLogLevel(): string | undefined {
  const level = sdk?.module.getLogLevel();
  if (level === undefined) return undefined;
  const isOwn = level !== process.env["AZURE_LOG_LEVEL"] || !/\bdebug\b/.test(String(sdk?.module.AzureLogger.log));
  return isOwn ? level : undefined;
}

/** Passes a line of the component on, with the level that it names. */
export function logToSdk(line: string): void {
  const [, level = "warning", text = line] = /^keyfob: \[(\w+)\] (.*)$/s.exec(line) ?? [];
  const log = sdk?.logger[level];
  log?.(`keyfob => ${text}`);
}
