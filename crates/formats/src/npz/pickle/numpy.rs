//! How NumPy builds arrays from a pickle, and Python dictionaries.

use std::sync::Arc;

use super::class::Class;
use super::machine::Machine;
use super::{Bytes, Dtype, Id, Node, Packed, malformed};
use crate::error::ErrorKind;
use crate::npy::{Array, ByteOrder, Element, MAX_AXES};

impl<'a> Machine<'a> {
    /// What a class makes of its arguments.
    pub(super) fn made(&mut self, class: Id, arguments: Id) -> Result<Node<'a>, ErrorKind> {
        let Node::Class(class) = self.nodes[class as usize] else {
            return Err(malformed("it calls what is no class"));
        };
        let arguments = self.tuple(arguments)?;
        if arguments.len() > 4 {
            return Err(malformed("it makes something of too many parts"));
        }
        let arguments = arguments.to_vec();
        match (class, arguments.as_slice()) {
            (Class::Reconstruct, [_, _, _]) => Ok(Node::Blank),
            (Class::Dict, []) => Ok(Node::Dict(Vec::new())),
            (Class::Dict, &[items]) => self.dict(items),
            (Class::Dtype, [word, ..]) => self.dtype(*word),
            (Class::Encode, [text, ..]) => self.latin(*text),
            (Class::Scalar, &[dtype, bytes]) => self.scalar(dtype, bytes),
            (Class::FromBuffer, &[bytes, dtype, shape, order]) => {
                let is_fortran = matches!(self.nodes[order as usize], Node::Text(b"F"));
                self.array(dtype, shape, is_fortran, bytes)
            }
            _ => Err(malformed("it makes something of the wrong parts")),
        }
    }

    /// Tells an object what it holds.
    pub(super) fn build(&mut self, object: Id, state: Id) -> Result<(), ErrorKind> {
        let node = match self.nodes[object as usize] {
            // The attributes of a dictionary, of which none matters.
            Node::Dict(_) => return Ok(()),
            Node::Dtype(dtype) => self.with_order(dtype, state)?,
            Node::Blank => {
                let &[_, shape, dtype, is_fortran, items] = self.tuple(state)? else {
                    return Err(malformed("an array of the wrong parts"));
                };
                let is_fortran = matches!(self.nodes[is_fortran as usize], Node::Bool(true));
                self.array(dtype, shape, is_fortran, items)?
            }
            _ => return Err(malformed("it sets the state of what has none")),
        };
        self.nodes[object as usize] = node;
        Ok(())
    }

    fn tuple(&self, id: Id) -> Result<&[Id], ErrorKind> {
        match &self.nodes[id as usize] {
            Node::Tuple(items) => Ok(items),
            _ => Err(malformed("no tuple where one belongs")),
        }
    }

    /// A dictionary of a list of pairs, as Python 2 makes it.
    fn dict(&mut self, items: Id) -> Result<Node<'a>, ErrorKind> {
        let items = self.taken(items)?;
        let pair = |&item: &Id| match &self.nodes[item as usize] {
            Node::List(pair) | Node::Tuple(pair) if pair.len() == 2 => Ok((pair[0], pair[1])),
            _ => Err(malformed("a key without a value")),
        };
        items.iter().map(pair).collect::<Result<_, _>>().map(Node::Dict)
    }

    /// The items of a list, which is left empty: a copy for each that asks would cost far more memory
    /// than bytes.
    fn taken(&mut self, list: Id) -> Result<Vec<Id>, ErrorKind> {
        match &mut self.nodes[list as usize] {
            Node::List(items) => Ok(std::mem::take(items)),
            _ => Err(malformed("no list where one belongs")),
        }
    }

    fn dtype(&self, word: Id) -> Result<Node<'a>, ErrorKind> {
        let Node::Text(bytes) = self.nodes[word as usize] else {
            return Err(malformed("a type that is no word"));
        };
        let word = std::str::from_utf8(bytes).map_err(|_| malformed("a type that is no word"))?;
        let element = Element::of(word)?;
        Ok(Node::Dtype(Dtype { element, order: ByteOrder::Little }))
    }

    fn with_order(&self, dtype: Dtype, state: Id) -> Result<Node<'a>, ErrorKind> {
        let sign = match *self.tuple(state)? {
            [_, sign, ..] => sign,
            _ => return Err(malformed("a type of the wrong parts")),
        };
        let order = match self.nodes[sign as usize] {
            Node::Text(&[sign]) => ByteOrder::of(sign),
            _ => None,
        };
        let order = order.ok_or_else(|| malformed("a byte order that is none"))?;
        Ok(Node::Dtype(Dtype { order, ..dtype }))
    }

    /// Bytes that were pickled as a text, each letter one of them.
    fn latin(&mut self, id: Id) -> Result<Node<'a>, ErrorKind> {
        if let Some(known) = self.encoded.get(&id) {
            return Ok(Node::Latin(known.clone()));
        }
        let Node::Text(bytes) = self.nodes[id as usize] else {
            return Err(malformed("bytes of what is no text"));
        };
        let byte = |letter: char| u8::try_from(u32::from(letter)).ok();
        let text = std::str::from_utf8(bytes).ok();
        let bytes: Option<Arc<[u8]>> = text.and_then(|text| text.chars().map(byte).collect());
        let bytes = bytes.ok_or_else(|| malformed("bytes of what is no such text"))?;
        self.encoded.insert(id, bytes.clone());
        Ok(Node::Latin(bytes))
    }

    fn bytes(&self, id: Id) -> Result<Bytes<'a>, ErrorKind> {
        match &self.nodes[id as usize] {
            Node::Text(bytes) => Ok(Bytes::Borrowed(bytes)),
            Node::Latin(bytes) => Ok(Bytes::Shared(bytes.clone())),
            _ => Err(malformed("an array without bytes")),
        }
    }

    fn scalar(&self, dtype: Id, bytes: Id) -> Result<Node<'a>, ErrorKind> {
        let bytes = self.bytes(bytes)?;
        let Node::Dtype(Dtype { element: Some(element), order }) = self.nodes[dtype as usize]
        else {
            return Ok(Node::Nothing);
        };
        let single = Array::new(element, order, &[], false, bytes.get())?.single();
        Ok(match single {
            Some(value) if element.is_whole() => Node::Whole(value as i64),
            Some(value) => Node::Float(value),
            None => Node::Nothing,
        })
    }

    /// An array of numbers or texts; one of objects is a list of them.
    fn array(
        &mut self,
        dtype: Id,
        shape: Id,
        is_fortran: bool,
        items: Id,
    ) -> Result<Node<'a>, ErrorKind> {
        let Node::Dtype(Dtype { element, order }) = self.nodes[dtype as usize] else {
            return Err(malformed("an array without a type"));
        };
        let Some(element) = element else {
            return self.taken(items).map(Node::List);
        };
        let shape = self.shape(shape)?;
        let bytes = self.bytes(items)?;
        // Whether the bytes fit.
        Array::new(element, order, &shape, is_fortran, bytes.get())?;
        Ok(Node::Array(Packed { element, order, shape, is_fortran, bytes }))
    }

    fn shape(&self, id: Id) -> Result<Vec<usize>, ErrorKind> {
        let dims = match &self.nodes[id as usize] {
            Node::Tuple(dims) if dims.len() > MAX_AXES => {
                return Err(ErrorKind::limit("axes of an array", MAX_AXES as u64));
            }
            Node::Tuple(dims) => dims.as_slice(),
            // A single axis may stand alone.
            _ => std::slice::from_ref(&id),
        };
        let dim = |&dim: &Id| match self.nodes[dim as usize] {
            Node::Whole(dim) => usize::try_from(dim).ok(),
            _ => None,
        };
        let shape: Option<Vec<usize>> = dims.iter().map(dim).collect();
        shape.ok_or_else(|| malformed("a shape that is none"))
    }
}
