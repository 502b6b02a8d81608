//! glTF made by hand: what is taken, where nodes put it, and what a file cannot do.

#![allow(clippy::unwrap_used, clippy::doc_markdown, reason = "this is test code")]

#[path = "../common/mod.rs"]
mod common;
mod made;
mod refused;
mod taken;
