//! What a label map in which structures are missing says, its faults included.

use medshape_types::LabelMap;

use super::structures::{N, Set};

/// Nothing is given here: it may be filled.
pub const FREE: u8 = 0;

/// Something is given that is none of the structures, or two of them at once.
pub const TAKEN: u8 = u8::MAX;

/// Fewer voxels than this of a structure are leftovers of one that was taken away.
const MIN_VOXELS: u64 = 200;

/// A label map read as what it gives.
///
/// Published maps have two faults. Where structures were taken away more than once, the values are
/// negative: nothing is given there. Where structures overlap, the values are sums of their numbers:
/// two structures are given there.
#[derive(Debug, Clone)]
pub struct Partial {
    /// For each voxel the number of the structure given, or [`FREE`], or [`TAKEN`].
    pub codes: Vec<u8>,
    /// Structures of which something is given.
    pub present: Set,
    /// What was found wrong, in words.
    pub notes: Vec<String>,
}

impl Partial {
    /// Reads a map.
    pub fn of(map: &LabelMap) -> Self {
        let counts = map.counts();
        let code_of: Vec<u8> = map.values().iter().map(|&value| code(value)).collect();
        let codes = map.voxels().iter().map(|index| code_of[usize::from(index)]).collect();
        let mut present = [false; N];
        let mut notes = Vec::new();
        for (&value, &count) in map.values().iter().zip(&counts).skip(1) {
            match code(value) {
                FREE => notes.push(format!(
                    "{count} voxels have the negative value {value}: taken for missing"
                )),
                TAKEN => {
                    notes.push(format!("{count} voxels have the value {value}: {}", stray(value)))
                }
                number => present[usize::from(number) - 1] = count >= MIN_VOXELS,
            }
        }
        Self { codes, present, notes }
    }

    /// The structures of which nothing is given.
    pub fn missing(&self) -> Set {
        self.present.map(|present| !present)
    }
}

fn code(value: i64) -> u8 {
    match u8::try_from(value) {
        Ok(number) if usize::from(number) <= N => number,
        _ if value < 0 => FREE,
        _ => TAKEN,
    }
}

/// What a number is that is above those of the structures.
fn stray(value: i64) -> String {
    let pairs = pairs(value);
    if pairs.is_empty() {
        return "no structure; kept".to_owned();
    }
    let words: Vec<String> = pairs.iter().map(|[a, b]| format!("{a} + {b}")).collect();
    format!("two structures at once ({}); kept", words.join(" or "))
}

/// The pairs of different structures whose numbers add up to a value.
pub fn pairs(value: i64) -> Vec<[i64; 2]> {
    let n = N as i64;
    (1..=n).map(|a| [a, value - a]).filter(|&[a, b]| a < b && b <= n).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use medshape_types::{Affine, Grid};

    #[test]
    fn negative_and_summed_values_are_understood() {
        // 300 voxels each of -6, 0, 3 and 11; one of 17, one of 99, and 5 leftover voxels of 7.
        let values = vec![0, -6, 3, 7, 11, 17, 99];
        let mut sorted = values.clone();
        sorted[1..].sort_unstable();
        let index = |value: i64| sorted.iter().position(|v| *v == value).expect("a value") as u16;
        let mut voxels = Vec::new();
        for (value, n) in [(-6, 300), (0, 300), (3, 300), (11, 300), (17, 1), (99, 1), (7, 5)] {
            voxels.extend(std::iter::repeat_n(index(value), n));
        }
        let grid = Grid::new([voxels.len(), 1, 1], Affine::IDENTITY).expect("a grid");
        let map = LabelMap::new(grid, voxels, sorted).expect("a map");
        let partial = Partial::of(&map);
        assert_eq!(partial.codes[0], FREE);
        assert_eq!(partial.codes[600], 3);
        assert_eq!(partial.codes[1200..1203], [TAKEN, TAKEN, 7]);
        let present: Vec<usize> = (0..N).filter(|&place| partial.present[place]).collect();
        assert_eq!(present, [2, 10]);
        assert!(partial.notes.iter().any(|note| note.contains("5 + 12 or 6 + 11")));
        assert!(partial.notes.iter().any(|note| note.contains("-6")));
    }

    #[test]
    fn sums_have_the_pairs_that_make_them() {
        assert_eq!(pairs(22), [[10, 12]]);
        assert_eq!(pairs(13).len(), 6);
        assert!(pairs(24).is_empty() && pairs(25).is_empty());
    }
}
