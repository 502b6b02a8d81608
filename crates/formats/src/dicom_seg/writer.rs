//! A BINARY segmentation, the same bytes every time: structures, their codes, where they are, and nothing
//! of a person or a day.

mod header;
mod identifiers;
mod placing;
mod structures;

use std::io::Write;

use medshape_types::Segmentation;

use crate::dicom::tags;
use crate::dicom::writer::Elements;
use crate::error::{Error, ErrorKind};
use placing::Placing;
use structures::Structure;

/// Writes all structures as a DICOM segmentation (BINARY, explicit little endian).
///
/// A structure is a segment, numbered from 1 in the order of [`Segmentation::segments`]; labels without a
/// segment follow. Only slices where it has a voxel become frames. What has no code is called a tissue
/// (SNOMED CT 85756007) that is an anatomical structure. Identifiers are made of the content; nothing is
/// said of a person, and the content's date, which has to be there, is the first of January 1970.
///
/// # Errors
/// A grid whose axes are not at right angles, no structure at all, more than 65,535 structures, more than
/// 4 GiB of frames; and those of `out`.
pub fn write(out: &mut dyn Write, segmentation: &Segmentation) -> Result<(), Error> {
    write_bytes(out, segmentation).map_err(Error::new)
}

fn write_bytes(out: &mut dyn Write, segmentation: &Segmentation) -> Result<(), ErrorKind> {
    let placing = Placing::of(segmentation.grid())?;
    let structures = structures::of(segmentation)?;
    let frames = Frames::of(segmentation, &structures);
    let pixels = frames.pixels(segmentation, &structures)?;
    let content = header::Content {
        dims: segmentation.grid().dims(),
        n_frames: frames.list.len(),
        segments: structures.iter().enumerate().map(|(n, each)| each.item(n as u16 + 1)).collect(),
        shared: placing.shared_groups(),
        frames: frames.groups(&placing),
    };
    out.write_all(&header::bytes(&content, &pixels))?;
    let mut head = Elements::default();
    head.begin(tags::PIXELS, *b"OB", pixels.len() as u32);
    out.write_all(&head.into_bytes())?;
    out.write_all(&pixels)?;
    Ok(out.flush()?)
}

/// The slices of each structure, structure by structure.
struct Frames {
    list: Vec<Frame>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Frame {
    structure: usize,
    slice: usize,
}

impl Frames {
    /// All slices where a structure has a voxel; one empty frame if none has.
    fn of(segmentation: &Segmentation, structures: &[Structure]) -> Self {
        let [nx, ny, nz] = segmentation.grid().dims();
        let mut list = Vec::new();
        for (n_layer, layer) in segmentation.layers().iter().enumerate() {
            let mut structure_of = vec![None; layer.n_values()];
            for (n, structure) in structures.iter().enumerate() {
                if structure.layer == n_layer
                    && let Some(index) = structure.index
                {
                    structure_of[usize::from(index)] = Some(n);
                }
            }
            let mut last_slice = vec![usize::MAX; layer.n_values()];
            for slice in 0..nz {
                for at in slice * nx * ny..(slice + 1) * nx * ny {
                    let voxel = usize::from(layer.voxels().at(at));
                    if last_slice[voxel] != slice {
                        last_slice[voxel] = slice;
                        list.extend(
                            structure_of[voxel].map(|structure| Frame { structure, slice }),
                        );
                    }
                }
            }
        }
        list.sort_unstable();
        if list.is_empty() {
            list.push(Frame { structure: 0, slice: 0 });
        }
        Self { list }
    }

    /// A bit a voxel, frame after frame without a gap, the lowest bit of a byte first.
    fn pixels(
        &self,
        segmentation: &Segmentation,
        structures: &[Structure],
    ) -> Result<Vec<u8>, ErrorKind> {
        const MOST: u64 = 0xffff_fffe;
        let [nx, ny, _] = segmentation.grid().dims();
        let size = nx * ny;
        let n_bytes = (self.list.len() as u64 * size as u64).div_ceil(8).next_multiple_of(2);
        if n_bytes > MOST {
            return Err(ErrorKind::limit("bytes of frames in one DICOM file", MOST));
        }
        let mut pixels = vec![0; n_bytes as usize];
        for (n_frame, frame) in self.list.iter().enumerate() {
            let structure = &structures[frame.structure];
            let Some(index) = structure.index else { continue };
            let voxels = segmentation.layers()[structure.layer].voxels();
            let first = frame.slice * size;
            for n in (0..size).filter(|n| voxels.at(first + n) == index) {
                let bit = n_frame * size + n;
                pixels[bit / 8] |= 1 << (bit % 8);
            }
        }
        Ok(pixels)
    }

    /// The functional groups of each frame.
    fn groups(&self, placing: &Placing) -> Vec<Elements> {
        let mut slices: Vec<usize> = self.list.iter().map(|frame| frame.slice).collect();
        slices.sort_unstable();
        slices.dedup();
        let of_frame = |frame: &Frame| {
            let place = slices.partition_point(|&slice| slice < frame.slice) as u32 + 1;
            let number = frame.structure as u16 + 1;
            header::frame_groups(number, place, placing.position(frame.slice))
        };
        self.list.iter().map(of_frame).collect()
    }
}
