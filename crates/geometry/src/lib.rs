//! Turns shapes into shapes or numbers: no files, no clocks, the same result on any number of threads.

pub mod picture;
