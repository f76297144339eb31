"""Runs the component in this process with wasmtime. Internal: other packages must not import it."""
