//! glTF made by hand: what is taken, where nodes put it, and what a file cannot do.

mod made;
mod refused;
mod taken;
