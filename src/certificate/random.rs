//! The platform's randomness, in the form that the crate `rsa` asks for.

use core::convert::Infallible;

use rsa::rand_core::{TryCryptoRng, TryRng};

use crate::platform::Platform;

/// The platform's randomness for salt and blinding. A count goes into each word, which leaves a random one as random;
/// with a platform under test, whose words are all the same, it ends the search for a number below the modulus.
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
        // An odd number in which every bit changes soon: 2^64 by the golden ratio.
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
