/** The logger of the Azure SDK, if the program uses it: its listeners get the lines that the component logs. */

import { createRequire } from "node:module";

type ClientLogger = Record<string, (...args: unknown[]) => void>;

/** What is used of `@azure/logger`. */
interface LoggerModule {
  getLogLevel(): string | undefined;
  createClientLogger(namespace: string): ClientLogger;
  AzureLogger: { log: unknown };
}

/** The package is not one of the dependencies, so its name must not be a literal that a bundler resolves. */
const MODULE = ["@azure", "logger"].join("/");

const loggers = new Map<LoggerModule, ClientLogger>();

let imported: LoggerModule | undefined;

/** Done when it is known whether the program has the package; `undefined` from then on, so that calls are not delayed. */
export let sdkLoggerLoading: Promise<void> | undefined = import(MODULE)
  .then(
    (module: LoggerModule) => void (imported = module),
    () => {},
  )
  .finally(() => (sdkLoggerLoading = undefined));

const require = createRequire(import.meta.url);

/** The instance of CommonJS, which is another one with a level of its own. It is not loaded here. */
function required(): LoggerModule | undefined {
  try {
    return imported && (require.cache[require.resolve(MODULE)]?.exports as LoggerModule | undefined);
  } catch {
    return undefined;
  }
}

/** The instances whose listeners want the lines. `AZURE_LOG_LEVEL` alone sets a level too, without a listener of the program. */
function configured(): LoggerModule[] {
  return [imported, required()].filter((module): module is LoggerModule => {
    const level = module?.getLogLevel();
    if (module === undefined || level === undefined) return false;
    return level !== process.env["AZURE_LOG_LEVEL"] || !/debug\S*\.log\(/.test(String(module.AzureLogger.log));
  });
}

/** The level that the program gave to the Azure SDK's logger, if it did. */
export function sdkLogLevel(): string | undefined {
  return configured()[0]?.getLogLevel();
}

/** Passes a line of the component on, with the level that it names. */
export function logToSdk(line: string): void {
  const [, level = "warning", text = line] = /^keyfob: \[(\w+)\] (.*)$/s.exec(line) ?? [];
  for (const module of configured()) {
    const logger = loggers.get(module) ?? module.createClientLogger("identity");
    loggers.set(module, logger);
    logger[level]?.(`keyfob => ${text}`);
  }
}
