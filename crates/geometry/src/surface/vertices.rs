//! Which vertex each label has at each corner.
//!
//! Most corners lie between two labels, and each of the two has one vertex there.
//! Where more labels meet, or a label touches itself, the corner is a junction, with a list of its
//! labels and the vertices of each.
//! Vertices of a label are numbered in the order of their corners.

use rayon::prelude::*;

use super::border::{Border, JUNCTION, Slab, Voxels, cut, labels_around};
use super::fans::Fans;

/// The vertices of all labels at all corners.
pub(crate) struct Vertices<'a> {
    border: &'a Border,
    /// The vertices of the two labels at each corner; at a junction its place in its slab's list.
    pub(crate) numbers: Vec<[u32; 2]>,
    /// The labels at the junctions of each slab, in order of corners.
    pub(crate) at_junctions: Vec<Vec<AtJunction>>,
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
    /// Finds the labels at junctions; `number` gives the vertices of a slab their numbers.
    pub(crate) fn of<N: Send>(
        border: &'a Border,
        voxels: &Voxels<'_>,
        tasks: Vec<N>,
        number: impl Fn(&Slab, N, &mut [[u32; 2]], &mut [AtJunction]) + Sync,
    ) -> Self {
        let mut numbers = vec![[0; 2]; border.corners.len()];
        let own = cut(&mut numbers, border.slabs.iter().map(|slab| slab.corners.len()));
        let at_junctions =
            border.slabs.par_iter().zip(tasks).zip(own).map(|((slab, task), own)| {
                let mut at_junctions = at_junctions(border, voxels, slab, own);
                number(slab, task, own, &mut at_junctions);
                at_junctions
            });
        let at_junctions = at_junctions.collect();
        Self { border, numbers, at_junctions }
    }

    /// The label's first vertex at a corner of the slab or the next, and whether it is knotted.
    pub(crate) fn of_label(&self, corner: u32, label: u16, slab: usize) -> (u32, bool) {
        let sides = self.border.sides[corner as usize];
        if sides != JUNCTION {
            let numbers = self.numbers[corner as usize];
            return (numbers[usize::from(sides[0] != label)], false);
        }
        let at = self.at_junction(corner, label, slab);
        at.map_or((0, false), |at| (at.first_vertex, at.is_knotted))
    }

    /// What is known of a label at a corner of the slab or the next, if that is a junction.
    pub(crate) fn at_junction(&self, corner: u32, label: u16, slab: usize) -> Option<&AtJunction> {
        let is_next = corner as usize >= self.border.slabs[slab].corners.end;
        let [first, _] = self.numbers[corner as usize];
        let list = self.at_junctions.get(slab + usize::from(is_next))?.get(first as usize..)?;
        list.iter().take_while(|at| at.corner == corner).find(|at| at.label == label)
    }
}

fn at_junctions(
    border: &Border,
    voxels: &Voxels<'_>,
    slab: &Slab,
    numbers: &mut [[u32; 2]],
) -> Vec<AtJunction> {
    let mut list = Vec::new();
    let sides = &border.sides[slab.corners.clone()];
    let corners = slab.corners.clone().zip(sides).zip(numbers);
    for ((corner, _), number) in corners.filter(|((_, sides), _)| **sides == JUNCTION) {
        number[0] = list.len() as u32;
        let around = voxels.around(border.corners[corner]);
        list.extend(labels_around(&around).map(|(label, pattern)| AtJunction {
            corner: corner as u32,
            first_vertex: 0,
            label,
            pattern,
            is_knotted: !Fans::is_simple(pattern),
        }));
    }
    list
}
