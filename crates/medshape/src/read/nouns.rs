//! The nouns on the wire. Each is made anew by its own constructor, which checks it.

use std::fmt::Display;
use std::io::{self, Write};

use medshape_formats::dicom;
use medshape_formats::kind::Kind;
use medshape_formats::npz::SampleFacts;
use medshape_formats::table::Table;
use medshape_formats::{MeshFile, MeshPart, PointFile, Space, Units};
use medshape_types::{
    Affine, Code, ContouredStructure, Contours, Grid, LabelMap, LabelVoxels, MAX_LABELS,
    MAX_VOXELS, Meaning, Segment, Segmentation, Volume,
};

use super::question::{Beside, DicomKind, FileKind, Header, IsArchive, Samples};
use super::wire::{Element, Source, Wire, encode_array, encode_list, encode_text, nonsense};

/// Sentences about a file.
const MAX_NOTES: usize = 4096;
/// Cells of a row, and rows of a table.
const MAX_CELLS: usize = 5_000_000;

impl Wire for Grid {
    fn encode(&self, to: &mut dyn Write) -> io::Result<()> {
        encode_few(self.dims().map(|dim| dim as u64), to)?;
        encode_few(*self.world_from_voxel().rows(), to)
    }

    fn decode(from: &mut Source<'_>) -> io::Result<Self> {
        // A size that is none here is larger than any grid's.
        let dims = few::<u64, 3>(from)?.map(|dim| usize::try_from(dim).unwrap_or(usize::MAX));
        let affine = Affine::from_rows(few(from)?).ok_or_else(|| nonsense("a flat affine"))?;
        Self::new(dims, affine).map_err(broken)
    }
}

impl Wire for LabelMap {
    fn encode(&self, to: &mut dyn Write) -> io::Result<()> {
        self.grid().encode(to)?;
        match self.voxels() {
            LabelVoxels::Narrow(voxels) => {
                1_u8.encode(to)?;
                encode_array(voxels, to)?;
            }
            LabelVoxels::Wide(voxels) => {
                2_u8.encode(to)?;
                encode_array(voxels, to)?;
            }
        }
        encode_array(self.values(), to)
    }

    fn decode(from: &mut Source<'_>) -> io::Result<Self> {
        let grid = Grid::decode(from)?;
        let voxels = match u8::decode(from)? {
            1 => LabelVoxels::Narrow(from.array(grid.n_voxels())?),
            2 => LabelVoxels::Wide(from.array(grid.n_voxels())?),
            _ => return Err(nonsense("voxels of an unknown width")),
        };
        let values = from.array(MAX_LABELS + 1)?;
        Self::of_voxels(grid, voxels, values).map_err(broken)
    }
}

impl Wire for Segmentation {
    fn encode(&self, to: &mut dyn Write) -> io::Result<()> {
        encode_list(self.layers(), to)?;
        encode_list(self.segments(), to)
    }

    fn decode(from: &mut Source<'_>) -> io::Result<Self> {
        let layers = from.list(from.limits.layers)?;
        let segments = from.list(from.limits.segments)?;
        Self::new(layers, segments).map_err(broken)
    }
}

impl Wire for Segment {
    fn encode(&self, to: &mut dyn Write) -> io::Result<()> {
        (self.layer as u64).encode(to)?;
        self.value.encode(to)?;
        encode_text(&self.name, to)?;
        self.colour.encode(to)?;
        self.meaning.encode(to)
    }

    fn decode(from: &mut Source<'_>) -> io::Result<Self> {
        Ok(Self {
            layer: usize::try_from(u64::decode(from)?).unwrap_or(usize::MAX),
            value: i64::decode(from)?,
            name: text(from)?,
            colour: Option::decode(from)?,
            meaning: Option::decode(from)?,
        })
    }
}

impl Wire for Meaning {
    fn encode(&self, to: &mut dyn Write) -> io::Result<()> {
        self.category.encode(to)?;
        self.kind.encode(to)?;
        self.modifier.encode(to)?;
        self.region.encode(to)?;
        self.region_modifier.encode(to)
    }

    fn decode(from: &mut Source<'_>) -> io::Result<Self> {
        Ok(Self {
            category: Code::decode(from)?,
            kind: Code::decode(from)?,
            modifier: Option::decode(from)?,
            region: Option::decode(from)?,
            region_modifier: Option::decode(from)?,
        })
    }
}

impl Wire for Code {
    fn encode(&self, to: &mut dyn Write) -> io::Result<()> {
        [&self.scheme, &self.value, &self.meaning]
            .into_iter()
            .try_for_each(|text| encode_text(text, to))
    }

    fn decode(from: &mut Source<'_>) -> io::Result<Self> {
        Ok(Self { scheme: text(from)?, value: text(from)?, meaning: text(from)? })
    }
}

