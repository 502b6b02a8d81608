//! Identifiers made of content: equal files have equal ones, and they tell nothing.

/// A hash of some bytes after others (Fowler, Noll and Vo, 1991; 128 bits, variant 1a).
#[derive(Debug, Clone, Copy)]
pub(super) struct Hash(u128);

impl Hash {
    pub(super) const EMPTY: Self = Self(0x6c62_272e_07bb_0142_62b8_2175_6295_c58d);

    pub(super) fn and(self, bytes: &[u8]) -> Self {
        const PRIME: u128 = 0x0000_0000_0100_0000_0000_0000_0000_013b;
        let step = |hash: u128, &byte: &u8| (hash ^ u128::from(byte)).wrapping_mul(PRIME);
        Self(bytes.iter().fold(self.0, step))
    }

    /// An identifier under the root that takes any number of 128 bits (PS3.5, B.2).
    pub(super) fn identifier(self, of: &str) -> String {
        format!("2.25.{}", self.and(of.as_bytes()).0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hashes_are_those_of_the_authors() {
        assert_eq!(Hash::EMPTY.and(b"a").0, 0xd228_cb69_6f1a_8caf_7891_2b70_4e4a_8964);
        assert_eq!(Hash::EMPTY.and(b"foobar").0, 0x343e_1662_793c_64bf_6f0d_3597_ba44_6f18);
    }

    #[test]
    fn identifiers_fit_their_type() {
        let identifier = Hash(u128::MAX).identifier("");
        assert_eq!(identifier.len(), 44);
    }
}
