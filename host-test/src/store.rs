//! The data of a wasmtime store: WASI's state, the HTTP hooks, the size of the memories.

use wasmtime::ResourceLimiter;
use wasmtime::component::ResourceTable;
use wasmtime_wasi::cli::WasiCliCtxView;
use wasmtime_wasi::filesystem::WasiFilesystemCtxView;
use wasmtime_wasi::p2::pipe::MemoryOutputPipe;
use wasmtime_wasi::{WasiCtx, WasiCtxView, WasiView};
use wasmtime_wasi_http::{WasiHttpCtx, WasiHttpCtxView, WasiHttpView};

use crate::call_error::MemoryLimit;
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
    /// What Keyfob has for itself inside an app; none if it shares what the app has.
    keyfob: Option<(WasiCtx, Hooks)>,
    pub(crate) memory_size: MemorySize,
}

impl State {
    pub(crate) fn new(wasi: WasiCtx, hooks: Hooks, keyfob: Option<(WasiCtx, Hooks)>, max_memory: usize) -> Self {
        let (http, table) = (WasiHttpCtx::new(), ResourceTable::new());
        Self { wasi, http, hooks, table, keyfob, memory_size: MemorySize { bytes: 0, max: max_memory } }
    }

    /// The environment of Keyfob inside an app.
    pub(crate) fn keyfob_cli(&mut self) -> WasiCliCtxView<'_> {
        let wasi = self.keyfob.as_mut().map_or(&mut self.wasi, |(wasi, _)| wasi);
        WasiCliCtxView { ctx: wasi.cli(), table: &mut self.table }
    }

    /// The folders of Keyfob inside an app.
    pub(crate) fn keyfob_filesystem(&mut self) -> WasiFilesystemCtxView<'_> {
        let wasi = self.keyfob.as_mut().map_or(&mut self.wasi, |(wasi, _)| wasi);
        WasiFilesystemCtxView { ctx: wasi.filesystem(), table: &mut self.table }
    }

    /// The outgoing HTTP of Keyfob inside an app.
    pub(crate) fn keyfob_http(&mut self) -> WasiHttpCtxView<'_> {
        let hooks = self.keyfob.as_mut().map_or(&mut self.hooks, |(_, hooks)| hooks);
        WasiHttpCtxView { ctx: &mut self.http, table: &mut self.table, hooks }
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
        if bytes > self.max {
            return Err(MemoryLimit { bytes: self.max }.into());
        }
        self.bytes = bytes;
        Ok(true)
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
