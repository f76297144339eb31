/** The component's advice names its own options and its other hosts' ways; here it is given in the words of this package. */

/** What the component says, and what is said here. `tests/alone/words.test.js` finds each in the component's sources. */
export const WORDS: readonly (readonly [component: string, here: string])[] = [
  [
    "credential-options.managed-identity, `--managed-identity-client-id`",
    "the option managedIdentityClientId, or clientId of ManagedIdentityCredential",
  ],
  ["choose system-assigned in code (credential-options.managed-identity)", "set managedIdentitySystemAssigned in code"],
  ["credential-options.additionally-allowed-tenant in code", "the option additionallyAllowedTenants in code"],
  ["set client-options.verify-challenge-resource to false in code", "set disableChallengeResourceVerification in code"],
  ["give it to credential.static-token", "give SecretClient an object whose getToken returns it"],
  ["give the token to credential.static-token", "give SecretClient an object whose getToken returns the token"],
  ["Get a new token and hand it over with set-token", "Let the getToken of the given credential return a new token"],
  ["give the host runtime its CA (keyfob command: `--cacert FILE`)", "start Node with NODE_EXTRA_CA_CERTS=FILE of its CA"],
  ["the option disable-instance-discovery", "the option disableInstanceDiscovery"],
  ["option additionally-allowed-tenant", "option additionallyAllowedTenants"],
  ["option imds-connect-timeout", "option imdsConnectTimeoutInMs"],
  ["max-page-size", "maxPageSize"],
  [
    ", and pass the platform's variables (IDENTITY_ENDPOINT, IDENTITY_HEADER, AZURE_CLIENT_ID) through to the component",
    "",
  ],
];

/** A named file's folder is always given. */
const FOLDER = /, and that the file's folder itself is given to the component\..*?`--dir [^`]*`/s;

export function inOurWords(text: string): string {
  const without = text.replace(FOLDER, "");
  return WORDS.reduce((text, [component, here]) => text.replaceAll(component, here), without);
}
