use std::ops::{Deref, DerefMut};

use crate::Real;

/// Bytes of a line of the cache.
const LINE: usize = 64;

/// Numbers that begin where a line of the cache does, so that no register is loaded from two of them.
#[derive(Debug)]
pub(crate) struct Aligned<T> {
    room: Vec<T>,
    first: usize,
    len: usize,
}

impl<T: Real> Aligned<T> {
    /// So many zeros.
    pub(crate) fn zeros(len: usize) -> Self {
        let room = vec![T::ZERO; len + LINE / size_of::<T>()];
        let first = room.as_ptr().align_offset(LINE).min(room.len() - len);
        Self { room, first, len }
    }

    /// Becomes so many numbers, whichever.
    #[inline(always)]
    pub(crate) fn make_room(&mut self, len: usize) {
        if self.first + len > self.room.len() {
            *self = Self::zeros(len);
        } else {
            self.len = len;
        }
    }

    /// Becomes so many zeros.
    #[inline(always)]
    pub(crate) fn reset(&mut self, len: usize) {
        self.make_room(len);
        self.fill(T::ZERO);
    }
}

impl<T> Deref for Aligned<T> {
    type Target = [T];

    #[inline(always)]
    fn deref(&self) -> &[T] {
        &self.room[self.first..self.first + self.len]
    }
}

impl<T> DerefMut for Aligned<T> {
    #[inline(always)]
    fn deref_mut(&mut self) -> &mut [T] {
        &mut self.room[self.first..self.first + self.len]
    }
}
