//! What the standard library would bring into a component: memory, and an end for what can't happen.

use core::panic::PanicInfo;

use zeroizing_alloc::ZeroAlloc;

/// Memory is zeroed when it is given back, all of it: a secret has been in the buffers that a reply was read into, in its
/// JSON, and in what was lowered for the caller, and no type keeps account of these.
#[global_allocator]
static ALLOCATOR: ZeroAlloc<talc::wasm::WasmDynamicTalc> = ZeroAlloc(talc::wasm::new_wasm_dynamic_allocator());

/// Links `cabi_realloc`, which takes memory for what the host passes in. wasi-libc exports it where the standard
/// library is; newer versions of wit-bindgen leave it to wasi-libc.
#[used]
static CABI_REALLOC: fn() = cabi_realloc::rt::maybe_link_cabi_realloc;

/// A trap. Nothing here panics on purpose, and the text of the panics that the compiler can't rule out would weigh
/// more than all our own.
#[panic_handler]
fn panic(_: &PanicInfo<'_>) -> ! {
    core::arch::wasm32::unreachable()
}
