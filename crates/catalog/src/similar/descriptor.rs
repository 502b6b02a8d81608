//! What shapes are like, in numbers, as the database keeps them.

use std::ops::Range;

use rusqlite::types::{FromSql, FromSqlError, FromSqlResult, ValueRef};
use rusqlite::{Connection, OptionalExtension};

/// What a shape is like, in numbers: the shorter the distance of two, the more alike they are.
///
/// How they are made is not known here. Descriptors are only compared with others of one
/// [kind](Self::kind).
#[derive(Debug, Clone, PartialEq)]
pub struct Descriptor {
    /// How it was made: changes whenever the same mesh would give other numbers.
    pub kind: u32,
    /// The numbers, those that keep size last.
    pub numbers: Box<[f32; Self::N]>,
}

impl Descriptor {
    /// How many numbers there are.
    pub const N: usize = 256;

    pub(crate) fn to_bytes(&self) -> Vec<u8> {
        self.numbers.iter().flat_map(|number| number.to_le_bytes()).collect()
    }
}

/// The numbers in a column.
pub(crate) struct Numbers(pub(crate) Box<[f32; Descriptor::N]>);

impl FromSql for Numbers {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        let bytes = value.as_blob()?;
        if bytes.len() != 4 * Descriptor::N {
            return Err(FromSqlError::InvalidBlobSize {
                expected_size: 4 * Descriptor::N,
                blob_size: bytes.len(),
            });
        }
        let mut numbers = Box::new([0.0; Descriptor::N]);
        for (number, four) in numbers.iter_mut().zip(bytes.as_chunks().0) {
            *number = f32::from_le_bytes(*four);
        }
        Ok(Self(numbers))
    }
}

/// The descriptor of a shape, if it has one of this kind.
pub(crate) fn of(
    db: &Connection,
    name_key: i64,
    kind: u32,
) -> rusqlite::Result<Option<Box<[f32; Descriptor::N]>>> {
    let sql = "SELECT numbers FROM descriptor WHERE name_key = ?1 AND kind = ?2";
    let found = db.prepare_cached(sql)?.query_row((name_key, kind), |row| row.get(0));
    Ok(found.optional()?.map(|Numbers(numbers)| numbers))
}

/// The squared distance of two descriptors over some of their numbers.
pub(crate) fn squared_distance(
    one: &[f32; Descriptor::N],
    other: &[f32; Descriptor::N],
    places: Range<usize>,
) -> f64 {
    let pairs = one[places.clone()].iter().zip(&other[places]);
    pairs.map(|(a, b)| (f64::from(*a) - f64::from(*b)).powi(2)).sum()
}
