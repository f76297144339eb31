//! The allocator, `cabi_realloc` and the panic handler, which the standard library would supply.

use alloc::alloc::{Layout, alloc, realloc};
use core::panic::PanicInfo;
use core::ptr;

use zeroizing_alloc::ZeroAlloc;

/// Zeroes all memory when it is freed. Secrets were in the buffers of a response, in its JSON, and in the values that were
/// lowered for the caller, and no type of ours owns these.
#[global_allocator]
static ALLOCATOR: ZeroAlloc<talc::wasm::WasmDynamicTalc> = ZeroAlloc(talc::wasm::new_wasm_dynamic_allocator());

/// Allocates the memory for strings and lists that the host passes in, as the canonical ABI has it: `new_size` bytes of
/// this alignment, with the `old_size` bytes of an earlier block moved there. The generated bindings own the block and
/// free it with the global allocator. wasi-libc exports the same function where the standard library is linked.
///
/// # Safety
/// The canonical ABI says what is given: `old_size` is 0, or `old` is a block of `old_size` bytes that this function gave
/// for the same alignment; `align` is a power of two.
#[allow(unsafe_code)]
#[unsafe(no_mangle)]
unsafe extern "C" fn cabi_realloc(old: *mut u8, old_size: usize, align: usize, new_size: usize) -> *mut u8 {
    if new_size == 0 {
        return ptr::without_provenance_mut(align);
    }
    // A size that no block can have ends in a trap, as does a lack of memory.
    let (Ok(old_layout), Ok(layout)) =
        (Layout::from_size_align(old_size, align), Layout::from_size_align(new_size, align))
    else {
        core::arch::wasm32::unreachable()
    };
    // SAFETY: the size of `layout` is not 0. Where there is an old block, it came from this function, so from `alloc` or
    // `realloc` of the global allocator with the layout `old_layout`, and nothing uses it after this call; `new_size` is
    // not 0 and, rounded up to `align`, no more than `isize::MAX`, because `layout` is valid.
    let block = unsafe { if old_size == 0 { alloc(layout) } else { realloc(old, old_layout, new_size) } };
    if block.is_null() {
        core::arch::wasm32::unreachable()
    }
    block
}

/// Traps without a message. No code here panics on purpose, and the messages of the panics that the compiler can't rule
/// out would be larger than the rest of the code.
#[panic_handler]
fn panic(_: &PanicInfo<'_>) -> ! {
    core::arch::wasm32::unreachable()
}
