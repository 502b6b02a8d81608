//! Arrays as we write them.

/// A type of item that we write.
#[derive(Debug, Clone, Copy)]
pub(crate) enum NumpyType {
    U8,
    U32,
    F32,
    F64,
}

impl NumpyType {
    fn word(self) -> &'static str {
        match self {
            Self::U8 => "|u1",
            Self::U32 => "<u4",
            Self::F32 => "<f4",
            Self::F64 => "<f8",
        }
    }
}

/// An NPY file of version 1: items in the order of C, least byte first.
pub(crate) fn bytes_of(kind: NumpyType, shape: &[usize], items: &[u8]) -> Vec<u8> {
    let mut bytes = header(kind.word(), shape);
    bytes.extend_from_slice(items);
    bytes
}

/// A single text.
pub(crate) fn text_bytes(text: &str) -> Vec<u8> {
    let mut bytes = header(&format!("<U{}", text.chars().count()), &[]);
    bytes.extend(text.chars().flat_map(|letter| u32::from(letter).to_le_bytes()));
    bytes
}

/// Filled up with spaces, so that the items begin at a multiple of 64, as NumPy has it.
fn header(word: &str, shape: &[usize]) -> Vec<u8> {
    const BEFORE: usize = 10;
    let shape = match shape {
        [one] => format!("({one},)"),
        _ => format!("({})", shape.iter().map(usize::to_string).collect::<Vec<_>>().join(", ")),
    };
    let text = format!("{{'descr': '{word}', 'fortran_order': False, 'shape': {shape}, }}");
    let length = (BEFORE + text.len() + 1).next_multiple_of(64) - BEFORE;
    let mut bytes = b"\x93NUMPY\x01\0".to_vec();
    bytes.extend_from_slice(&(length as u16).to_le_bytes());
    bytes.extend_from_slice(format!("{text:0$}\n", length - 1).as_bytes());
    bytes
}
