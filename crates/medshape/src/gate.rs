//! How much may be in memory at one time.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Condvar, Mutex, PoisonError};
use std::time::Duration;

/// Lets work in as long as its size fits beside what is inside; something larger than the whole
/// room enters alone.
#[derive(Debug)]
pub(crate) struct Gate {
    room: usize,
    taken: Mutex<usize>,
    left: Condvar,
}

/// A place inside; dropping it leaves.
#[derive(Debug)]
pub(crate) struct Place<'a> {
    gate: &'a Gate,
    size: usize,
}

impl Gate {
    pub(crate) fn new(room: usize) -> Self {
        Self { room, taken: Mutex::new(0), left: Condvar::new() }
    }

    /// Waits until there is room, or until `stop`.
    pub(crate) fn enter(&self, size: usize, stop: &AtomicBool) -> Place<'_> {
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        while *taken > 0 && *taken + size > self.room && !stop.load(Ordering::Relaxed) {
            let waited = self.left.wait_timeout(taken, Duration::from_millis(100));
            taken = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
        *taken += size;
        Place { gate: self, size }
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        *self.gate.taken.lock().unwrap_or_else(PoisonError::into_inner) -= self.size;
        self.gate.left.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn never_more_inside_than_there_is_room_for() {
        let gate = Gate::new(10);
        let inside = Mutex::new(0);
        let highest = Mutex::new(0);
        let stop = AtomicBool::new(false);
        std::thread::scope(|scope| {
            for size in [4, 7, 3, 6, 5, 10, 1, 25] {
                let (gate, inside, highest, stop) = (&gate, &inside, &highest, &stop);
                scope.spawn(move || {
                    let place = gate.enter(size, stop);
                    *inside.lock().unwrap() += size;
                    std::thread::sleep(Duration::from_millis(3));
                    let now = *inside.lock().unwrap();
                    let mut highest = highest.lock().unwrap();
                    *highest = now.max(*highest);
                    drop(highest);
                    *inside.lock().unwrap() -= size;
                    drop(place);
                });
            }
        });
        // 25 is larger than the room and must have been alone.
        assert_eq!(*highest.lock().unwrap(), 25);
    }
}
