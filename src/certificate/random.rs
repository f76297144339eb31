//! The platform's random numbers, as a generator for the crate `rsa`.

use core::convert::Infallible;

use rsa::rand_core::{TryCryptoRng, TryRng};

use crate::platform::Platform;

/// The platform's random numbers, for salt and blinding, with a counter added to each. A random number stays as random
/// as it was. The numbers of a test's platform are all the same: without the counter, the search of `rsa` for one below
/// the modulus might never end.
pub(super) struct Random<'p> {
    platform: &'p dyn Platform,
    count: u64,
}

impl<'p> Random<'p> {
    pub(super) fn new(platform: &'p dyn Platform) -> Self {
        Self { platform, count: 0 }
    }
}

impl TryRng for Random<'_> {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        self.try_next_u64().map(|word| word as u32)
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        // 2^64 divided by the golden ratio: an odd number, with which every bit of the counter changes soon.
        self.count = self.count.wrapping_add(0x9e37_79b9_7f4a_7c15);
        Ok(self.platform.random().wrapping_add(self.count))
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
        for chunk in bytes.chunks_mut(8) {
            for (byte, random) in chunk.iter_mut().zip(self.try_next_u64()?.to_be_bytes()) {
                *byte = random;
            }
        }
        Ok(())
    }
}

impl TryCryptoRng for Random<'_> {}
