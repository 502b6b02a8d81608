//! The 512 bits of a leaf.

/// Voxels of a leaf along an edge.
pub(crate) const EDGE: u32 = 8;

/// Voxels of a leaf.
pub(crate) const VOXELS: usize = 512;

/// One bit a voxel; bit `i` of word `w` is the voxel whose Morton code in the leaf is `64 w + i`.
pub(crate) type LeafMask = [u64; 8];

/// How many voxels a leaf has.
pub(crate) fn count(mask: &LeafMask) -> u32 {
    mask.iter().map(|word| word.count_ones()).sum()
}

/// How many voxels a leaf has before the one with this code.
pub(crate) fn rank(mask: &LeafMask, code: usize) -> u32 {
    let (word, bit) = (code / 64, code % 64);
    let before: u32 = mask[..word].iter().map(|word| word.count_ones()).sum();
    before + (mask[word] & ((1 << bit) - 1)).count_ones()
}

/// Whether the leaf has the voxel with this code.
pub(crate) fn has(mask: &LeafMask, code: usize) -> bool {
    mask[code / 64] >> (code % 64) & 1 == 1
}

/// The places of the set bits of a word, rising.
pub(crate) fn bits(mut word: u64) -> impl Iterator<Item = usize> {
    std::iter::from_fn(move || {
        let bit = word.trailing_zeros() as usize;
        (word != 0).then(|| {
            word &= word - 1;
            bit
        })
    })
}

/// The codes of a leaf's voxels, rising.
pub(crate) fn codes(mask: &LeafMask) -> impl Iterator<Item = usize> {
    mask.iter().enumerate().flat_map(|(word, &mask)| bits(mask).map(move |bit| 64 * word + bit))
}

/// One bit for each byte of a word that is not zero.
pub(crate) fn occupied_bytes(word: u64) -> u8 {
    const LOW: u64 = 0x7f7f_7f7f_7f7f_7f7f;
    let tops = (((word & LOW) + LOW) | word) & !LOW;
    // Moves the top bit of byte j to bit 56 + j; the products do not meet.
    ((tops >> 7).wrapping_mul(0x0102_0408_1020_4080) >> 56) as u8
}

/// One full byte for each set bit of a byte.
pub(crate) fn full_bytes(byte: u8) -> u64 {
    let spread = u64::from(byte).wrapping_mul(0x0101_0101_0101_0101) & 0x8040_2010_0804_0201;
    u64::from_le_bytes(spread.to_le_bytes().map(|byte| if byte == 0 { 0 } else { 0xff }))
}

/// The bits of the blocks of 2×2×2 voxels that a leaf has any voxel of.
pub(crate) fn blocks(mask: &LeafMask) -> u64 {
    u64::from_le_bytes(mask.map(occupied_bytes))
}

/// A leaf with all eight voxels of each block.
pub(crate) fn fill_blocks(blocks: u64) -> LeafMask {
    blocks.to_le_bytes().map(full_bytes)
}

/// The voxels of each block, one byte a block.
pub(crate) fn block_bytes(mask: &LeafMask) -> impl Iterator<Item = u8> {
    mask.iter().flat_map(|word| word.to_le_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_told_from_zero() {
        assert_eq!(occupied_bytes(0), 0);
        assert_eq!(occupied_bytes(u64::MAX), 0xff);
        for byte in 0..8 {
            for bit in 0..8 {
                assert_eq!(occupied_bytes(1 << (8 * byte + bit)), 1 << byte);
            }
        }
        assert_eq!(occupied_bytes(0x0100_8000_00ff_0010), 0b1010_0101);
    }

    #[test]
    fn blocks_are_filled_and_found_again() {
        for blocks_of_leaf in [0, 1, 1 << 63, 0x8421_0f0f_1234_ffff] {
            let mask = fill_blocks(blocks_of_leaf);
            assert_eq!(count(&mask), 8 * blocks_of_leaf.count_ones());
            assert_eq!(blocks(&mask), blocks_of_leaf);
        }
    }

    #[test]
    fn ranks_count_the_voxels_before() {
        let mask = [0b1011, 0, 1 << 63, 0, 0, 0, 0, 1];
        let found: Vec<usize> = codes(&mask).collect();
        assert_eq!(found, [0, 1, 3, 191, 448]);
        assert!(found.iter().enumerate().all(|(row, &code)| rank(&mask, code) as usize == row));
        assert!(has(&mask, 191) && !has(&mask, 190));
    }
}
