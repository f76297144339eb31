import type { CallOptions, DeletedSecretPoller, SecretPoller } from "../component/interfaces/keyfob-azure-secrets.js";
import type { AzureError } from "../component/interfaces/keyfob-azure-types.js";
import type { ClientSpec, CredentialSpec, ListMethod, OptionValues } from "../protocol.js";
import { withOptions, type ResourceTable } from "./resource-table.js";

/** Thrown as the component throws its errors: an `Error` would mean a trap, and end the worker. */
const RESTARTED: AzureError = {
  kind: "other",
  message: "the component was restarted after this operation began, and can't wait for it; the operation continues in the vault",
  attempts: [],
  details: [],
};

const LIST_LOST: AzureError = {
  kind: "other",
  message: "the component was restarted after this list began, and does not know the next page; start the list again",
  attempts: [],
  details: [],
};

export type Operations = ReturnType<typeof createOperations>;

/**
 * The operations that the caller's thread can run. Together with `resource-table.ts`, these are the only calls of the component's
 * functions. A spec names a resource and says how to make it.
 */
export function createOperations(resources: ResourceTable, memoryBytes: () => number) {
  const { identity, secrets } = resources.component;

  const withCallOptions = <T>(values: OptionValues, use: (options: CallOptions) => T) =>
    withOptions(secrets.CallOptions, values, use);

  return {
    getToken: (spec: CredentialSpec, scopes: string[], values: OptionValues) =>
      withOptions(identity.TokenOptions, values, (options) => resources.credential(spec).getToken(scopes, options)),

    explain: (spec: CredentialSpec) => resources.credential(spec).explain(),

    scope: (spec: ClientSpec) => resources.client(spec).scope(),

    getSecret: (spec: ClientSpec, name: string, values: OptionValues) =>
      withOptions(secrets.GetSecretOptions, values, (options) => resources.client(spec).getSecret(name, options)),

    getSecrets: (spec: ClientSpec, names: string[], values: OptionValues) =>
      withOptions(secrets.GetSecretOptions, values, (options) => resources.client(spec).getSecrets(names, options)),

    setSecret: (spec: ClientSpec, name: string, value: string, values: OptionValues) =>
      withOptions(secrets.SetSecretOptions, values, (options) => resources.client(spec).setSecret(name, value, options)),

    updateSecretProperties: (spec: ClientSpec, name: string, values: OptionValues) =>
      withOptions(secrets.SetSecretOptions, values, (options) => resources.client(spec).updateSecretProperties(name, options)),

    /** Returns the next page of a list. The list starts with its first page, and never again with a later one. */
    nextPage: (spec: ClientSpec, listId: number, isFirst: boolean, method: ListMethod, name: string, values: OptionValues) => {
      const client = resources.client(spec);
      const start = () => {
        if (!isFirst) throw LIST_LOST;
        return withOptions(secrets.ListOptions, values, (options) =>
          method === "listPropertiesOfSecretVersions" ? client[method](name, options) : client[method](options),
        );
      };
      return resources.get(listId, start).next();
    },

    /** Returns the next page of the list of deleted secrets. */
    nextDeletedPage: (spec: ClientSpec, listId: number, isFirst: boolean, values: OptionValues) => {
      const client = resources.client(spec);
      const start = () => {
        if (!isFirst) throw LIST_LOST;
        return withOptions(secrets.ListOptions, values, (options) => client.listDeletedSecrets(options));
      };
      return resources.get(listId, start).next();
    },

    /** Starts a deletion. `wait` takes the same poller id. */
    beginDeleteSecret: (spec: ClientSpec, pollerId: number, name: string, values: OptionValues) => {
      const client = resources.client(spec);
      const start = () => withCallOptions(values, (options) => client.beginDeleteSecret(name, options));
      return resources.get(pollerId, start).deletedSecret();
    },

    /** Starts a recovery. `wait` takes the same poller id. */
    beginRecoverDeletedSecret: (spec: ClientSpec, pollerId: number, name: string, values: OptionValues) => {
      const client = resources.client(spec);
      const start = () => withCallOptions(values, (options) => client.beginRecoverDeletedSecret(name, options));
      return resources.get(pollerId, start).properties();
    },

    /** Waits until the deletion or the recovery has completed. */
    wait: (spec: ClientSpec, pollerId: number, values: OptionValues) => {
      // Sets the environment for the token request that waiting may need.
      resources.client(spec);
      const poller = resources.get<DeletedSecretPoller | SecretPoller>(pollerId, () => {
        throw RESTARTED;
      });
      withCallOptions(values, (options) => poller.wait(options));
    },

    getDeletedSecret: (spec: ClientSpec, name: string, values: OptionValues) =>
      withCallOptions(values, (options) => resources.client(spec).getDeletedSecret(name, options)),

    purgeDeletedSecret: (spec: ClientSpec, name: string, values: OptionValues) =>
      withCallOptions(values, (options) => resources.client(spec).purgeDeletedSecret(name, options)),

    backupSecret: (spec: ClientSpec, name: string, values: OptionValues) =>
      withCallOptions(values, (options) => resources.client(spec).backupSecret(name, options)),

    restoreSecretBackup: (spec: ClientSpec, backup: Uint8Array, values: OptionValues) =>
      withCallOptions(values, (options) => resources.client(spec).restoreSecretBackup(backup, options)),

    drop: (id: number) => resources.drop(id),

    /** How many resources there are, for tests. */
    count: () => resources.size,

    /** The size of the component's memory, for tests. */
    memoryBytes,
  };
}
