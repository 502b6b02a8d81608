//! One vertex for corners at the same place.

use std::hash::{BuildHasher, RandomState};

/// Positions without repetition, in the order in which they first came.
///
/// Positions are the same if their bits are; zero has one sign. A table with open addressing finds
/// them (Knuth, 1973). Its hash has a key that no file can know, so that none can make it slow; the
/// result does not depend on it.
#[derive(Debug)]
pub(crate) struct Weld {
    positions: Vec<[f32; 3]>,
    // Vertex plus one, or zero. At most half of them are taken, and their number is a power of two.
    slots: Vec<u32>,
    key: [u64; 2],
}

impl Weld {
    /// Room for some vertices at first; it grows with them.
    pub(crate) fn with_room(n_vertices: usize) -> Self {
        let random = RandomState::new();
        let key = [random.hash_one(0), random.hash_one(1)];
        let n_slots = (2 * n_vertices).next_power_of_two().max(16);
        Self { positions: Vec::with_capacity(n_vertices), slots: vec![0; n_slots], key }
    }

    /// The vertex at a position.
    #[inline]
    pub(crate) fn vertex(&mut self, position: [f32; 3]) -> u32 {
        let position = unsigned_zeros(position);
        let bits = bits(position);
        let mut slot = self.first_slot(bits);
        loop {
            match self.slots[slot] {
                0 => return self.add(position, slot),
                taken => {
                    let vertex = taken - 1;
                    if self.positions[vertex as usize].map(f32::to_bits) == bits {
                        return vertex;
                    }
                }
            }
            slot = (slot + 1) & (self.slots.len() - 1);
        }
    }

    /// The vertices at some positions.
    ///
    /// A table of a large mesh lies far from the processor, so all that is needed of it is asked for
    /// before any of it is used.
    pub(crate) fn vertices<const N: usize>(&mut self, positions: [[f32; 3]; N]) -> [u32; N] {
        let (mut guesses, mut found) = ([0; N], [None; N]);
        for (guess, &position) in guesses.iter_mut().zip(&positions) {
            *guess = self.slots[self.first_slot(bits(unsigned_zeros(position)))];
        }
        for (found, &taken) in found.iter_mut().zip(&guesses) {
            *found = self.positions.get((taken as usize).wrapping_sub(1)).copied();
        }
        std::array::from_fn(|n| match found[n] {
            Some(place) if bits(place) == bits(unsigned_zeros(positions[n])) => guesses[n] - 1,
            _ => self.vertex(positions[n]),
        })
    }

    /// The positions of all vertices.
    pub(crate) fn into_positions(self) -> Vec<[f32; 3]> {
        self.positions
    }

    #[inline]
    fn first_slot(&self, [x, y, z]: [u32; 3]) -> usize {
        let a = (u64::from(x) << 32 | u64::from(y)) ^ self.key[0];
        let b = u64::from(z) ^ self.key[1];
        let product = u128::from(a) * u128::from(b);
        (product as u64 ^ (product >> 64) as u64) as usize & (self.slots.len() - 1)
    }

    fn add(&mut self, position: [f32; 3], slot: usize) -> u32 {
        let vertex = self.positions.len() as u32;
        self.positions.push(position);
        self.slots[slot] = vertex + 1;
        if 2 * self.positions.len() > self.slots.len() {
            self.grow();
        }
        vertex
    }

    #[cold]
    fn grow(&mut self) {
        let n_slots = 2 * self.slots.len();
        self.slots.clear();
        self.slots.resize(n_slots, 0);
        for vertex in 0..self.positions.len() {
            let mut slot = self.first_slot(self.positions[vertex].map(f32::to_bits));
            while self.slots[slot] != 0 {
                slot = (slot + 1) & (n_slots - 1);
            }
            self.slots[slot] = vertex as u32 + 1;
        }
    }
}

/// The same position; of the two zeros, which are one place, it has the positive one only.
#[inline]
fn unsigned_zeros(position: [f32; 3]) -> [f32; 3] {
    position.map(|value| if value == 0.0 { 0.0 } else { value })
}

#[inline]
fn bits(position: [f32; 3]) -> [u32; 3] {
    position.map(f32::to_bits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_positions_are_one_vertex_and_zero_has_no_sign() {
        let mut weld = Weld::with_room(0);
        let vertices = [[0.0, 1.0, 2.0], [-0.0, 1.0, 2.0], [0.0, 1.0, 2.1], [0.0, 1.0, 2.0]]
            .map(|position| weld.vertex(position));
        assert_eq!(vertices, [0, 0, 1, 0]);
        let nan = weld.vertex([f32::NAN; 3]);
        assert_eq!(weld.vertex([f32::NAN; 3]), nan);
        assert_eq!(weld.into_positions().len(), 3);
    }

    #[test]
    fn a_hundred_thousand_places_come_in_their_order() {
        let mut weld = Weld::with_room(7);
        let place = |n: u32| [(n % 50) as f32, (n / 50 % 40) as f32, (n / 2000) as f32];
        for n in (0..100_000).chain(0..100_000) {
            assert_eq!(weld.vertex(place(n)), n);
        }
        for n in (0..100_000).step_by(4) {
            let some = [n, n + 3, n + 1, n + 2];
            assert_eq!(weld.vertices(some.map(place)), some);
        }
        assert_eq!(weld.into_positions().len(), 100_000);
    }

    #[test]
    fn positions_asked_for_together_are_welded_with_each_other() {
        let mut weld = Weld::with_room(0);
        let positions = [[0.0, 1.0, 2.0], [3.0; 3], [-0.0, 1.0, 2.0], [3.0; 3]];
        assert_eq!(weld.vertices(positions), [0, 1, 0, 1]);
        assert_eq!(weld.vertices(positions), [0, 1, 0, 1]);
    }
}
