/** The component's messages name its WIT options and other hosts; for users of this package, they name JavaScript options and Node. */

/** Phrases of the component and their replacements. `tests/unit/messages.test.js` finds each phrase in the component's sources. */
export const REPLACEMENTS: readonly (readonly [component: string, javascript: string])[] = [
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

/** Advice about the host's grants, which does not apply: this package always grants the directory of a configured file. */
const DIRECTORY_ADVICE = /, and that the file's folder itself is given to the component\..*?`--dir [^`]*`/s;

/** The message with the option names of this package. */
export function toJavaScriptTerms(text: string): string {
  const shortened = text.replace(DIRECTORY_ADVICE, "");
  return REPLACEMENTS.reduce((text, [component, javascript]) => text.replaceAll(component, javascript), shortened);
}
