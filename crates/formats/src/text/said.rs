//! What comments and headers say of unit and space.

use crate::mesh_file::{Space, Units};

/// What our own files say, in a comment.
pub(crate) const COMMENT: &str = "medshape; units mm; space RAS+";

/// Unit and space, as far as they have been said.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Said {
    pub(crate) units: Option<Units>,
    pub(crate) space: Option<Space>,
}

impl Said {
    /// Takes in one comment. What was said first stands.
    ///
    /// Known are the words of our own files, and `SPACE=RAS` and `SPACE=LPS` of 3D Slicer's.
    pub(crate) fn hear(&mut self, comment: &[u8]) {
        let comment = String::from_utf8_lossy(comment);
        self.units = self.units.or_else(|| units(&comment));
        self.space = self.space.or_else(|| space(&comment));
    }
}

fn units(comment: &str) -> Option<Units> {
    if comment.contains("medshape; millimetres;") {
        return Some(Units::Millimetres);
    }
    let (_, after) = comment.split_once("units ")?;
    after.split(';').next()?.trim().parse().ok()
}

fn space(comment: &str) -> Option<Space> {
    const WORDS: [(&str, Space); 5] = [
        ("SPACE=RAS", Space::Ras),
        ("SPACE=LPS", Space::Lps),
        ("space RAS+", Space::Ras),
        ("space LPS+", Space::Lps),
        ("medshape; millimetres; RAS+", Space::Ras),
    ];
    WORDS.into_iter().find(|(word, _)| comment.contains(word)).map(|(_, space)| space)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(comment: &str) -> (Option<Units>, Option<Space>) {
        let mut said = Said::default();
        said.hear(comment.as_bytes());
        (said.units, said.space)
    }

    #[test]
    fn our_own_words_and_those_of_slicer_are_known() {
        let ours = (Some(Units::Millimetres), Some(Space::Ras));
        assert_eq!(said(COMMENT), ours);
        assert_eq!(said("medshape; millimetres; RAS+      "), ours);
        assert_eq!(said("units m; space LPS+"), (Some(Units::Metres), Some(Space::Lps)));
        assert_eq!(said("3D Slicer output. SPACE=LPS"), (None, Some(Space::Lps)));
        assert_eq!(said("3D Slicer output. SPACE=RAS"), (None, Some(Space::Ras)));
        assert_eq!(said("units are unknown; space too"), (None, None));
        assert_eq!(said(""), (None, None));
    }
}
