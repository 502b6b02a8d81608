//! zlib (Deutsch and Gailly, RFC 1950, 1996), all at once.

use flate2::{Decompress, FlushDecompress, Status};

use crate::gzip::MAX_RATIO;

/// What `packed` unpacks to, if that is as long as it should be and its checksum is right.
///
/// Nothing is allocated for a length that so few bytes cannot stand for.
pub(crate) fn unpacked(packed: &[u8], n_bytes: usize) -> Option<Vec<u8>> {
    if n_bytes as u64 > (packed.len() as u64).saturating_mul(MAX_RATIO) {
        return None;
    }
    let mut bytes = vec![0; n_bytes];
    let mut inflate = Decompress::new(true);
    let status = inflate.decompress(packed, &mut bytes, FlushDecompress::Finish).ok()?;
    (status == Status::StreamEnd && inflate.total_out() == n_bytes as u64).then_some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    #[test]
    fn a_stream_unpacks_to_the_length_it_should_have_and_no_other() {
        for n_bytes in [1, 1000, 1 << 20] {
            let plain = vec![7; n_bytes];
            let mut packer =
                flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::best());
            packer.write_all(&plain).unwrap();
            let packed = packer.finish().unwrap();
            assert_eq!(unpacked(&packed, n_bytes), Some(plain));
            assert_eq!(unpacked(&packed, n_bytes - 1), None);
            assert_eq!(unpacked(&packed, n_bytes + 1), None);
            assert_eq!(unpacked(&packed[..packed.len() - 1], n_bytes), None);
            assert_eq!(unpacked(&packed, usize::MAX), None);
        }
    }
}
