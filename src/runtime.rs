//! What the standard library would bring into a component: memory, and an end for what can't happen.

use alloc::alloc::{Layout, alloc, realloc};
use core::panic::PanicInfo;

#[global_allocator]
static ALLOCATOR: talc::wasm::WasmDynamicTalc = talc::wasm::new_wasm_dynamic_allocator();

// For `memcmp` and its like, which the compiler calls and the standard library would link.
#[allow(unsafe_code)]
#[link(name = "c")]
unsafe extern "C" {}

/// Memory for what the host passes in. wasi-libc exports this for the standard library; without it nobody does, and
/// wit-bindgen has its own for other targets only.
///
/// # Safety
/// Called by the canonical ABI, which passes what this function gave before, its length and its alignment.
#[allow(unsafe_code)]
#[unsafe(no_mangle)]
unsafe extern "C" fn cabi_realloc(old: *mut u8, old_length: usize, align: usize, length: usize) -> *mut u8 {
    // SAFETY: as above; an alignment of the canonical ABI is a power of two, and no length reaches half the memory.
    let new = unsafe {
        match (old_length, length) {
            (0, 0) => return core::ptr::without_provenance_mut(align),
            (0, _) => alloc(Layout::from_size_align_unchecked(length, align)),
            _ => realloc(old, Layout::from_size_align_unchecked(old_length, align), length),
        }
    };
    if new.is_null() {
        // The host would write to the address 0, which is memory like any other here.
        core::arch::wasm32::unreachable();
    }
    new
}

/// A trap. Nothing here panics on purpose, and the text of the panics that the compiler can't rule out would weigh
/// more than all our own.
#[panic_handler]
fn panic(_: &PanicInfo<'_>) -> ! {
    core::arch::wasm32::unreachable()
}
