import type { Credential } from "../component/interfaces/keyfob-azure-identity.js";
import type { SecretClient } from "../component/interfaces/keyfob-azure-secrets.js";
import type { Root } from "../component/keyfob.js";
import type { Surroundings } from "../wasi/imports.js";
import type { ClientSpec, CredentialSpec, Settings } from "../protocol.js";

interface Disposable {
  [Symbol.dispose]?(): void;
}

/** The component and its objects, by the numbers that the caller's side gave them. Each is made when it is first needed. */
export class Objects {
  readonly component: Root;
  readonly #surroundings: Surroundings;
  readonly #objects = new Map<number, object>();

  constructor(component: Root, surroundings: Surroundings) {
    this.component = component;
    this.#surroundings = surroundings;
  }

  /** A credential, with its own surroundings while it works. */
  credential(spec: CredentialSpec): Credential {
    const credential = this.get(spec.id, () => this.#make(spec));
    this.#surroundings.env = spec.env;
    this.#surroundings.folders = spec.folders;
    return credential;
  }

  client(spec: ClientSpec): SecretClient {
    const credential = this.credential(spec.credential);
    const { SecretClient, ClientOptions } = this.component.secrets;
    return this.get(spec.id, () =>
      withOptions(ClientOptions, spec.settings, (options) => SecretClient.open(spec.vaultUrl, credential, options)),
    );
  }

  /** The object of that number. */
  get<T extends object>(id: number, make: () => T): T {
    const known = this.#objects.get(id);
    if (known !== undefined) return known as T;
    const made = make();
    this.#objects.set(id, made);
    return made;
  }

  get size(): number {
    return this.#objects.size;
  }

  drop(id: number): void {
    (this.#objects.get(id) as Disposable | undefined)?.[Symbol.dispose]?.();
    this.#objects.delete(id);
  }

  #make(spec: CredentialSpec): Credential {
    const { Credential, CredentialOptions } = this.component.identity;
    if (spec.make === "chained") return Credential.chained(spec.sources.map((source) => this.credential(source)));
    this.#surroundings.env = spec.env;
    if (spec.make === "staticToken") return Credential.staticToken(...(spec.args as [string, bigint]));
    const make = Credential[spec.make as "environment"] as (...args: unknown[]) => Credential;
    return withOptions(CredentialOptions, spec.settings, (options) => make(...spec.args, options));
  }
}

/** Does something with options, which end with it. */
export function withOptions<O extends object, T>(Options: new () => O, settings: Settings, use: (options: O) => T): T {
  const options = new Options();
  try {
    for (const [method, ...values] of settings) (options as Record<string, (...values: unknown[]) => void>)[method]?.(...values);
    return use(options);
  } finally {
    (options as Disposable)[Symbol.dispose]?.();
  }
}
