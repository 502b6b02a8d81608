//! The threads that convert meshes.
//!
//! They are few and live as long as the site: each allocator arena keeps what its thread once
//! needed, so conversions on threads that come and go would keep a mesh's worth of memory each.

use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{self, Receiver, Sender};
use std::sync::{Arc, Mutex, PoisonError};

type Job = Box<dyn FnOnce() + Send>;

/// Meshes that are converted at once: each is in memory as a whole.
const N_THREADS: usize = 2;

/// Does work that needs much memory, two pieces at once; the others wait.
pub(crate) struct Converters(Sender<Job>);

impl Converters {
    /// Starts the threads; they end when this is dropped.
    pub(crate) fn start() -> io::Result<Self> {
        let (sender, receiver) = mpsc::channel();
        let receiver = Arc::new(Mutex::new(receiver));
        for _ in 0..N_THREADS {
            let receiver = receiver.clone();
            std::thread::Builder::new()
                .name("convert".to_owned())
                .spawn(move || work(&receiver))?;
        }
        Ok(Self(sender))
    }

    /// Puts `job` in the queue. If it panics, whatever it holds is dropped and the others go on.
    pub(crate) fn run(&self, job: impl FnOnce() + Send + 'static) {
        // Nobody takes jobs only once all threads have ended, which they do not before `self`.
        let _ = self.0.send(Box::new(job));
    }
}

fn work(receiver: &Mutex<Receiver<Job>>) {
    loop {
        let next = receiver.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok(job) = next else { return };
        // The panic has been printed, and whoever waits for the job sees it gone.
        let _ = catch_unwind(AssertUnwindSafe(job));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn panic_in_a_job_harms_no_other() {
        let converters = Converters::start().unwrap();
        let (sender, receiver) = mpsc::channel();
        for number in 0..8 {
            let sender = sender.clone();
            converters.run(move || {
                assert!(number % 2 == 1, "on purpose");
                sender.send(number).unwrap();
            });
        }
        drop(sender);
        let mut done: Vec<i32> = receiver.iter().collect();
        done.sort_unstable();
        assert_eq!(done, [1, 3, 5, 7]);
    }
}
