import type { Credential } from "../component/interfaces/keyfob-azure-identity.js";
import type { SecretClient } from "../component/interfaces/keyfob-azure-secrets.js";
import type { Root } from "../component/keyfob.js";
import type { ClientSpec, CredentialSpec, OptionValues, Setter, WasiContext } from "../protocol.js";

/** The component's resources, by the ids that the caller's thread gave them. Each is made when it is first needed. */
export class ResourceTable {
  readonly component: Root;
  readonly #context: WasiContext;
  readonly #resources = new Map<number, object>();

  constructor(component: Root, context: WasiContext) {
    this.component = component;
    this.#context = context;
  }

  /** Returns a credential, and sets the environment and the directories for the call that uses it. */
  credential(spec: CredentialSpec): Credential {
    const credential = this.get(spec.id, () => this.#createCredential(spec));
    this.#context.env = spec.env;
    this.#context.directories = spec.directories;
    return credential;
  }

  /** Returns a client, and sets the environment and the directories of its credential. */
  client(spec: ClientSpec): SecretClient {
    const credential = this.credential(spec.credential);
    const { SecretClient, ClientOptions } = this.component.secrets;
    return this.get(spec.id, () =>
      withOptions(ClientOptions, spec.options, (options) => SecretClient.create(spec.vaultUrl, credential, options)),
    );
  }

  /** Returns the resource with this id, or makes it. */
  get<T extends object>(id: number, create: () => T): T {
    const existing = this.#resources.get(id);
    if (existing !== undefined) return existing as T;
    const created = create();
    this.#resources.set(id, created);
    return created;
  }

  get size(): number {
    return this.#resources.size;
  }

  drop(id: number): void {
    dispose(this.#resources.get(id));
    this.#resources.delete(id);
  }

  #createCredential(spec: CredentialSpec): Credential {
    const { Credential, CredentialOptions } = this.component.identity;
    if (spec.create === "chained") return Credential.chained(spec.sources.map((source) => this.credential(source)));
    this.#context.env = spec.env;
    if (spec.create === "staticToken") return Credential.staticToken(...(spec.args as [string, bigint]), undefined);
    const create = Credential[spec.create as "environment"] as (...args: unknown[]) => Credential;
    return withOptions(CredentialOptions, spec.options, (options) => create(...spec.args, options));
  }
}

/** Makes an options resource, calls its setters, passes it to `use` and drops it. */
export function withOptions<O extends object, T>(Options: new () => O, values: OptionValues, use: (options: O) => T): T {
  const options = new Options();
  try {
    for (const [setter, ...args] of values) (options as unknown as Record<Setter, (...args: unknown[]) => void>)[setter](...args);
    return use(options);
  } finally {
    dispose(options);
  }
}

/** jco adds `Symbol.dispose` to the classes of the component's resources, but not to their types. */
function dispose(resource: object | undefined): void {
  (resource as Partial<Disposable> | undefined)?.[Symbol.dispose]?.();
}
