//! Morton codes: the bits of x, y and z interleaved, x lowest.

/// Spreads the low 21 bits of a number, two zeros after each.
fn spread(value: u32) -> u64 {
    let mut x = u64::from(value) & 0x1f_ffff;
    x = (x | (x << 32)) & 0x001f_0000_0000_ffff;
    x = (x | (x << 16)) & 0x001f_0000_ff00_00ff;
    x = (x | (x << 8)) & 0x100f_00f0_0f00_f00f;
    x = (x | (x << 4)) & 0x10c3_0c30_c30c_30c3;
    (x | (x << 2)) & 0x1249_2492_4924_9249
}

/// Takes every third bit of a code together.
fn gather(code: u64) -> u32 {
    let mut x = code & 0x1249_2492_4924_9249;
    x = (x | (x >> 2)) & 0x10c3_0c30_c30c_30c3;
    x = (x | (x >> 4)) & 0x100f_00f0_0f00_f00f;
    x = (x | (x >> 8)) & 0x001f_0000_ff00_00ff;
    x = (x | (x >> 16)) & 0x001f_0000_0000_ffff;
    ((x | (x >> 32)) & 0x1f_ffff) as u32
}

/// The code of a position whose coordinates are below 2²¹.
pub(crate) fn encode([x, y, z]: [u32; 3]) -> u64 {
    spread(x) | (spread(y) << 1) | (spread(z) << 2)
}

/// The position of a code.
pub(crate) fn decode(code: u64) -> [u32; 3] {
    [gather(code), gather(code >> 1), gather(code >> 2)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bits_are_interleaved_with_x_lowest() {
        assert_eq!(encode([1, 0, 0]), 1);
        assert_eq!(encode([0, 1, 0]), 2);
        assert_eq!(encode([0, 0, 1]), 4);
        assert_eq!(encode([3, 5, 6]), 0b110_101_011);
    }

    #[test]
    fn a_code_gives_its_position_back() {
        for position in [[0, 0, 0], [0x1f_ffff; 3], [12_345, 65_535, 1], [7, 1 << 20, 999_999]] {
            assert_eq!(decode(encode(position)), position);
        }
    }
}
