//! The lines of a list of points.

use super::columns::{Columns, split};
use crate::error::ErrorKind;
use crate::input::shortened;
use crate::limits::Limits;
use crate::point_file::PointFile;
use crate::text::{Said, Text, number};

pub(super) fn read(bytes: &[u8], limits: &Limits) -> Result<PointFile, ErrorKind> {
    let mut reader = Reader {
        text: Text::new("XYZ", bytes, limits),
        limits,
        words: vec![],
        columns: Columns::USUAL,
        names_in_comment: None,
        file: PointFile::default(),
        normals: Normals::Unknown,
        count: None,
        said: Said::default(),
    };
    loop {
        reader.line()?;
        if !reader.text.next_line()? {
            return reader.file();
        }
    }
}

struct Reader<'a> {
    text: Text<'a>,
    limits: &'a Limits,
    /// Those of the line at hand.
    words: Vec<&'a [u8]>,
    columns: Columns,
    names_in_comment: Option<Columns>,
    file: PointFile,
    normals: Normals,
    count: Option<Count>,
    said: Said,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Normals {
    /// No point has been read.
    Unknown,
    /// Each point so far has one.
    All,
    /// There are none.
    None,
    /// What looked like normals at first is something else.
    Other,
}

/// A number of points that stands in front of them.
#[derive(Debug, Clone, Copy)]
struct Count {
    n_points: u64,
    /// The line behind it: text has been passed over, or numbers have been taken for a point.
    next: Next,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Next {
    Due,
    WasText,
    WasPoint,
}

impl<'a> Reader<'a> {
    fn line(&mut self) -> Result<(), ErrorKind> {
        let line = self.text.rest_of_line()?;
        if self.count.is_some_and(|count| count.next == Next::Due) {
            return self.line_after_count(line);
        }
        if let Some(comment) = line.strip_prefix(b"#").or_else(|| line.strip_prefix(b"//")) {
            self.said.hear(comment);
            self.hear_names(comment);
            return Ok(());
        }
        if line.is_empty() {
            return Ok(());
        }
        split(line, &mut self.words).map_err(|reason| self.text.error(reason))?;
        match self.file.positions.is_empty() && self.count.is_none() {
            true => self.first_line(),
            false => self.point(),
        }
    }

    /// Names of columns in a comment in front of the points.
    fn hear_names(&mut self, comment: &[u8]) {
        let mut words = Vec::new();
        if self.file.positions.is_empty() && split(comment, &mut words).is_ok() {
            self.names_in_comment = Columns::named(&words).or(self.names_in_comment);
        }
    }

    /// A number of points, names of columns, or already a point.
    fn first_line(&mut self) -> Result<(), ErrorKind> {
        let first = self.words[0];
        if let ([_], Some(n_points)) = (&self.words[..], count(first)) {
            self.count = Some(Count { n_points, next: Next::Due });
            return Ok(());
        }
        if number(first).is_some() || self.columns.n_named > 0 {
            // Prose may hold these letters, too; but hardly as many words as there are columns.
            let fits = |columns: &Columns| columns.n_named == self.words.len();
            self.columns = self.names_in_comment.filter(fits).unwrap_or(self.columns);
            return self.point();
        }
        self.columns = Columns::named(&self.words).ok_or_else(|| {
            let first = shortened(&String::from_utf8_lossy(first));
            let reason = format!("`{first}` is no number, and no columns are called x, y and z");
            self.text.error(&reason)
        })?;
        Ok(())
    }

    /// Text that says what the points are, or already a point.
    fn line_after_count(&mut self, line: &'a [u8]) -> Result<(), ErrorKind> {
        let is_line = !line.is_empty() && split(line, &mut self.words).is_ok();
        let is_point = is_line && self.point().is_ok();
        if let Some(count) = &mut self.count {
            count.next = if is_point { Next::WasPoint } else { Next::WasText };
        }
        Ok(())
    }

    fn point(&mut self) -> Result<(), ErrorKind> {
        if self.file.positions.len() == self.limits.vertices {
            return Err(ErrorKind::limit("points", self.limits.vertices as u64));
        }
        let has_element = self.count.is_some() && number(self.words[0]).is_none();
        let words = &self.words[usize::from(has_element)..];
        let mut position = [0.0; 3];
        for (value, column) in position.iter_mut().zip(self.columns.position) {
            let Some(word) = words.get(column) else {
                return Err(self.text.error(&format!("a point of {} numbers", words.len())));
            };
            *value = self.number(word)?;
        }
        let normal = self.columns.normal.map(|column| words.get(column).and_then(|w| number(w)));
        self.file.positions.push(position);
        self.take_normal(normal);
        Ok(())
    }

    fn number(&self, word: &[u8]) -> Result<f32, ErrorKind> {
        if word.len() > self.limits.number {
            return Err(ErrorKind::limit("characters in a number", self.limits.number as u64));
        }
        number(word).ok_or_else(|| {
            let word = shortened(&String::from_utf8_lossy(word));
            self.text.error(&format!("`{word}` is no number that is read"))
        })
    }

    fn take_normal(&mut self, normal: [Option<f32>; 3]) {
        let normal = match normal {
            [Some(x), Some(y), Some(z)] => Some([x, y, z]),
            _ => None,
        };
        let normal = normal.filter(|&normal| self.columns.n_named > 0 || is_direction(normal));
        match (self.normals, normal) {
            (Normals::Unknown | Normals::All, Some(normal)) => {
                self.normals = Normals::All;
                self.file.normals.push(normal);
            }
            (Normals::Unknown, None) => self.normals = Normals::None,
            (Normals::All, None) => {
                self.normals = Normals::Other;
                self.file.normals = vec![];
            }
            (Normals::None | Normals::Other, _) => {}
        }
    }

    fn file(mut self) -> Result<PointFile, ErrorKind> {
        if let Some(count) = self.count {
            let n_held = self.file.positions.len() as u64;
            if n_held == count.n_points.saturating_add(1) && count.next == Next::WasPoint {
                // It was text that looks like a point.
                self.file.positions.remove(0);
                self.file.normals.drain(..self.file.normals.len().min(1));
            } else if n_held != count.n_points {
                let reason = format!("it claims {} points and holds {n_held}", count.n_points);
                return Err(ErrorKind::malformed("XYZ", reason));
            }
        }
        if self.file.positions.is_empty() {
            return Err(ErrorKind::Mesh("holds no points".to_owned()));
        }
        if self.normals == Normals::Other {
            let note = "columns 4 to 6 are not all directions of length one, and were left out";
            self.file.notes.push(note.to_owned());
        }
        (self.file.units, self.file.space) = (self.said.units, self.said.space);
        Ok(self.file)
    }
}

/// A whole number without sign.
fn count(word: &[u8]) -> Option<u64> {
    let word = str::from_utf8(word).ok()?;
    if word.starts_with('+') { None } else { word.parse().ok() }
}

/// Whether the length is one, as far as few digits can say.
fn is_direction(normal: [f32; 3]) -> bool {
    let squared: f32 = normal.iter().map(|value| value * value).sum();
    (squared - 1.0).abs() < 0.02
}
