//! Numbers in text, to the nearest 32-bit float.

use std::fmt;

/// A number in as few characters as give it back; plain where it is of a common size.
///
/// Programs read either form. Plainly, the smallest numbers would need 47 characters.
pub(crate) struct Decimal(pub(crate) f32);

impl fmt::Display for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(value) = *self;
        match value == 0.0 || (1e-12..1e15).contains(&value.abs()) {
            true => write!(f, "{value}"),
            false => write!(f, "{value:e}"),
        }
    }
}

/// The number that a word is: decimal, perhaps with an exponent, or `nan`, `inf`, `infinity`.
pub(crate) fn number(word: &[u8]) -> Option<f32> {
    match decimal(word) {
        Some((value, n)) if n == word.len() => Some(value),
        _ => str::from_utf8(word).ok()?.parse().ok(),
    }
}

const POWERS: [f64; 23] = [
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16,
    1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
];

/// The decimal number that bytes begin with, and how many of them it takes; `None` also for numbers
/// that are too long, too large or too close to the middle between two floats to be told so fast.
#[inline]
pub(super) fn decimal(bytes: &[u8]) -> Option<(f32, usize)> {
    let is_negative = bytes.first() == Some(&b'-');
    let begin = usize::from(is_negative || bytes.first() == Some(&b'+'));
    let (whole, mut at) = digits(bytes, begin, 0);
    let (mut n_digits, mut mantissa, mut exponent) = (at - begin, whole, 0);
    if bytes.get(at) == Some(&b'.') {
        let point = at + 1;
        (mantissa, at) = digits(bytes, point, whole);
        exponent = -((at - point) as i32);
        n_digits += at - point;
    }
    // 19 digits always fit 64 bits.
    if n_digits == 0 || n_digits > 19 {
        return None;
    }
    if let Some(b'e' | b'E') = bytes.get(at) {
        let (written, end) = small_integer(bytes, at + 1)?;
        exponent += written;
        at = end;
    }
    let value = nearest(mantissa, exponent)?;
    Some((if is_negative { -value } else { value }, at))
}

/// The whole number of at most 18 digits that bytes begin with, and how many of them it takes.
#[inline]
pub(super) fn integer(bytes: &[u8]) -> Option<(i64, usize)> {
    let is_negative = bytes.first() == Some(&b'-');
    let begin = usize::from(is_negative || bytes.first() == Some(&b'+'));
    let (value, end) = digits(bytes, begin, 0);
    let value = i64::try_from(value).ok().filter(|_| (1..=18).contains(&(end - begin)))?;
    Some((if is_negative { -value } else { value }, end))
}

/// Digits appended to a number, modulo 2⁶⁴, and where they end.
#[inline]
fn digits(bytes: &[u8], mut at: usize, mut value: u64) -> (u64, usize) {
    while let Some(digit) = bytes.get(at).map(|byte| byte.wrapping_sub(b'0')).filter(|&d| d < 10) {
        value = value.wrapping_mul(10).wrapping_add(u64::from(digit));
        at += 1;
    }
    (value, at)
}

/// A signed number of at most four digits, and where it ends.
fn small_integer(bytes: &[u8], at: usize) -> Option<(i32, usize)> {
    let is_negative = bytes.get(at) == Some(&b'-');
    let begin = at + usize::from(is_negative || bytes.get(at) == Some(&b'+'));
    let (value, end) = digits(bytes, begin, 0);
    let value = i32::try_from(value).ok().filter(|_| (1..=4).contains(&(end - begin)))?;
    Some((if is_negative { -value } else { value }, end))
}

/// `mantissa` times a power of ten.
#[inline]
fn nearest(mantissa: u64, exponent: i32) -> Option<f32> {
    if mantissa == 0 {
        return Some(0.0);
    }
    let power = *POWERS.get(exponent.unsigned_abs() as usize)?;
    let double = if exponent < 0 { mantissa as f64 / power } else { mantissa as f64 * power };
    // The powers are exact, so that `double` is at most two steps away from the number. Its last 29
    // bits do not fit a float; where they are not near the middle, they round as the number would
    // (after Clinger, 1990).
    const MIDDLE: u64 = 1 << 28;
    let beyond_float = double.to_bits() & ((1 << 29) - 1);
    let is_certain = beyond_float.abs_diff(MIDDLE) > 4;
    let is_normal = double >= f64::from(f32::MIN_POSITIVE);
    (is_certain && is_normal).then_some(double as f32)
}
