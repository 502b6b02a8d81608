use super::grid::{key_at, place_of};

/// Stands for a neighbour that does not exist.
pub(crate) const NONE: u32 = u32::MAX;

/// For each leaf the indices of the 27 leaves around it, itself at 13, x fastest.
pub(crate) type Neighbours = Vec<[u32; 27]>;

/// The place of a neighbour relative to its leaf, each of -1, 0, 1.
pub(crate) fn step(neighbour: usize) -> [i64; 3] {
    [neighbour % 3, neighbour / 3 % 3, neighbour / 9].map(|c| c as i64 - 1)
}

/// Looks each neighbour up among the keys, which rise.
pub(crate) fn find(keys: &[u64]) -> Neighbours {
    let around = |&key: &u64| {
        let (batch, place) = place_of(key);
        std::array::from_fn(|neighbour| {
            let step = step(neighbour);
            let there = std::array::from_fn(|axis| place[axis] + step[axis]);
            let index = key_at(batch, there).and_then(|key| keys.binary_search(&key).ok());
            index.map_or(NONE, |index| index as u32)
        })
    };
    keys.iter().map(around).collect()
}
