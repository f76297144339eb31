//! Exports both versions of the interface. They share the one store of the instance.

use std::alloc::System;

use keyfob_component::{LocalFuture, Wasi};
use zeroizing_alloc::ZeroAlloc;

use crate::{Executor, Failure, Store};

/// Zeroes memory when it is freed, as Keyfob itself does.
#[global_allocator]
static ALLOCATOR: ZeroAlloc<System> = ZeroAlloc(System);

mod bindings {
    #![allow(unsafe_code, missing_docs, unreachable_pub, clippy::all, clippy::pedantic)]
    wit_bindgen::generate!({ path: "wit", world: "config", generate_all });
    use super::Component;
    export!(Component);
}

use bindings::exports::wasi::{config0_2_0_draft_2024_09_27::store as draft, config0_2_0_rc_1::store as candidate};

struct Component;

impl Executor for Wasi {
    fn block_on<T>(&self, future: LocalFuture<'_, T>) -> T {
        Wasi::block_on(self, future)
    }
}

thread_local! {
    static STORE: Store<Wasi> = Store::new(Wasi::default());
}

macro_rules! guest {
    ($interface:ident) => {
        impl $interface::Guest for Component {
            fn get(key: String) -> Result<Option<String>, $interface::Error> {
                Ok(STORE.with(|store| store.get(&key))?)
            }

            fn get_all() -> Result<Vec<(String, String)>, $interface::Error> {
                Ok(STORE.with(Store::get_all)?)
            }
        }

        impl From<Failure> for $interface::Error {
            fn from(failure: Failure) -> Self {
                match failure {
                    Failure::Io(text) => Self::Io(text),
                    Failure::Upstream(text) => Self::Upstream(text),
                }
            }
        }
    };
}

guest!(candidate);
guest!(draft);
