/** A credential of the program in texts: for the component, it is a static token that the caller has given. */

import type { TokenCredential } from "./base-credential.js";
import type { AzureError } from "./component/interfaces/keyfob-azure-types.js";

/** Where the tokens of a credential of the program come from. */
export const OWN_SOURCE = "the program's own credential";

const NAME = "StaticTokenCredential";
const SOURCE = "the caller";
const IDENTITY = `the identity of the given token from ${SOURCE} (${NAME})`;

/** The name of the class of a credential of the program. */
export function classNameOf({ constructor }: TokenCredential): string {
  const name = typeof constructor === "function" ? constructor.name : "";
  return name === "" || name === "Object" ? "TokenCredential" : name;
}

/** The name of what got the token: the program's class for the component's static token. */
export function nameCredential<T extends { credential: string; source: string }>(result: T, name: string | undefined): T {
  return name === undefined || result.credential !== NAME ? result : { ...result, credential: name, source: OWN_SOURCE };
}

/** An error of the component that names the program's class. */
export function nameInError(error: AzureError, name: string | undefined): AzureError {
  if (name === undefined) return error;
  const message = error.message
    .replace(IDENTITY, `the identity of ${OWN_SOURCE} (${name})`)
    .replace(`${NAME}: `, `${name}: `)
    .replace("the static token", "the token");
  const details = error.details.map(([key, value]): [string, string] => {
    if (key === "credential" && value === NAME) return [key, name];
    return [key, key === "source" && value === SOURCE ? OWN_SOURCE : value];
  });
  return { ...error, message, details };
}
