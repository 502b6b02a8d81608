//! The machine that a pickle is written for, without its means to call anything.

use std::collections::HashMap;
use std::sync::Arc;

use super::class::Class;
use super::stream::Stream;
use super::{Id, Node, Objects, malformed};
use crate::error::ErrorKind;
use crate::limits::Limits;

/// Runs to the end and keeps what lies on the stack.
pub(super) fn run<'a>(bytes: &'a [u8], limits: &Limits) -> Result<Objects<'a>, ErrorKind> {
    let mut machine = Machine::new(bytes, limits);
    machine.begin()?;
    while machine.step()? {}
    let root = machine.pop()?;
    Ok(Objects { nodes: machine.nodes, root })
}

pub(super) struct Machine<'a> {
    stream: Stream<'a>,
    pub(super) nodes: Vec<Node<'a>>,
    most_nodes: usize,
    stack: Vec<Id>,
    depth: usize,
    /// How high the stack was at each mark.
    marks: Vec<usize>,
    memo: HashMap<u64, Id>,
    /// Texts that were turned into bytes, so that each is only once.
    pub(super) encoded: HashMap<Id, Arc<[u8]>>,
}

impl<'a> Machine<'a> {
    fn new(bytes: &'a [u8], limits: &Limits) -> Self {
        // A file of arrays has far fewer objects than bytes: 16 bytes for each make sure that what
        // is built stays in proportion to them.
        let most_nodes = 4 * limits.entries + bytes.len() / 16;
        Self {
            stream: Stream::new(bytes),
            nodes: Vec::new(),
            most_nodes: most_nodes.min(Id::MAX as usize),
            stack: Vec::new(),
            // An object in another one takes up to two marks.
            depth: 2 * limits.depth,
            marks: Vec::new(),
            memo: HashMap::new(),
            encoded: HashMap::new(),
        }
    }

    fn begin(&mut self) -> Result<(), ErrorKind> {
        const PROTO: u8 = 0x80;
        match (self.stream.byte()?, self.stream.byte()?) {
            (PROTO, 2..=5) => Ok(()),
            _ => Err(malformed("it is not one of protocol 2 to 5")),
        }
    }

    /// Does what the next byte says; `false` at the end.
    fn step(&mut self) -> Result<bool, ErrorKind> {
        match self.stream.byte()? {
            b'.' => return Ok(false),
            // A frame: where the bytes are read at once, which is nothing to this reader.
            0x95 => _ = self.stream.take(8)?,
            b'(' => self.mark()?,
            b'0' => _ = self.pop()?,
            b'1' => _ = self.above_mark()?,
            b'2' => self.stack.push(self.top()?),
            b'h' => self.get(1)?,
            b'j' => self.get(4)?,
            b'q' => self.put(1)?,
            b'r' => self.put(4)?,
            0x94 => self.memoize(self.memo.len() as u64)?,
            code => return self.value(code).map(|()| true),
        }
        Ok(true)
    }

    fn value(&mut self, code: u8) -> Result<(), ErrorKind> {
        let node = match code {
            b'N' => Node::Nothing,
            0x88 => Node::Bool(true),
            0x89 => Node::Bool(false),
            b'J' => Node::Whole(self.stream.signed(4)?),
            b'K' => Node::Whole(self.stream.unsigned(1)? as i64),
            b'M' => Node::Whole(self.stream.unsigned(2)? as i64),
            0x8a => Node::Whole(self.long(1)?),
            0x8b => Node::Whole(self.long(4)?),
            b'G' => Node::Float(f64::from_bits(self.stream.unsigned(8)?.swap_bytes())),
            b'X' | b'B' | b'T' => Node::Text(self.stream.counted(4)?),
            0x8c | b'C' | b'U' => Node::Text(self.stream.counted(1)?),
            0x8d | 0x8e | 0x96 => Node::Text(self.stream.counted(8)?),
            code => return self.structure(code),
        };
        self.push(node)
    }

    fn structure(&mut self, code: u8) -> Result<(), ErrorKind> {
        match code {
            b']' => self.push(Node::List(Vec::new())),
            b')' => self.push(Node::Tuple(Vec::new())),
            b'}' => self.push(Node::Dict(Vec::new())),
            b'l' => self.above_mark().and_then(|items| self.push(Node::List(items))),
            b't' => self.above_mark().and_then(|items| self.push(Node::Tuple(items))),
            b'd' => self.above_mark().and_then(|items| self.push(Node::Dict(pairs(&items)?))),
            0x85..=0x87 => {
                let items = self.pop_many(usize::from(code - 0x84))?;
                self.push(Node::Tuple(items))
            }
            b'a' => self.pop_many(1).and_then(|items| self.append(items)),
            b'e' => self.above_mark().and_then(|items| self.append(items)),
            b's' => self.pop_many(2).and_then(|items| self.set(&items)),
            b'u' => self.above_mark().and_then(|items| self.set(&items)),
            code => self.object(code),
        }
    }

