//! The allocator and the panic handler, which the standard library would supply.

use core::panic::PanicInfo;

use zeroizing_alloc::ZeroAlloc;

/// Zeroes all memory when it is freed. Secrets were in the buffers of a response, in its JSON, and in the values that were
/// lowered for the caller, and no type of ours owns these.
#[global_allocator]
static ALLOCATOR: ZeroAlloc<talc::wasm::WasmDynamicTalc> = ZeroAlloc(talc::wasm::new_wasm_dynamic_allocator());

/// Links `cabi_realloc`, which allocates memory for values that the host passes in. wasi-libc exports it where the standard
/// library is; newer versions of wit-bindgen leave it to wasi-libc.
#[used]
static CABI_REALLOC: fn() = cabi_realloc::rt::maybe_link_cabi_realloc;

/// Traps without a message. No code here panics on purpose, and the messages of the panics that the compiler can't rule
/// out would be larger than the rest of the code.
#[panic_handler]
fn panic(_: &PanicInfo<'_>) -> ! {
    core::arch::wasm32::unreachable()
}
