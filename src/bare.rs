//! x
#[global_allocator]
static ALLOCATOR: dlmalloc::GlobalDlmalloc = dlmalloc::GlobalDlmalloc;

use wit_bindgen_rt as _;

#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    core::arch::wasm32::unreachable()
}

#[used]
static CABI_REALLOC: fn() = wit_bindgen_rt::maybe_link_cabi_realloc;
