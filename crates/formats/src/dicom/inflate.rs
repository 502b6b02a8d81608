//! Unpacks a data set that is deflated as a whole (PS3.5, A.5).

use flate2::{Decompress, FlushDecompress, Status};

use crate::error::ErrorKind;

/// What `packed` unpacks to, `most` bytes of it at most; memory follows what comes out.
pub(super) fn inflated(packed: &[u8], most: u64) -> Result<Vec<u8>, ErrorKind> {
    const FIRST: usize = 1 << 16;
    let damaged = || ErrorKind::malformed("DICOM", "its deflated bytes are damaged or cut short");
    let mut inflate = Decompress::new(false);
    let mut bytes = Vec::new();
    loop {
        let n_held = bytes.len();
        bytes.try_reserve(FIRST.max(n_held)).map_err(|_| ErrorKind::no_room(n_held as u64))?;
        let (n_read, n_made) = (inflate.total_in(), bytes.len());
        let status = inflate
            .decompress_vec(&packed[n_read as usize..], &mut bytes, FlushDecompress::None)
            .map_err(|_| damaged())?;
        if bytes.len() as u64 > most {
            return Err(ErrorKind::limit("bytes when unpacked", most));
        }
        if status == Status::StreamEnd {
            return Ok(bytes);
        }
        if inflate.total_in() == n_read && bytes.len() == n_made {
            return Err(damaged());
        }
    }
}
