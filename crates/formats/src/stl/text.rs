//! STL as text: solids of facets, each one loop of three vertices.

use super::no_triangles;
use crate::error::ErrorKind;
use crate::input::shortened;
use crate::limits::Limits;
use crate::mesh_file::{MeshFile, MeshPart};
use crate::text::{self, Said, Text};
use crate::weld::Weld;

pub(super) fn read(bytes: &[u8], limits: &Limits) -> Result<MeshFile, ErrorKind> {
    let text = Text::new("STL", bytes, limits);
    let mut reader =
        Reader { text, limits, file: MeshFile::default(), said: Said::default(), solid: None };
    while reader.text.skip_space() {
        reader.statement()?;
    }
    reader.file()
}

struct Reader<'a> {
    text: Text<'a>,
    limits: &'a Limits,
    file: MeshFile,
    said: Said,
    solid: Option<Solid>,
}

/// A solid of which more may come.
struct Solid {
    name: String,
    weld: Weld,
    faces: Vec<[u32; 3]>,
}

impl Reader<'_> {
    fn statement(&mut self) -> Result<(), ErrorKind> {
        let word = self.text.word()?;
        if is(word, "facet") {
            self.facet()
        } else if is(word, "solid") {
            self.end_solid()?;
            self.begin_solid()
        } else if is(word, "endsolid") {
            self.text.rest_of_line()?;
            self.end_solid()
        } else {
            Err(self.unexpected(word, "`facet` or `endsolid`"))
        }
    }

    fn begin_solid(&mut self) -> Result<(), ErrorKind> {
        let line = self.text.rest_of_line()?;
        self.said.hear(line);
        let name = text::name(line);
        self.solid = Some(Solid { name, weld: Weld::with_room(0), faces: vec![] });
        Ok(())
    }

    /// Makes a part of the solid that is open, if one is and it is not empty.
    fn end_solid(&mut self) -> Result<(), ErrorKind> {
        let Some(solid) = self.solid.take().filter(|solid| !solid.faces.is_empty()) else {
            return Ok(());
        };
        if self.file.parts.len() == self.limits.parts {
            return Err(ErrorKind::limit("solids", self.limits.parts as u64));
        }
        let positions = solid.weld.into_positions();
        self.file.parts.push(MeshPart::new(solid.name, positions, solid.faces, self.limits)?);
        if self.file.n_faces() > self.limits.faces {
            return Err(ErrorKind::limit("triangles", self.limits.faces as u64));
        }
        Ok(())
    }

    fn facet(&mut self) -> Result<(), ErrorKind> {
        self.expect("normal")?;
        for _ in 0..3 {
            // Normals follow from the corners; some programs write words that are no numbers.
            self.text.skip_space();
            self.text.word()?;
        }
        self.expect("outer")?;
        self.expect("loop")?;
        let corners = self.corners()?;
        self.expect("endfacet")?;
        let Some(solid) = &mut self.solid else {
            return Err(self.text.error("a facet outside of a solid"));
        };
        solid.faces.push(corners.map(|corner| solid.weld.vertex(corner)));
        if solid.faces.len() > self.limits.faces {
            return Err(ErrorKind::limit("triangles", self.limits.faces as u64));
        }
        Ok(())
    }

    fn corners(&mut self) -> Result<[[f32; 3]; 3], ErrorKind> {
        let mut corners = [[0.0; 3]; 3];
        for n in 0.. {
            self.text.skip_space();
            let word = self.text.word()?;
            match corners.get_mut(n) {
                _ if is(word, "endloop") && n == 3 => break,
                _ if is(word, "endloop") => {
                    return Err(self.text.error(&format!("a loop of {n} vertices, not 3")));
                }
                Some(corner) if is(word, "vertex") => {
                    for value in corner {
                        self.text.skip_space();
                        *value = self.text.number()?;
                    }
                }
                None if is(word, "vertex") => {
                    return Err(self.text.error("a loop of more than 3 vertices"));
                }
                _ => return Err(self.unexpected(word, "`vertex` or `endloop`")),
            }
        }
        Ok(corners)
    }

    fn expect(&mut self, expected: &str) -> Result<(), ErrorKind> {
        self.text.skip_space();
        let word = self.text.word()?;
        match is(word, expected) {
            true => Ok(()),
            false => Err(self.unexpected(word, &format!("`{expected}`"))),
        }
    }

    #[cold]
    fn unexpected(&self, word: &[u8], expected: &str) -> ErrorKind {
        let found = match word {
            [] => "the file ends".to_owned(),
            word => format!("`{}`", shortened(&String::from_utf8_lossy(word))),
        };
        self.text.error(&format!("{found} where {expected} is due"))
    }

    fn file(mut self) -> Result<MeshFile, ErrorKind> {
        if self.solid.is_some() {
            self.file.notes.push("the last solid has no `endsolid`".to_owned());
        }
        self.end_solid()?;
        if self.file.parts.is_empty() {
            return Err(no_triangles());
        }
        (self.file.units, self.file.space) = (self.said.units, self.said.space);
        Ok(self.file)
    }
}

fn is(word: &[u8], expected: &str) -> bool {
    word.eq_ignore_ascii_case(expected.as_bytes())
}
