//! Arbitrary certificate files, PEM and PKCS#12: each gives a signature or an error with a hint, within the time limit.
//! The files in `tests/certificates` are seeds too.
#![no_main]

use keyfob_fuzz::certificate::sign;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    for password in [None, Some("keyfob-test")] {
        // Both results are valid: a file whose certificate is damaged can still have a usable key.
        let _ = sign(data, password);
    }
});