    fn object(&mut self, code: u8) -> Result<(), ErrorKind> {
        match code {
            b'c' => {
                let class = Class::of(self.stream.line()?, self.stream.line()?)?;
                self.push(Node::Class(class))
            }
            0x93 => {
                let words = self.pop_many(2)?;
                let class = Class::of(self.word(words[0])?, self.word(words[1])?)?;
                self.push(Node::Class(class))
            }
            // To call it with these arguments, or to make one without: the same for a dictionary.
            b'R' | 0x81 => {
                let [class, arguments] = self.pop_two()?;
                let node = self.made(class, arguments)?;
                self.push(node)
            }
            b'b' => {
                let state = self.pop()?;
                let object = self.top()?;
                self.build(object, state)
            }
            code => Err(malformed(format!("it does what is not done here: 0x{code:02x}"))),
        }
    }

    /// A whole number behind its length.
    fn long(&mut self, n_bytes: u64) -> Result<i64, ErrorKind> {
        let length = self.stream.unsigned(n_bytes)?;
        self.stream.signed(length)
    }

    fn word(&self, id: Id) -> Result<&str, ErrorKind> {
        match self.nodes[id as usize] {
            Node::Text(bytes) => {
                std::str::from_utf8(bytes).map_err(|_| malformed("a name that is no text"))
            }
            _ => Err(malformed("a name that is no text")),
        }
    }

    fn push(&mut self, node: Node<'a>) -> Result<(), ErrorKind> {
        if self.nodes.len() >= self.most_nodes {
            return Err(ErrorKind::limit(
                "objects in a pickle of its size",
                self.most_nodes as u64,
            ));
        }
        self.stack.push(self.nodes.len() as Id);
        self.nodes.push(node);
        Ok(())
    }

    fn top(&self) -> Result<Id, ErrorKind> {
        let bottom = self.marks.last().copied().unwrap_or(0);
        self.stack.get(bottom..).and_then(<[Id]>::last).copied().ok_or_else(underflow)
    }

    fn pop(&mut self) -> Result<Id, ErrorKind> {
        let top = self.top()?;
        self.stack.pop();
        Ok(top)
    }

    fn pop_two(&mut self) -> Result<[Id; 2], ErrorKind> {
        let second = self.pop()?;
        Ok([self.pop()?, second])
    }

    fn pop_many(&mut self, n: usize) -> Result<Vec<Id>, ErrorKind> {
        let bottom = self.marks.last().copied().unwrap_or(0);
        match self.stack.len().checked_sub(n) {
            Some(begin) if begin >= bottom => Ok(self.stack.split_off(begin)),
            _ => Err(underflow()),
        }
    }

    fn mark(&mut self) -> Result<(), ErrorKind> {
        if self.marks.len() >= self.depth {
            return Err(ErrorKind::limit("objects in one another", self.depth as u64));
        }
        self.marks.push(self.stack.len());
        Ok(())
    }

    /// Takes everything above the last mark, and the mark.
    fn above_mark(&mut self) -> Result<Vec<Id>, ErrorKind> {
        let mark = self.marks.pop().ok_or_else(underflow)?;
        // Nothing is ever taken from below a mark.
        Ok(self.stack.split_off(mark))
    }

    fn get(&mut self, n_bytes: u64) -> Result<(), ErrorKind> {
        let key = self.stream.unsigned(n_bytes)?;
        let id = self.memo.get(&key).ok_or_else(|| malformed("it refers to what is not there"))?;
        self.stack.push(*id);
        Ok(())
    }

    fn put(&mut self, n_bytes: u64) -> Result<(), ErrorKind> {
        let key = self.stream.unsigned(n_bytes)?;
        self.memoize(key)
    }

    fn memoize(&mut self, key: u64) -> Result<(), ErrorKind> {
        // No more of them than objects, or one byte each would fill the memory.
        if self.memo.len() >= self.most_nodes {
            return Err(ErrorKind::limit(
                "objects in a pickle of its size",
                self.most_nodes as u64,
            ));
        }
        self.memo.insert(key, self.top()?);
        Ok(())
    }

    fn append(&mut self, items: Vec<Id>) -> Result<(), ErrorKind> {
        let top = self.top()?;
        match &mut self.nodes[top as usize] {
            Node::List(list) => list.extend(items),
            _ => return Err(malformed("it appends to what is no list")),
        }
        Ok(())
    }

    fn set(&mut self, items: &[Id]) -> Result<(), ErrorKind> {
        let (top, pairs) = (self.top()?, pairs(items)?);
        match &mut self.nodes[top as usize] {
            Node::Dict(dict) => dict.extend(pairs),
            _ => return Err(malformed("it sets keys of what is no dictionary")),
        }
        Ok(())
    }
}

fn underflow() -> ErrorKind {
    malformed("it takes more than it has")
}

/// Keys and values of a dictionary.
pub(super) fn pairs(items: &[Id]) -> Result<Vec<(Id, Id)>, ErrorKind> {
    let (pairs, rest) = items.as_chunks::<2>();
    match rest {
        [] => Ok(pairs.iter().map(|&[key, value]| (key, value)).collect()),
        _ => Err(malformed("a key without a value")),
    }
}
