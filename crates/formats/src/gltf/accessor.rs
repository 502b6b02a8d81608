//! Accessors: how the bytes of a view are numbers.

use serde_json::Value;

use super::buffers::Buffers;
use super::document::{Document, count, needed};
use super::malformed;
use crate::error::ErrorKind;
use crate::scalar::Scalar;

/// An accessor whose bytes have not been looked at.
pub(super) struct Accessor<'a> {
    value: &'a Value,
    scalar: Scalar,
    is_normalised: bool,
    n_components: usize,
    /// Elements.
    pub(super) count: usize,
}

impl<'a> Accessor<'a> {
    pub(super) fn new(document: &Document<'a>, at: usize) -> Result<Self, ErrorKind> {
        let value = document.entry("accessors", at)?;
        let n_components = match value.get("type").and_then(Value::as_str) {
            Some("SCALAR") => 1,
            Some("VEC3") => 3,
            _ => {
                return Err(malformed(
                    "positions that are no points, or indices that are no numbers",
                ));
            }
        };
        let is_normalised = value.get("normalized").and_then(Value::as_bool).unwrap_or(false);
        let (scalar, count) = (scalar(value)?, needed(value, "count")?);
        if count == 0 {
            return Err(malformed("an accessor of no elements"));
        }
        Ok(Self { value, scalar, is_normalised, n_components, count })
    }

    /// The elements as points.
    pub(super) fn points(&self, buffers: &mut Buffers<'a>) -> Result<Vec<[f32; 3]>, ErrorKind> {
        if self.n_components != 3 || self.scalar == Scalar::U32 {
            return Err(malformed("positions that are no points of floats or short whole numbers"));
        }
        let bytes = self.bytes(buffers)?;
        let values = self.scalar.floats(&bytes, false);
        let scale = if self.is_normalised { self.largest() } else { None };
        let values = match scale {
            Some(largest) => values.into_iter().map(|value| (value / largest).max(-1.0)).collect(),
            None => values,
        };
        Ok(values.as_chunks::<3>().0.to_vec())
    }

    /// What a whole number of this type is 1 for, where they stand for parts of it.
    fn largest(&self) -> Option<f32> {
        match self.scalar {
            Scalar::I8 => Some(127.0),
            Scalar::U8 => Some(255.0),
            Scalar::I16 => Some(32767.0),
            Scalar::U16 => Some(65535.0),
            _ => None,
        }
    }

    /// The elements as numbers of vertices.
    pub(super) fn indices(&self, buffers: &mut Buffers<'a>) -> Result<Vec<i64>, ErrorKind> {
        let is_index = matches!(self.scalar, Scalar::U8 | Scalar::U16 | Scalar::U32);
        if self.n_components != 1 || !is_index {
            return Err(malformed("indices that are no whole numbers without a sign"));
        }
        let bytes = self.bytes(buffers)?;
        Ok(self.scalar.wholes(&bytes, false))
    }

    /// The elements one after another, without what stands between them.
    fn bytes(&self, buffers: &mut Buffers<'a>) -> Result<Vec<u8>, ErrorKind> {
        let sparse = self.value.get("sparse");
        let mut bytes = match (count(self.value, "bufferView")?, sparse) {
            (Some(view), _) => {
                let offset = count(self.value, "byteOffset")?.unwrap_or(0);
                strided(buffers, view, offset, self.count, self.size())?
            }
            (None, Some(sparse)) => self.zeros(sparse)?,
            (None, None) => return Err(malformed("an accessor without a view")),
        };
        if let Some(sparse) = sparse {
            self.replace(sparse, buffers, &mut bytes)?;
        }
        Ok(bytes)
    }

    /// Bytes of one element.
    fn size(&self) -> usize {
        self.n_components * self.scalar.size()
    }

    /// Elements of zero, not many more than those that take their place: no file of a few bytes is a
    /// mesh of millions of vertices.
    fn zeros(&self, sparse: &Value) -> Result<Vec<u8>, ErrorKind> {
        const MOST_FOR_ONE: usize = 64;
        if self.count / MOST_FOR_ONE > needed(sparse, "count")? {
            return Err(malformed("an accessor that is nearly all zeros, without a view"));
        }
        let n_bytes = self.count.checked_mul(self.size());
        Ok(vec![0; n_bytes.ok_or_else(beyond)?])
    }

    /// Puts other elements in the place of some.
    fn replace(
        &self,
        sparse: &Value,
        buffers: &mut Buffers<'a>,
        bytes: &mut [u8],
    ) -> Result<(), ErrorKind> {
        let n_replaced = needed(sparse, "count")?;
        if n_replaced > self.count {
            return Err(malformed("an accessor replaces more elements than it has"));
        }
        let part = |name: &str| {
            sparse.get(name).ok_or_else(|| malformed(format!("a sparse accessor without `{name}`")))
        };
        let (indices, values) = (part("indices")?, part("values")?);
        let kind = scalar(indices)?;
        let at = part_of(buffers, indices, n_replaced, kind.size())?;
        let new = part_of(buffers, values, n_replaced, self.size())?;
        let at = kind.wholes(&at, false);
        if at.len() != n_replaced {
            return Err(malformed("places of a sparse accessor that are no whole numbers"));
        }
        for (at, new) in at.into_iter().zip(new.chunks_exact(self.size())) {
            let old = usize::try_from(at).ok().filter(|&at| at < self.count);
            let old =
                old.ok_or_else(|| malformed("a sparse accessor leads out of its elements"))?;
            bytes[old * self.size()..][..self.size()].copy_from_slice(new);
        }
        Ok(())
    }
}

fn part_of(
    buffers: &mut Buffers,
    part: &Value,
    n_elements: usize,
    size: usize,
) -> Result<Vec<u8>, ErrorKind> {
    let offset = count(part, "byteOffset")?.unwrap_or(0);
    strided(buffers, needed(part, "bufferView")?, offset, n_elements, size)
}

/// Elements of `size` bytes, one after another.
fn strided(
    buffers: &mut Buffers,
    view: usize,
    offset: usize,
    n_elements: usize,
    size: usize,
) -> Result<Vec<u8>, ErrorKind> {
    let view = buffers.view(view)?;
    let stride = view.stride.unwrap_or(size);
    if stride < size {
        return Err(malformed("elements that overlap"));
    }
    let bytes = view.bytes().get(offset..).ok_or_else(beyond)?;
    let Some(n_before_last) = n_elements.checked_sub(1) else { return Ok(Vec::new()) };
    let end = n_before_last.checked_mul(stride).and_then(|begin| begin.checked_add(size));
    let bytes = end.and_then(|end| bytes.get(..end)).ok_or_else(beyond)?;
    match stride == size {
        true => Ok(bytes.to_vec()),
        false => Ok(bytes.chunks(stride).flat_map(|element| &element[..size]).copied().collect()),
    }
}

fn scalar(value: &Value) -> Result<Scalar, ErrorKind> {
    Ok(match needed(value, "componentType")? {
        5120 => Scalar::I8,
        5121 => Scalar::U8,
        5122 => Scalar::I16,
        5123 => Scalar::U16,
        5125 => Scalar::U32,
        5126 => Scalar::F32,
        _ => return Err(malformed("`componentType` is none that glTF has")),
    })
}

fn beyond() -> ErrorKind {
    malformed("an accessor reaches beyond its view")
}