impl Wire for [u8; 3] {
    fn encode(&self, to: &mut dyn Write) -> io::Result<()> {
        to.write_all(self)
    }

    fn decode(from: &mut Source<'_>) -> io::Result<Self> {
        few(from)
    }
}

impl Wire for Volume<f32> {
    fn encode(&self, to: &mut dyn Write) -> io::Result<()> {
        self.grid().encode(to)?;
        encode_array(self.voxels(), to)
    }

    fn decode(from: &mut Source<'_>) -> io::Result<Self> {
        let grid = Grid::decode(from)?;
        let voxels = from.array(MAX_VOXELS)?;
        Self::new(grid, voxels).ok_or_else(|| nonsense("more or fewer values than voxels"))
    }
}

impl Wire for MeshFile {
    fn encode(&self, to: &mut dyn Write) -> io::Result<()> {
        encode_list(&self.parts, to)?;
        self.units.encode(to)?;
        self.space.encode(to)?;
        encode_list(&self.notes, to)
    }

    fn decode(from: &mut Source<'_>) -> io::Result<Self> {
        Ok(Self {
            parts: from.list(from.limits.parts)?,
            units: Option::decode(from)?,
            space: Option::decode(from)?,
            notes: from.list(MAX_NOTES)?,
        })
    }
}

impl Wire for MeshPart {
    fn encode(&self, to: &mut dyn Write) -> io::Result<()> {
        encode_text(&self.name, to)?;
        encode_array(self.positions(), to)?;
        encode_array(self.faces(), to)
    }

    fn decode(from: &mut Source<'_>) -> io::Result<Self> {
        let name = text(from)?;
        let positions = from.array(from.limits.vertices)?;
        let faces = from.array(from.limits.faces)?;
        Self::new(name, positions, faces, &from.limits).map_err(broken)
    }
}

impl Wire for PointFile {
    fn encode(&self, to: &mut dyn Write) -> io::Result<()> {
        encode_array(&self.positions, to)?;
        encode_array(&self.normals, to)?;
        self.units.encode(to)?;
        self.space.encode(to)?;
        encode_list(&self.notes, to)
    }

    fn decode(from: &mut Source<'_>) -> io::Result<Self> {
        Ok(Self {
            positions: from.array(from.limits.vertices)?,
            normals: from.array(from.limits.vertices)?,
            units: Option::decode(from)?,
            space: Option::decode(from)?,
            notes: from.list(MAX_NOTES)?,
        })
    }
}

impl Wire for Units {
    fn encode(&self, to: &mut dyn Write) -> io::Result<()> {
        encode_text(self.word(), to)
    }

    fn decode(from: &mut Source<'_>) -> io::Result<Self> {
        text(from)?.parse().map_err(|_| nonsense("an unknown unit"))
    }
}

impl Wire for Space {
    fn encode(&self, to: &mut dyn Write) -> io::Result<()> {
        match self {
            Self::Ras => 0_u8,
            Self::Lps => 1,
            Self::YUp => 2,
        }
        .encode(to)
    }

    fn decode(from: &mut Source<'_>) -> io::Result<Self> {
        match u8::decode(from)? {
            0 => Ok(Self::Ras),
            1 => Ok(Self::Lps),
            2 => Ok(Self::YUp),
            _ => Err(nonsense("an unknown space")),
        }
    }
}

impl Wire for Contours {
    fn encode(&self, to: &mut dyn Write) -> io::Result<()> {
        encode_list(&self.structures, to)?;
        (self.n_left_out as u64).encode(to)
    }

    fn decode(from: &mut Source<'_>) -> io::Result<Self> {
        let structures = from.list(from.limits.segments)?;
        Ok(Self { structures, n_left_out: u64::decode(from)? as usize })
    }
}

impl Wire for ContouredStructure {
    fn encode(&self, to: &mut dyn Write) -> io::Result<()> {
        self.number.encode(to)?;
        encode_text(&self.name, to)?;
        self.colour.encode(to)?;
        encode_list(&self.outlines, to)
    }

    fn decode(from: &mut Source<'_>) -> io::Result<Self> {
        Ok(Self {
            number: i64::decode(from)?,
            name: text(from)?,
            colour: Option::decode(from)?,
            outlines: from.list(from.limits.vertices)?,
        })
    }
}

/// An outline.
impl Wire for Vec<[f64; 3]> {
    fn encode(&self, to: &mut dyn Write) -> io::Result<()> {
        encode_array(self, to)
    }

    fn decode(from: &mut Source<'_>) -> io::Result<Self> {
        from.array(from.limits.vertices)
    }
}

impl Wire for Table {
    fn encode(&self, to: &mut dyn Write) -> io::Result<()> {
        encode_list(&self.columns, to)?;
        encode_list(&self.rows, to)
    }

