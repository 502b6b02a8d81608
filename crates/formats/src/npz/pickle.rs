//! Pickles (PEP 307, 2003; PEP 3154, 2011; PEP 574, 2018), read as data and never run.
//!
//! A pickle is a program that builds objects by calling whatever it names. Here it builds lists,
//! dictionaries, texts, numbers and arrays, and nothing else: a name of anything but NumPy's arrays
//! and the dictionaries of MedShapeNetCore ends the reading. Nothing that it names is ever called.

mod class;
mod machine;
mod numpy;
mod stream;

use std::sync::Arc;

use crate::error::ErrorKind;
use crate::limits::Limits;
use crate::npy::{ByteOrder, Element};

use class::Class;

/// The objects of a pickle, which name each other by their place.
pub(super) struct Objects<'a> {
    nodes: Vec<Node<'a>>,
    root: Id,
}

/// The place of an object.
pub(super) type Id = u32;

#[derive(Debug, Clone)]
pub(super) enum Node<'a> {
    /// `None`, and what means nothing here.
    Nothing,
    Bool(bool),
    Whole(i64),
    Float(f64),
    /// A text or bytes: Python 2 does not tell them apart.
    Text(&'a [u8]),
    /// Bytes that were pickled as a text.
    Latin(Arc<[u8]>),
    List(Vec<Id>),
    Tuple(Vec<Id>),
    Dict(Vec<(Id, Id)>),
    Class(Class),
    Dtype(Dtype),
    /// An array that has not been told yet what it holds.
    Blank,
    Array(Packed<'a>),
}

impl Node<'_> {
    pub(super) fn n_items(&self) -> usize {
        match self {
            Self::List(items) | Self::Tuple(items) => items.len(),
            Self::Dict(items) => items.len(),
            _ => 0,
        }
    }
}

/// What the items of an array are; `None` for objects.
#[derive(Debug, Clone, Copy)]
pub(super) struct Dtype {
    element: Option<Element>,
    order: ByteOrder,
}

/// An array of numbers or texts, as it lies in a pickle.
#[derive(Debug, Clone)]
pub(super) struct Packed<'a> {
    pub(super) element: Element,
    pub(super) order: ByteOrder,
    pub(super) shape: Vec<usize>,
    pub(super) is_fortran: bool,
    pub(super) bytes: Bytes<'a>,
}

#[derive(Debug, Clone)]
pub(super) enum Bytes<'a> {
    Borrowed(&'a [u8]),
    Shared(Arc<[u8]>),
}

impl Bytes<'_> {
    pub(super) fn get(&self) -> &[u8] {
        match self {
            Self::Borrowed(bytes) => bytes,
            Self::Shared(bytes) => bytes,
        }
    }
}

impl<'a> Objects<'a> {
    /// The objects of a pickle of protocol 2 to 5.
    ///
    /// # Errors
    /// Any name but those above; damaged bytes; more objects than a file of arrays has.
    pub(super) fn read(bytes: &'a [u8], limits: &Limits) -> Result<Self, ErrorKind> {
        machine::run(bytes, limits)
    }

    pub(super) fn root(&self) -> Id {
        self.root
    }

    /// Items of all lists and dictionaries.
    pub(super) fn n_items(&self) -> usize {
        self.nodes.iter().map(Node::n_items).sum()
    }

    pub(super) fn node(&self, id: Id) -> &Node<'a> {
        &self.nodes[id as usize]
    }

    /// The text of a key or a value.
    pub(super) fn text(&self, id: Id) -> Option<&str> {
        match self.node(id) {
            Node::Text(bytes) => std::str::from_utf8(bytes).ok(),
            _ => None,
        }
    }

    /// The whole number of a key or a value.
    pub(super) fn whole(&self, id: Id) -> Option<i64> {
        match self.node(id) {
            Node::Whole(value) => Some(*value),
            Node::Bool(value) => Some((*value).into()),
            Node::Float(value) if value.fract() == 0.0 && value.abs() < 1e15 => Some(*value as i64),
            _ => None,
        }
    }
}

fn malformed(reason: impl Into<String>) -> ErrorKind {
    ErrorKind::malformed("pickle", reason)
}
