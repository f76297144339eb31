//! The data of a wasmtime store: WASI's state, the HTTP hooks, the size of the memories.

use wasmtime::ResourceLimiter;
use wasmtime::component::ResourceTable;
use wasmtime_wasi::p2::pipe::MemoryOutputPipe;
use wasmtime_wasi::{WasiCtx, WasiCtxView, WasiView};
use wasmtime_wasi_http::{WasiHttpCtx, WasiHttpCtxView, WasiHttpView};

use crate::egress::Hooks;

/// The captured stdout and stderr of a component; empty if they are inherited.
pub(crate) struct Captured {
    pub(crate) stdout: MemoryOutputPipe,
    pub(crate) stderr: MemoryOutputPipe,
}

/// The data of the store of one instance.
pub(crate) struct State {
    wasi: WasiCtx,
    http: WasiHttpCtx,
    hooks: Hooks,
    table: ResourceTable,
    pub(crate) memory_size: MemorySize,
}

impl State {
    pub(crate) fn new(wasi: WasiCtx, hooks: Hooks, max_memory: usize) -> Self {
        let memory_size = MemorySize { bytes: 0, max: max_memory };
        Self { wasi, http: WasiHttpCtx::new(), hooks, table: ResourceTable::new(), memory_size }
    }
}

/// The size of an instance's linear memories, which never shrink, and its limit.
pub(crate) struct MemorySize {
    /// In bytes.
    pub(crate) bytes: usize,
    /// In bytes. Memory that would exceed it can't be allocated.
    pub(crate) max: usize,
}

impl ResourceLimiter for MemorySize {
    fn memory_growing(&mut self, current: usize, desired: usize, _: Option<usize>) -> wasmtime::Result<bool> {
        let bytes = self.bytes + (desired - current);
        let allowed = bytes <= self.max;
        if allowed {
            self.bytes = bytes;
        }
        Ok(allowed)
    }

    fn table_growing(&mut self, _: usize, _: usize, _: Option<usize>) -> wasmtime::Result<bool> {
        Ok(true)
    }
}

impl WasiView for State {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        WasiCtxView { ctx: &mut self.wasi, table: &mut self.table }
    }
}

impl WasiHttpView for State {
    fn http(&mut self) -> WasiHttpCtxView<'_> {
        WasiHttpCtxView { ctx: &mut self.http, table: &mut self.table, hooks: &mut self.hooks }
    }
}
