//! What is known of a vertex.

use super::half_edges::HalfEdge;
use super::quadric::Quadric;

/// Where a vertex may go.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub(super) enum Kind {
    /// Faces all around: anywhere.
    Inner,
    /// On a border: to another vertex of it.
    Border,
    /// One of several fans of faces at one vertex: nowhere, so that they stay together.
    Fixed,
}

/// A vertex, in one line of the cache.
#[derive(Debug, Clone, Copy)]
#[repr(C, align(64))]
pub(super) struct Vertex {
    /// In steps of the lattice.
    pub(super) position: [f32; 3],
    /// Planes of the faces that this vertex stands for.
    pub(super) quadric: Quadric,
    /// A half-edge that leaves here; at a border the rightmost.
    pub(super) out: HalfEdge,
    pub(super) kind: Kind,
    /// How often it took in another, from 0 again after 65,535.
    pub(super) n_merged: u16,
    /// The vertex of the input that it was.
    pub(super) source: u32,
}
