//! Random changes to the bytes of a sound file, which each test picks from and weighs as it needs.

use proptest::prelude::*;

/// A change; a place beyond the end counts on from the beginning.
#[derive(Debug, Clone)]
pub(crate) enum Damage {
    Flip {
        place: usize,
        bit: u8,
    },
    /// The first bytes of a number over those that are there.
    Set {
        place: usize,
        value: u64,
        size: usize,
    },
    /// Some bytes in the place of others.
    Splice {
        place: usize,
        n_removed: usize,
        bytes: Vec<u8>,
    },
    /// Text in the place of a word, or of its end.
    Word {
        place: usize,
        text: &'static str,
    },
    /// Text in the place of the next number.
    Digits {
        place: usize,
        text: &'static str,
    },
    Truncate {
        place: usize,
    },
    /// All that follows once more.
    Repeat {
        place: usize,
    },
    /// Some bytes twice.
    Double {
        place: usize,
        size: usize,
    },
}

pub(crate) fn flip() -> impl Strategy<Value = Damage> {
    (any::<usize>(), 0..8_u8).prop_map(|(place, bit)| Damage::Flip { place, bit })
}

/// One of these numbers, or any.
pub(crate) fn set(numbers: &'static [u64]) -> impl Strategy<Value = Damage> {
    let number = prop_oneof![
        numbers.len() as u32 => prop::sample::select(numbers),
        1 => any::<u64>(),
    ];
    (any::<usize>(), number, 1..9_usize).prop_map(|(place, value, size)| Damage::Set {
        place,
        value,
        size,
    })
}

pub(crate) fn set_byte() -> impl Strategy<Value = Damage> {
    (any::<usize>(), any::<u8>()).prop_map(|(place, value)| Damage::Set {
        place,
        value: value.into(),
        size: 1,
    })
}

/// One of these texts in the place of up to eleven bytes.
pub(crate) fn write(texts: &'static [&'static str]) -> impl Strategy<Value = Damage> {
    (any::<usize>(), prop::sample::select(texts), 0..12_usize).prop_map(
        |(place, text, n_removed)| Damage::Splice { place, n_removed, bytes: text.into() },
    )
}

pub(crate) fn word(texts: &'static [&'static str]) -> impl Strategy<Value = Damage> {
    (any::<usize>(), prop::sample::select(texts))
        .prop_map(|(place, text)| Damage::Word { place, text })
}

pub(crate) fn digits(texts: &'static [&'static str]) -> impl Strategy<Value = Damage> {
    (any::<usize>(), prop::sample::select(texts))
        .prop_map(|(place, text)| Damage::Digits { place, text })
}

pub(crate) fn truncate() -> impl Strategy<Value = Damage> {
    any::<usize>().prop_map(|place| Damage::Truncate { place })
}

pub(crate) fn repeat() -> impl Strategy<Value = Damage> {
    any::<usize>().prop_map(|place| Damage::Repeat { place })
}

pub(crate) fn double() -> impl Strategy<Value = Damage> {
    (any::<usize>(), 1..200_usize).prop_map(|(place, size)| Damage::Double { place, size })
}

/// One change after another.
pub(crate) fn apply(damages: &[Damage], bytes: &mut Vec<u8>) {
    for damage in damages {
        damage.apply(bytes);
    }
}

impl Damage {
    fn apply(&self, bytes: &mut Vec<u8>) {
        let n_bytes = bytes.len();
        let within = |place: usize| place % n_bytes.max(1);
        // Where `size` bytes from a place on stand, or fewer at the end.
        let range = |place: usize, size: usize| place..n_bytes.min(place + size);
        match *self {
            Self::Flip { place, bit } => {
                if let Some(byte) = bytes.get_mut(within(place)) {
                    *byte ^= 1 << bit;
                }
            }
            Self::Set { place, value, size } => {
                let set = &mut bytes[range(within(place), size)];
                set.copy_from_slice(&value.to_le_bytes()[..set.len()]);
            }
            Self::Splice { place, n_removed, bytes: ref new } => {
                bytes.splice(range(place % (n_bytes + 1), n_removed), new.iter().copied());
            }
            Self::Word { place, text } => {
                let n = length(&bytes[within(place)..], |byte| !byte.is_ascii_whitespace());
                bytes.splice(range(within(place), n), text.bytes());
            }
            Self::Digits { place, text } => {
                let next = bytes[within(place)..].iter().position(u8::is_ascii_digit);
                let begin = within(place) + next.unwrap_or(0);
                let n = length(&bytes[begin..], u8::is_ascii_digit);
                bytes.splice(range(begin, n), text.bytes());
            }
            Self::Truncate { place } => bytes.truncate(within(place)),
            Self::Repeat { place } => bytes.extend_from_within(within(place)..),
            Self::Double { place, size } => {
                let doubled = bytes[range(within(place), size)].to_vec();
                bytes.splice(within(place)..within(place), doubled);
            }
        }
    }
}

/// How many bytes at the beginning are of a kind.
fn length(bytes: &[u8], is_of_kind: impl Fn(&u8) -> bool) -> usize {
    bytes.iter().take_while(|byte| is_of_kind(byte)).count()
}
