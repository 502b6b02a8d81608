//! NPY (Kern, NEP 1, 2007): one array of NumPy.
//!
//! Pickled objects are programs; nothing here runs one.

mod element;
mod header;
mod writer;

use medshape_types::MAX_DIM;

use crate::error::ErrorKind;
use crate::limits::Limits;

pub(crate) use element::ByteOrder;
pub use element::Element;
pub(crate) use writer::{NumpyType, bytes_of, text_bytes};

/// How an NPY file begins.
pub(crate) const MAGIC: &[u8] = b"\x93NUMPY";

/// The most axes that are read.
pub(crate) const MAX_AXES: usize = 5;

/// An array whose bytes lie somewhere else; perhaps a part of a larger one.
#[derive(Debug, Clone, PartialEq)]
pub struct Array<'a> {
    element: Element,
    order: ByteOrder,
    // Invariant: as many as `strides`; the place of the last item is within `bytes`.
    shape: Vec<usize>,
    /// Items from one index of an axis to the next.
    strides: Vec<usize>,
    bytes: &'a [u8],
}

/// What an NPY file holds.
#[derive(Debug, Clone, PartialEq)]
pub enum Content<'a> {
    /// Numbers or texts.
    Array(Array<'a>),
    /// Python objects, pickled: these bytes.
    Objects(&'a [u8]),
}

/// The array in an NPY file of version 1 to 3.
///
/// # Errors
/// A malformed header; fewer or more bytes than it says; complex, structured and other items than
/// numbers and texts; more than five axes; pickled objects.
pub fn read<'a>(bytes: &'a [u8], limits: &Limits) -> Result<Array<'a>, ErrorKind> {
    match content(bytes, limits)? {
        Content::Array(array) => Ok(array),
        Content::Objects(_) => Err(pickled()),
    }
}

/// The same, but pickled objects are handed over as they are.
///
/// # Errors
/// Those of [`read`], except for the last.
pub fn content<'a>(bytes: &'a [u8], limits: &Limits) -> Result<Content<'a>, ErrorKind> {
    let (header, rest) = header::Header::read(bytes, limits)?;
    match header.element {
        None => Ok(Content::Objects(rest)),
        Some((element, order)) => {
            let array = Array::new(element, order, &header.shape, header.is_fortran, rest)?;
            Ok(Content::Array(array))
        }
    }
}

pub(crate) fn pickled() -> ErrorKind {
    let what = "pickled Python objects, which are programs: save its arrays with numpy.savez";
    ErrorKind::unsupported("NPY", what)
}

impl<'a> Array<'a> {
    /// An array of exactly these bytes.
    pub(crate) fn new(
        element: Element,
        order: ByteOrder,
        shape: &[usize],
        is_fortran: bool,
        bytes: &'a [u8],
    ) -> Result<Self, ErrorKind> {
        if shape.len() > MAX_AXES {
            return Err(ErrorKind::limit("axes of an array", MAX_AXES as u64));
        }
        let n_items = shape.iter().try_fold(1_usize, |n, &dim| n.checked_mul(dim));
        let n_bytes = n_items.and_then(|n| n.checked_mul(element.size()));
        if n_bytes != Some(bytes.len()) {
            let reason = format!("{} bytes of items, and a shape for others", bytes.len());
            return Err(malformed(reason));
        }
        let has_bytes = !bytes.is_empty();
        if !has_bytes && shape.iter().any(|&dim| dim > MAX_DIM) {
            // Whoever walks along an axis would walk for long.
            return Err(ErrorKind::limit("items along an axis of an empty array", MAX_DIM as u64));
        }
        let strides = strides(shape, is_fortran);
        Ok(Self { element, order, shape: shape.to_vec(), strides, bytes })
    }

    /// What each item is.
    pub fn element(&self) -> Element {
        self.element
    }

    /// Items along each axis; none for a single item.
    pub fn shape(&self) -> &[usize] {
        &self.shape
    }

    /// Items in all.
    pub fn n_items(&self) -> usize {
        self.shape.iter().product()
    }

    /// Item `index` of the first axis, an array of one axis fewer; `None` if there is no such.
    pub fn part(&self, index: usize) -> Option<Self> {
        let (&dim, rest) = self.shape.split_first()?;
        if index >= dim {
            return None;
        }
        let size = self.element.size();
        let begin = (index * self.strides[0] * size).min(self.bytes.len());
        let bytes = &self.bytes[begin..];
        Some(Self { shape: rest.to_vec(), strides: self.strides[1..].to_vec(), bytes, ..*self })
    }

    /// The number at an index of as many axes as there are; NaN for a text.
    ///
    /// # Panics
    /// If there is no such index.
    pub fn number(&self, index: &[usize]) -> f64 {
        assert_eq!(index.len(), self.shape.len(), "one index an axis");
        let place: usize = index
            .iter()
            .zip(&self.shape)
            .zip(&self.strides)
            .map(|((&index, &dim), &stride)| {
                assert!(index < dim, "an index within the axis");
                index * stride
            })
            .sum();
        self.number_at(place)
    }

    /// The number in memory's place `place`.
    fn number_at(&self, place: usize) -> f64 {
        let size = self.element.size();
        self.element.number(self.order, &self.bytes[place * size..][..size])
    }

    /// The single number of an array of one item.
    pub fn single(&self) -> Option<f64> {
        (self.n_items() == 1 && self.element.is_number()).then(|| self.number_at(0))
    }

    /// The single text of an array of one item.
    pub fn text(&self) -> Option<String> {
        match self.n_items() {
            1 => self.element.text(self.order, &self.bytes[..self.element.size()]),
            _ => None,
        }
    }

    /// The rows of an N×3 array of numbers; `None` for any other.
    pub fn triples(&self) -> Option<impl ExactSizeIterator<Item = [f64; 3]> + '_> {
        let [n_rows, 3] = self.shape[..] else { return None };
        let [down, right] = self.strides[..] else { return None };
        let row = move |row| [0, 1, 2].map(|column| self.number_at(row * down + column * right));
        self.element.is_number().then(|| (0..n_rows).map(row))
    }
}

/// Items from one index of each axis to the next; the product of the shape fits.
fn strides(shape: &[usize], is_fortran: bool) -> Vec<usize> {
    let mut strides = vec![1_usize; shape.len()];
    // An axis without items leaves the others unchecked, so that they may be of any length.
    for n in 1..shape.len() {
        let (axis, before) =
            if is_fortran { (n, n - 1) } else { (shape.len() - 1 - n, shape.len() - n) };
        strides[axis] = strides[before].saturating_mul(shape[before]);
    }
    strides
}

fn malformed(reason: impl Into<String>) -> ErrorKind {
    ErrorKind::malformed("NPY", reason)
}
