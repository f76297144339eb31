//! What wasmtime generates from `wit/`: the records, enums and calls of the world `keyfob`.

#![allow(missing_docs, reason = "generated; wit/ holds the documentation")]

wasmtime::component::bindgen!({
    path: "../wit",
    world: "keyfob",
    exports: { default: async },
});
