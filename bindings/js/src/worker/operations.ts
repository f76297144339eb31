import type { CallOptions, SecretChange } from "../component/interfaces/keyfob-azure-secrets.js";
import { withOptions, type Objects } from "./resource-table.js";
import type { ClientSpec, CredentialSpec, Settings } from "../protocol.js";

export type Operations = ReturnType<typeof operations>;

/** What the thread can be asked to do: the component's functions, on objects that are named by how they are made. */
export function operations(objects: Objects) {
  const { identity, secrets } = objects.component;

  const call = <T>(settings: Settings, use: (options: CallOptions) => T) =>
    withOptions(secrets.CallOptions, settings, use);

  return {
    getToken: (spec: CredentialSpec, scopes: string[], settings: Settings) =>
      withOptions(identity.TokenOptions, settings, (options) => objects.credential(spec).getToken(scopes, options)),

    explain: (spec: CredentialSpec) => objects.credential(spec).explain(),

    setToken: (spec: CredentialSpec, token: string, expiresOn: bigint) =>
      objects.credential(spec).setToken(token, expiresOn),

    scope: (spec: ClientSpec) => objects.client(spec).scope(),

    getSecret: (spec: ClientSpec, name: string, settings: Settings) =>
      withOptions(secrets.GetSecretOptions, settings, (options) => objects.client(spec).getSecret(name, options)),

    getSecrets: (spec: ClientSpec, names: string[], settings: Settings) =>
      withOptions(secrets.GetSecretOptions, settings, (options) => objects.client(spec).getSecrets(names, options)),

    setSecret: (spec: ClientSpec, name: string, value: string, settings: Settings) =>
      withOptions(secrets.SetOptions, settings, (options) => objects.client(spec).setSecret(name, value, options)),

    updateSecretProperties: (spec: ClientSpec, name: string, settings: Settings) =>
      withOptions(secrets.SetOptions, settings, (options) => objects.client(spec).updateSecretProperties(name, options)),

    /** The next page of the list of that number, which begins with its first. */
    nextPage: (spec: ClientSpec, list: number, which: ListName, name: string, settings: Settings) => {
      const client = objects.client(spec);
      const begin = () =>
        withOptions(secrets.ListOptions, settings, (options) =>
          which === "listPropertiesOfSecretVersions" ? client[which](name, options) : client[which](options),
        );
      return objects.get(list, begin).next();
    },

    /** Begins a deletion or a recovery, which has that number from then on. */
    begin: (spec: ClientSpec, change: number, which: ChangeName, name: string, settings: Settings) => {
      const client = objects.client(spec);
      return objects.get(change, () => call(settings, (options) => client[which](name, options))).properties();
    },

    /** Waits for the change of that number. */
    wait: (spec: ClientSpec, change: number, settings: Settings) => {
      // For its surroundings.
      objects.client(spec);
      const begun = objects.get<SecretChange>(change, () => {
        throw new Error("the component's thread has been replaced since this began; it goes on in the vault");
      });
      call(settings, (options) => begun.wait(options));
    },

    getDeletedSecret: (spec: ClientSpec, name: string, settings: Settings) =>
      call(settings, (options) => objects.client(spec).getDeletedSecret(name, options)),

    purgeDeletedSecret: (spec: ClientSpec, name: string, settings: Settings) =>
      call(settings, (options) => objects.client(spec).purgeDeletedSecret(name, options)),

    backupSecret: (spec: ClientSpec, name: string, settings: Settings) =>
      call(settings, (options) => objects.client(spec).backupSecret(name, options)),

    restoreSecretBackup: (spec: ClientSpec, backup: Uint8Array, settings: Settings) =>
      call(settings, (options) => objects.client(spec).restoreSecretBackup(backup, options)),

    drop: (id: number) => objects.drop(id),

    /** How many objects there are. */
    count: () => objects.size,
  };
}

export type ListName = "listPropertiesOfSecrets" | "listPropertiesOfSecretVersions" | "listDeletedSecrets";
export type ChangeName = "beginDeleteSecret" | "beginRecoverDeletedSecret";
