//! A fake Azure from a description: the file or example, the environment that it gives to apps, and their files.

mod environment;
mod example;
mod folder;
mod source;

pub(crate) use self::environment::{IDENTITY_VARIABLES, environment, environment_at};
pub(crate) use self::example::Example;
pub(crate) use self::folder::{Folder, PlatformFile};
pub(crate) use self::source::Source;
