//! Handles of the resources inside an instance.

use wasmtime::component::ResourceAny;

/// A handle of any kind. Dropping it here does not drop the resource: [`Instance::drop_handle`](super::Instance::drop_handle)
/// does.
#[derive(Clone, Copy, Debug)]
pub struct Handle(pub(super) ResourceAny);

macro_rules! handles {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug)]
        pub struct $name(pub(super) ResourceAny);

        impl From<$name> for Handle {
            fn from(handle: $name) -> Self {
                Self(handle.0)
            }
        }
    )+};
}

handles! {
    /// A credential inside one instance.
    Credential,
    /// A client for one vault inside one instance.
    SecretClient,
    /// A list of secrets inside one instance.
    SecretList,
    /// A list of deleted secrets inside one instance.
    DeletedSecretList,
    /// A recovery in progress. It goes on in the vault after the handle is dropped.
    SecretPoller,
    /// A deletion in progress. It goes on in the vault after the handle is dropped.
    DeletedSecretPoller,
}
