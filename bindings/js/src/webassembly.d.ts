/** The WebAssembly types that this package uses: `@types/node` has none, and the `dom` library would declare far more. */
declare namespace WebAssembly {
  class Module {
    constructor(bytes: Uint8Array);
  }
  class Instance {}
}
