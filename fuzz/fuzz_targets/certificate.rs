//! Certificate files as they come, PEM and PKCS#12: each ends in a signature or in an error that has a cure, in time.
//! `tests/certificates` belongs to its seeds.
#![no_main]

use keyfob_fuzz::certificate::sign;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    for password in [None, Some("keyfob-test")] {
        // What damages a certificate's own text, a name or a signature, leaves the key good.
        let _ = sign(data, password);
    }
});
