/** As much of WebAssembly as is used here; Node's own types have none of it. */
declare namespace WebAssembly {
  class Module {
    constructor(bytes: Uint8Array);
  }
  class Instance {}
}
