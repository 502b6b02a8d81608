//! What an item of a data set says, looked up by tag.

use super::{DataSet, tags};
use crate::error::ErrorKind;
use crate::input::shortened;

/// The file itself, or one item of a sequence.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Item<'d> {
    data_set: &'d DataSet<'d>,
    begin: usize,
    end: usize,
}

impl<'d> Item<'d> {
    pub(super) fn new(data_set: &'d DataSet<'d>, begin: usize, end: usize) -> Self {
        Self { data_set, begin, end }
    }

    /// The bytes of an element, without those of sequences; `None` if there is no such element.
    pub(crate) fn value(self, tag: u32) -> Option<&'d [u8]> {
        self.find(tag).map(|node| self.data_set.value(&self.data_set.nodes[node]))
    }

    /// The type of an element, zeros where the file does not say.
    pub(crate) fn vr(self, tag: u32) -> Option<[u8; 2]> {
        self.find(tag).map(|node| self.data_set.nodes[node].vr)
    }

    /// The items of a sequence, none if it is not there.
    pub(crate) fn items(self, tag: u32) -> impl Iterator<Item = Self> {
        let nodes = &self.data_set.nodes;
        let sequence = self.find(tag).filter(|&node| nodes[node].is_open());
        let (begin, end) = sequence.map_or((0, 0), |node| (node + 1, nodes[node].next as usize));
        Self { begin, end, ..self }
            .children()
            .filter(move |&child| nodes[child].tag == tags::ITEM)
            .map(move |child| Self::new(self.data_set, child + 1, nodes[child].next as usize))
    }

    /// The first item of a sequence.
    pub(crate) fn item(self, tag: u32) -> Option<Self> {
        self.items(tag).next()
    }

    /// An element as text without padding; empty if it is not there.
    pub(crate) fn text(self, tag: u32) -> Result<String, ErrorKind> {
        let value = self.value(tag).unwrap_or_default();
        let most = self.data_set.limits.string;
        if value.len() > most {
            return Err(ErrorKind::limit("bytes in one text", most as u64));
        }
        Ok(self.data_set.character_set.text(value))
    }

    /// The `N` numbers of 16 bits of an element; `None` if it is not there or empty.
    pub(crate) fn words<const N: usize>(self, tag: u32) -> Result<Option<[u16; N]>, ErrorKind> {
        let Some(value) = self.value(tag).filter(|value| !value.is_empty()) else {
            return Ok(None);
        };
        if value.len() != 2 * N {
            let reason =
                format!("{} has {} bytes instead of {}", tags::name(tag), value.len(), 2 * N);
            return Err(ErrorKind::malformed("DICOM", reason));
        }
        let is_big_endian = self.data_set.is_big_endian();
        Ok(Some(std::array::from_fn(|n| match is_big_endian {
            true => u16::from_be_bytes([value[2 * n], value[2 * n + 1]]),
            false => u16::from_le_bytes([value[2 * n], value[2 * n + 1]]),
        })))
    }

    /// A number of 16 bits that has to be there.
    pub(crate) fn word(self, tag: u32) -> Result<u16, ErrorKind> {
        let [word] = self.words(tag)?.ok_or_else(|| absent(tag))?;
        Ok(word)
    }

    /// A whole number in text; `None` if it is not there or empty.
    pub(crate) fn integer(self, tag: u32) -> Result<Option<i64>, ErrorKind> {
        match self.decimals(tag)? {
            Some([value]) if value.fract() == 0.0 && value.abs() < 1e15 => Ok(Some(value as i64)),
            Some([value]) => Err(ErrorKind::field(tags::name(tag), value, "not a whole number")),
            None => Ok(None),
        }
    }

    /// The `N` numbers of an element in text; `None` if it is not there or empty.
    pub(crate) fn decimals<const N: usize>(self, tag: u32) -> Result<Option<[f64; N]>, ErrorKind> {
        let mut values = [0.0; N];
        let mut n_values = 0;
        for value in self.decimal_list(tag)? {
            if n_values < N {
                values[n_values] = value?;
            }
            n_values += 1;
        }
        if n_values == 0 {
            return Ok(None);
        }
        if n_values != N {
            let reason = format!("{} has {n_values} numbers instead of {N}", tags::name(tag));
            return Err(ErrorKind::malformed("DICOM", reason));
        }
        Ok(Some(values))
    }

    /// The numbers of an element in text, one after another; none if it is not there or blank.
    pub(crate) fn decimal_list(
        self,
        tag: u32,
    ) -> Result<impl Iterator<Item = Result<f64, ErrorKind>>, ErrorKind> {
        let value = self.value(tag).unwrap_or_default().trim_ascii();
        let value = value.strip_suffix(b"\0").unwrap_or(value).trim_ascii();
        let most = self.data_set.limits.number;
        let words =
            value.split(|&byte| byte == b'\\').take(if value.is_empty() { 0 } else { usize::MAX });
        Ok(words.map(move |word| number(word, tag, most)))
    }

    fn find(self, tag: u32) -> Option<usize> {
        self.children().find(|&child| self.data_set.nodes[child].tag == tag)
    }

    fn children(self) -> impl Iterator<Item = usize> {
        let mut at = self.begin;
        std::iter::from_fn(move || {
            let child = at;
            (child < self.end).then(|| {
                at = self.data_set.nodes[child].next as usize;
                child
            })
        })
    }
}

/// An element that has to be there and is not.
pub(crate) fn absent(tag: u32) -> ErrorKind {
    ErrorKind::malformed("DICOM", format!("there is no {}", tags::name(tag)))
}

fn number(word: &[u8], tag: u32, most: usize) -> Result<f64, ErrorKind> {
    let word = word.trim_ascii();
    if word.len() > most {
        return Err(ErrorKind::limit("characters in one number", most as u64));
    }
    let text = std::str::from_utf8(word).unwrap_or("?");
    text.parse().ok().filter(|value: &f64| value.is_finite()).ok_or_else(|| {
        let reason = format!("{} holds `{}`, which is no number", tags::name(tag), shortened(text));
        ErrorKind::malformed("DICOM", reason)
    })
}