    fn decode(from: &mut Source<'_>) -> io::Result<Self> {
        let columns: Vec<String> = from.list(MAX_CELLS)?;
        let rows: Vec<Vec<String>> = from.list(MAX_CELLS)?;
        if rows.iter().any(|row| row.len() != columns.len()) {
            return Err(nonsense("a row that is not as long as the columns"));
        }
        Ok(Self { columns, rows })
    }
}

impl Wire for Header {
    fn encode(&self, to: &mut dyn Write) -> io::Result<()> {
        encode_list(&self.0, to)
    }

    fn decode(from: &mut Source<'_>) -> io::Result<Self> {
        from.list(from.limits.keys).map(Self)
    }
}

impl Wire for (String, String) {
    fn encode(&self, to: &mut dyn Write) -> io::Result<()> {
        encode_text(&self.0, to)?;
        encode_text(&self.1, to)
    }

    fn decode(from: &mut Source<'_>) -> io::Result<Self> {
        Ok((text(from)?, text(from)?))
    }
}

impl Wire for Beside {
    fn encode(&self, to: &mut dyn Write) -> io::Result<()> {
        encode_list(&self.0, to)
    }

    fn decode(from: &mut Source<'_>) -> io::Result<Self> {
        from.list(from.limits.files).map(Self)
    }
}

/// One of few, by its place among them.
macro_rules! one_of {
    ($noun:ident, $all:expr) => {
        impl Wire for $noun {
            fn encode(&self, to: &mut dyn Write) -> io::Result<()> {
                let at = $all.iter().position(|one| *one == self.0);
                (at.unwrap_or(usize::from(u8::MAX)) as u8).encode(to)
            }

            fn decode(from: &mut Source<'_>) -> io::Result<Self> {
                let one = $all.get(usize::from(u8::decode(from)?)).copied();
                one.map($noun).ok_or_else(|| nonsense("none of those that there are"))
            }
        }
    };
}

one_of!(IsArchive, [false, true]);
one_of!(
    DicomKind,
    [None, Some(dicom::Kind::Segmentation), Some(dicom::Kind::Contours), Some(dicom::Kind::Other)]
);
one_of!(
    FileKind,
    [
        None,
        Some(Kind::Volume),
        Some(Kind::Dicom),
        Some(Kind::Mesh),
        Some(Kind::Points),
        Some(Kind::Arrays),
        Some(Kind::Table),
        Some(Kind::Archive)
    ]
);

impl Wire for Samples {
    fn encode(&self, to: &mut dyn Write) -> io::Result<()> {
        encode_list(&self.0, to)
    }

    fn decode(from: &mut Source<'_>) -> io::Result<Self> {
        from.list(from.limits.parts).map(Self)
    }
}

impl Wire for SampleFacts {
    fn encode(&self, to: &mut dyn Write) -> io::Result<()> {
        encode_text(&self.name, to)?;
        self.label.encode(to)?;
        to.write_all(&[self.has_mesh, self.has_points, self.has_mask].map(u8::from))
    }

    fn decode(from: &mut Source<'_>) -> io::Result<Self> {
        let (name, label) = (from.text(from.limits.path)?, Option::decode(from)?);
        let mut flags = [0; 3];
        from.fill(&mut flags)?;
        let [has_mesh, has_points, has_mask] = flags.map(|flag| flag == 1);
        Ok(Self { name, label, has_mesh, has_points, has_mask })
    }
}

/// The cells of a row.
impl Wire for Vec<String> {
    fn encode(&self, to: &mut dyn Write) -> io::Result<()> {
        encode_list(self, to)
    }

    fn decode(from: &mut Source<'_>) -> io::Result<Self> {
        from.list(MAX_CELLS)
    }
}

impl Wire for String {
    fn encode(&self, to: &mut dyn Write) -> io::Result<()> {
        encode_text(self, to)
    }

    fn decode(from: &mut Source<'_>) -> io::Result<Self> {
        text(from)
    }
}

fn text(from: &mut Source<'_>) -> io::Result<String> {
    from.text(from.limits.string)
}

fn encode_few<E: Element, const N: usize>(values: [E; N], to: &mut dyn Write) -> io::Result<()> {
    let mut bytes = vec![0; N * E::SIZE];
    values.write(&mut bytes);
    to.write_all(&bytes)
}

fn few<E: Element, const N: usize>(from: &mut Source<'_>) -> io::Result<[E; N]> {
    let mut bytes = vec![0; N * E::SIZE];
    from.fill(&mut bytes)?;
    Ok(Element::read(&bytes))
}

fn broken(reason: impl Display) -> io::Error {
    nonsense(reason.to_string())
}

#[cfg(test)]
mod tests;
