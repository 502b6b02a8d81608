//! Values as bytes, from one process to another.
//!
//! Numbers are little-endian; whatever has a length says it first. Whoever reads believes no length:
//! it is held against a bound and against the bytes that may still come, and memory grows with the
//! bytes that did.

use std::io::{self, Read, Write};

use medshape_formats::Limits;

/// What can cross.
pub(super) trait Wire: Sized {
    fn encode(&self, to: &mut dyn Write) -> io::Result<()>;

    /// # Errors
    /// [`io::ErrorKind::InvalidData`] for what makes no sense, and whatever stops the bytes.
    fn decode(from: &mut Source<'_>) -> io::Result<Self>;
}

/// A number or a few, of which there are millions.
pub(super) trait Element: Copy {
    const SIZE: usize;
    fn write(self, to: &mut [u8]);
    fn read(from: &[u8]) -> Self;
}

/// Bytes that somebody sends who may not mean well.
pub(super) struct Source<'a> {
    from: &'a mut dyn Read,
    /// How many more are taken.
    left: u64,
    /// What the nouns in them may hold.
    pub(super) limits: Limits,
}

/// Bytes that are encoded or decoded at one time; a multiple of every element's size.
const STEP: usize = 96 << 10;

pub(super) fn nonsense(what: impl Into<String>) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what.into())
}

pub(super) fn encode_text(text: &str, to: &mut dyn Write) -> io::Result<()> {
    encode_array(text.as_bytes(), to)
}

pub(super) fn encode_list<T: Wire>(items: &[T], to: &mut dyn Write) -> io::Result<()> {
    (items.len() as u64).encode(to)?;
    items.iter().try_for_each(|item| item.encode(to))
}

pub(super) fn encode_array<E: Element>(values: &[E], to: &mut dyn Write) -> io::Result<()> {
    (values.len() as u64).encode(to)?;
    let mut buffer = vec![0; STEP.min(values.len() * E::SIZE)];
    for values in values.chunks(STEP / E::SIZE) {
        let bytes = &mut buffer[..values.len() * E::SIZE];
        for (value, bytes) in values.iter().zip(bytes.chunks_exact_mut(E::SIZE)) {
            value.write(bytes);
        }
        to.write_all(bytes)?;
    }
    Ok(())
}

impl<'a> Source<'a> {
    /// At most `left` bytes of `from`.
    pub(super) fn new(from: &'a mut dyn Read, left: u64, limits: Limits) -> Self {
        Self { from, left, limits }
    }

    pub(super) fn text(&mut self, most: usize) -> io::Result<String> {
        String::from_utf8(self.array(most)?).map_err(|_| nonsense("text that is not UTF-8"))
    }

    pub(super) fn list<T: Wire>(&mut self, most: usize) -> io::Result<Vec<T>> {
        // Every item takes a byte at least, so that no list is longer than what it was made of.
        let n_items = self.count(most, 1)?;
        let mut items = Vec::new();
        for _ in 0..n_items {
            let before = self.left;
            items.push(T::decode(self)?);
            debug_assert!(self.left < before, "an item without a byte");
        }
        Ok(items)
    }

    pub(super) fn array<E: Element>(&mut self, most: usize) -> io::Result<Vec<E>> {
        let n_values = self.count(most, E::SIZE)?;
        let mut values = Vec::new();
        let mut buffer = vec![0; STEP.min(n_values * E::SIZE)];
        while values.len() < n_values {
            let n_more = (n_values - values.len()).min(STEP / E::SIZE);
            let bytes = &mut buffer[..n_more * E::SIZE];
            self.fill(bytes)?;
            make_room(&mut values, n_more, n_values)?;
            values.extend(bytes.chunks_exact(E::SIZE).map(E::read));
        }
        Ok(values)
    }

    pub(super) fn fill(&mut self, bytes: &mut [u8]) -> io::Result<()> {
        self.left = self
            .left
            .checked_sub(bytes.len() as u64)
            .ok_or_else(|| nonsense("more bytes than it may have"))?;
        self.from.read_exact(bytes)
    }

    /// # Errors
    /// Something comes after the end.
    pub(super) fn end(self) -> io::Result<()> {
        match self.from.read(&mut [0])? {
            0 => Ok(()),
            _ => Err(nonsense("more than one answer")),
        }
    }

    pub(super) fn count(&mut self, most: usize, size: usize) -> io::Result<usize> {
        let n = u64::decode(self)?;
        let is_possible = n.checked_mul(size as u64).is_some_and(|n_bytes| n_bytes <= self.left);
        match usize::try_from(n) {
            Ok(n) if n <= most && is_possible => Ok(n),
            _ => Err(nonsense(format!("{n} items where there can be {most}"))),
        }
    }
}

/// Room for `n_more` values, in steps that double, and never for more than there will be in the end.
fn make_room<E>(values: &mut Vec<E>, n_more: usize, n_in_the_end: usize) -> io::Result<()> {
    let n_values = values.len() + n_more;
    if n_values > values.capacity() {
        let wanted = n_values.max(2 * values.capacity()).min(n_in_the_end);
        values.try_reserve_exact(wanted - values.len()).map_err(|_| io::ErrorKind::OutOfMemory)?;
    }
    Ok(())
}

macro_rules! numbers {
    ($($number:ty),*) => {$(
        impl Element for $number {
            const SIZE: usize = size_of::<Self>();

            fn write(self, to: &mut [u8]) {
                to.copy_from_slice(&self.to_le_bytes());
            }

            fn read(from: &[u8]) -> Self {
                let mut bytes = [0; Self::SIZE];
                bytes.copy_from_slice(from);
                Self::from_le_bytes(bytes)
            }
        }

        impl Wire for $number {
            fn encode(&self, to: &mut dyn Write) -> io::Result<()> {
                to.write_all(&self.to_le_bytes())
            }

            fn decode(from: &mut Source<'_>) -> io::Result<Self> {
                let mut bytes = [0; size_of::<Self>()];
                from.fill(&mut bytes)?;
                Ok(Self::from_le_bytes(bytes))
            }
        }
    )*};
}

numbers!(u8, u16, u32, u64, i64, f32, f64);

impl<E: Element, const N: usize> Element for [E; N] {
    const SIZE: usize = N * E::SIZE;

    fn write(self, to: &mut [u8]) {
        for (value, to) in self.into_iter().zip(to.chunks_exact_mut(E::SIZE)) {
            value.write(to);
        }
    }

    fn read(from: &[u8]) -> Self {
        std::array::from_fn(|at| E::read(&from[at * E::SIZE..(at + 1) * E::SIZE]))
    }
}

impl<T: Wire> Wire for Option<T> {
    fn encode(&self, to: &mut dyn Write) -> io::Result<()> {
        u8::from(self.is_some()).encode(to)?;
        self.iter().try_for_each(|value| value.encode(to))
    }

    fn decode(from: &mut Source<'_>) -> io::Result<Self> {
        match u8::decode(from)? {
            0 => Ok(None),
            1 => T::decode(from).map(Some),
            _ => Err(nonsense("neither something nor nothing")),
        }
    }
}
