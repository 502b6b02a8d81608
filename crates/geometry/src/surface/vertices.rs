//! Which vertex each label has at each corner.
//!
//! Most corners lie between two labels, and each of the two has one vertex there.
//! Where more labels meet, or a label touches itself, the corner is a junction, with a list of its
//! labels and the vertices of each.
//! Vertices of a label are numbered in the order of their corners.

use std::ops::Range;

use rayon::prelude::*;

use super::border::{Border, JUNCTION, Voxels};
use super::fans::{Fans, pattern};

/// The vertices of all labels at all corners.
pub(crate) struct Vertices<'a> {
    border: &'a Border,
    /// The vertices of the two labels at each corner; at a junction its place in its slab's list.
    pub(crate) numbers: Vec<[u32; 2]>,
    pub(crate) slabs: Vec<SlabVertices>,
}

/// What one slab adds to the vertices.
pub(crate) struct SlabVertices {
    pub(crate) corners: Range<usize>,
    /// In order of corners; each junction ends where the corner changes.
    pub(crate) at_junctions: Vec<AtJunction>,
    /// How many vertices each label has in the slab; labels without are left out.
    pub(crate) counts: Vec<(u16, usize)>,
}

/// The vertices of one label at a junction.
#[derive(Debug, Clone, Copy)]
pub(crate) struct AtJunction {
    pub(crate) corner: u32,
    pub(crate) first_vertex: u32,
    pub(crate) label: u16,
    pub(crate) pattern: u8,
    /// Whether the label needs more than one plain vertex.
    pub(crate) is_knotted: bool,
}

impl<'a> Vertices<'a> {
    /// Counts the vertices; their numbers are given by [`assemble`](super::assemble).
    pub(crate) fn of(border: &'a Border, voxels: &Voxels<'_>, n_labels: usize) -> Self {
        let mut numbers = vec![[0; 2]; border.corners.len()];
        let slabs: Vec<[Range<usize>; 2]> = border.slabs().collect();
        let own = slabs_of(&mut numbers, slabs.iter().map(|[corners, _]| corners.len()));
        let slabs = slabs
            .into_par_iter()
            .zip(own)
            .map(|([corners, _], numbers)| {
                SlabVertices::of(border, voxels, n_labels, corners, numbers)
            })
            .collect();
        Self { border, numbers, slabs }
    }

    /// The label's first vertex at a corner, and whether it is not its only one.
    pub(crate) fn of_label(&self, corner: u32, label: u16, slab: usize) -> (u32, bool) {
        let sides = self.border.sides[corner as usize];
        let numbers = self.numbers[corner as usize];
        if sides != JUNCTION {
            return (numbers[usize::from(sides[0] != label)], false);
        }
        match self.at_junction(corner, label, slab) {
            Some(at) => (at.first_vertex, at.is_knotted),
            None => (0, false),
        }
    }

    /// What is known of a label at a corner of the slab or the next, if that is a junction.
    pub(crate) fn at_junction(&self, corner: u32, label: u16, slab: usize) -> Option<&AtJunction> {
        let slab = slab + usize::from(corner as usize >= self.slabs[slab].corners.end);
        let [first, _] = self.numbers[corner as usize];
        let list = self.slabs.get(slab)?.at_junctions.get(first as usize..)?;
        list.iter().take_while(|at| at.corner == corner).find(|at| at.label == label)
    }
}

impl SlabVertices {
    fn of(
        border: &Border,
        voxels: &Voxels<'_>,
        n_labels: usize,
        corners: Range<usize>,
        numbers: &mut [[u32; 2]],
    ) -> Self {
        let mut n_vertices = vec![0_usize; n_labels];
        let mut at_junctions = Vec::new();
        for (corner, number) in corners.clone().zip(numbers) {
            let sides = border.sides[corner];
            if sides != JUNCTION {
                sides.iter().for_each(|&label| n_vertices[usize::from(label)] += 1);
                continue;
            }
            number[0] = at_junctions.len() as u32;
            let around = voxels.around(border.corners[corner]);
            for (label, pattern) in labels_around(&around) {
                n_vertices[usize::from(label)] += usize::from(Fans::of(pattern).n_fans);
                let is_knotted = !Fans::is_simple(pattern);
                let corner = corner as u32;
                at_junctions.push(AtJunction {
                    corner,
                    first_vertex: 0,
                    label,
                    pattern,
                    is_knotted,
                });
            }
        }
        Self { corners, at_junctions, counts: counts(&n_vertices) }
    }
}

/// The labels among eight voxels without the background, each with its pattern.
fn labels_around(around: &[u16; 8]) -> impl Iterator<Item = (u16, u8)> + '_ {
    let mut open = !pattern(around, 0);
    std::iter::from_fn(move || {
        let label = *around.get(open.trailing_zeros() as usize)?;
        let pattern = pattern(around, label);
        open &= !pattern;
        Some((label, pattern))
    })
}

/// The labels that have any, with how many; without the background.
pub(crate) fn counts(of_labels: &[usize]) -> Vec<(u16, usize)> {
    let counts = of_labels.iter().enumerate().skip(1).filter(|&(_, &count)| count > 0);
    counts.map(|(label, &count)| (label as u16, count)).collect()
}

/// Cuts values into those of each slab.
pub(crate) fn slabs_of<T>(values: &mut [T], lengths: impl Iterator<Item = usize>) -> Vec<&mut [T]> {
    let mut open = values;
    let mut slabs = Vec::new();
    for length in lengths {
        let (own, rest) = open.split_at_mut(length);
        slabs.push(own);
        open = rest;
    }
    slabs
}
