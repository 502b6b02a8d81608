//! The compression of PCD: runs of bytes, and repetitions of earlier ones (LibLZF, Lehmann, 2000).

// Three bytes stand for 264 at most.
const MOST_A_BYTE: usize = 88;

/// The bytes that were packed, `n_unpacked` of them exactly; `None` if they are damaged.
pub(super) fn unpacked(packed: &[u8], n_unpacked: usize) -> Option<Vec<u8>> {
    if n_unpacked > packed.len().saturating_mul(MOST_A_BYTE) {
        return None;
    }
    let mut bytes = Vec::with_capacity(n_unpacked);
    let mut left = packed;
    while let Some((&control, after)) = left.split_first() {
        left = after;
        if control < 32 {
            let (run, after) = left.split_at_checked(usize::from(control) + 1)?;
            bytes.extend_from_slice(run);
            left = after;
        } else {
            let mut length = usize::from(control >> 5);
            if length == 7 {
                length += usize::from(*left.split_off_first()?);
            }
            let low = usize::from(*left.split_off_first()?);
            let back = (usize::from(control & 31) << 8 | low) + 1;
            repeat(&mut bytes, back, length + 2)?;
        }
        if bytes.len() > n_unpacked {
            return None;
        }
    }
    (bytes.len() == n_unpacked).then_some(bytes)
}

/// Appends what stands `back` bytes before the end; it may reach into what is being appended.
fn repeat(bytes: &mut Vec<u8>, back: usize, length: usize) -> Option<()> {
    let begin = bytes.len().checked_sub(back)?;
    for at in begin..begin + length {
        bytes.push(bytes[at]);
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_and_repetitions_are_unpacked() {
        // `abc`, then 3 bytes from 3 before, then 9 + 4 bytes from 1 before.
        let packed = [2, b'a', b'b', b'c', 1 << 5, 2, 7 << 5, 4, 0];
        assert_eq!(unpacked(&packed, 19).unwrap(), b"abcabcccccccccccccc");
        assert_eq!(unpacked(&[], 0).unwrap(), b"");
    }

    #[test]
    fn damage_is_noticed() {
        let packed = [2, b'a', b'b', b'c', 1 << 5, 2];
        assert_eq!(unpacked(&packed, 6).unwrap(), b"abcabc");
        assert_eq!(unpacked(&packed, 5), None, "more than was said");
        assert_eq!(unpacked(&packed, 7), None, "fewer than was said");
        assert_eq!(unpacked(&packed[..5], 6), None, "cut off");
        assert_eq!(unpacked(&packed[..3], 6), None, "cut off in a run");
        assert_eq!(unpacked(&[1 << 5, 0], 3), None, "from before the begin");
        assert_eq!(unpacked(&[7 << 5], 9), None);
    }

    #[test]
    fn the_largest_ratio_is_264_bytes_from_3() {
        let mut packed = vec![0, b'x'];
        packed.extend([0xe0, 0xff, 0].repeat(1000));
        let n = 1 + 264 * 1000;
        assert_eq!(unpacked(&packed, n).unwrap().len(), n);
        assert_eq!(unpacked(&packed, 88 * packed.len() + 1), None);
    }
}
