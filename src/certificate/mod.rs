//! stub
use crate::platform::Platform;
use crate::prelude::*;
use crate::secret::Secret;
pub(crate) struct Certificate;
pub(crate) struct Flaw {
    pub(crate) why: String,
    pub(crate) cure: String,
}
impl Certificate {
    pub(crate) fn read(_: &[u8], _: Option<&str>) -> Result<Self, Flaw> {
        Err(Flaw { why: "stub".to_owned(), cure: "stub".to_owned() })
    }
    pub(crate) fn assertion(&self, _: &Assertion<'_>, _: &dyn Platform) -> Option<Secret> {
        None
    }
}
pub(crate) struct Assertion<'a> {
    pub(crate) audience: &'a str,
    pub(crate) client_id: &'a str,
    pub(crate) now: u64,
    pub(crate) adfs: bool,
    pub(crate) send_chain: bool,
}
