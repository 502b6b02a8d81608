//! The columns of a line, and what they are.

/// Which columns of a line are taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Columns {
    pub(super) position: [usize; 3],
    pub(super) normal: [usize; 3],
    /// How many columns a line of names has; zero if there was none.
    pub(super) n_named: usize,
}

impl Columns {
    /// Those of a file without names.
    pub(super) const USUAL: Self = Self { position: [0, 1, 2], normal: [3, 4, 5], n_named: 0 };

    /// What a line of names says, if `x`, `y` and `z` are among them.
    pub(super) fn named(words: &[&[u8]]) -> Option<Self> {
        const NONE: usize = usize::MAX;
        let find = |names: [&str; 2]| {
            let is_it = |word: &&[u8]| {
                let word = word.strip_prefix(b"\"").unwrap_or(word);
                let word = word.strip_suffix(b"\"").unwrap_or(word);
                names.iter().any(|name| word.eq_ignore_ascii_case(name.as_bytes()))
            };
            words.iter().position(is_it)
        };
        let position = [find(["x"; 2])?, find(["y"; 2])?, find(["z"; 2])?];
        let normal = [["nx", "normal_x"], ["ny", "normal_y"], ["nz", "normal_z"]]
            .map(|names| find(names).unwrap_or(NONE));
        Some(Self { position, normal, n_named: words.len() })
    }
}

/// The words of a line.
///
/// # Errors
/// What is wrong with the way they are told apart.
pub(super) fn split<'a>(line: &'a [u8], words: &mut Vec<&'a [u8]>) -> Result<(), &'static str> {
    words.clear();
    let mut left = line.trim_ascii();
    let mut last = None;
    while !left.is_empty() {
        let n = left.iter().position(|&byte| is_separator(byte)).unwrap_or(left.len());
        let (word, after) = left.split_at(n);
        words.push(word);
        let n = after.iter().position(|&byte| !is_separator(byte)).unwrap_or(after.len());
        let (gap, after) = after.split_at(n);
        left = after;
        if left.is_empty() {
            break;
        }
        let mark = mark(gap)?;
        // `1,5 2,5 3,5` would be six numbers, or three.
        if last.is_some_and(|last| last != mark) {
            return Err("numbers that are told apart in two ways; a decimal point is `.`");
        }
        last = Some(mark);
    }
    Ok(())
}

/// What tells two words apart: a comma, a semicolon, or blanks alone.
fn mark(gap: &[u8]) -> Result<u8, &'static str> {
    let mut marks = gap.iter().copied().filter(|byte| matches!(byte, b',' | b';'));
    match (marks.next(), marks.next()) {
        (None, _) => Ok(b' '),
        (Some(mark), None) => Ok(mark),
        _ => Err("a column without a number"),
    }
}

fn is_separator(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | 0x0b | 0x0c | b',' | b';')
}
