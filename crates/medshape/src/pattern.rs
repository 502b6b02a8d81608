//! Where subject and label stand in a file's path, such as `{subject}/segmentations/{label}`.

use std::path::Path;

use medshape_formats::names;

/// A path without its extension, read from its end, in which `{subject}` and `{label}` stand for
/// one or more characters of one folder's or file's name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pattern {
    // Invariant: at least one component, and `{subject}` occurs.
    components: Vec<Vec<Token>>,
}

/// A file's whole name, in which `{subject}` and `{label}` stand for one or more characters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamePattern(Vec<Token>);

impl NamePattern {
    /// Reads a pattern; `None` if it has no `{subject}` or another name in braces.
    pub fn parse(text: &str) -> Option<Self> {
        tokens(text).filter(|tokens| tokens.contains(&Token::Subject)).map(Self)
    }

    /// Whether it has a `{label}`.
    pub fn has_label(&self) -> bool {
        self.0.contains(&Token::Label)
    }

    /// Subject and label of a file of this name, if the pattern fits it.
    pub fn find(&self, name: &str) -> Option<Found> {
        let mut found = Found::default();
        fit(&self.0, name, &mut found)?;
        Some(found)
    }

    /// The name of a file of this subject and label.
    pub fn fill(&self, subject: &str, label: &str) -> String {
        let text = |token: &Token| match token {
            Token::Text(text) => text.clone(),
            Token::Subject => subject.to_owned(),
            Token::Label => label.to_owned(),
        };
        self.0.iter().map(text).collect()
    }
}

/// What a pattern found in a path.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Found {
    /// What stood for `{subject}`.
    pub subject: String,
    /// What stood for `{label}`; `None` if the pattern has none: the file holds all labels.
    pub label: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Token {
    Text(String),
    Subject,
    Label,
}

impl Pattern {
    /// Reads a pattern; `None` if it has no `{subject}` or another name in braces.
    pub fn parse(text: &str) -> Option<Self> {
        let components: Vec<_> = text.split('/').map(tokens).collect::<Option<_>>()?;
        let has_subject = components.iter().flatten().any(|token| *token == Token::Subject);
        has_subject.then_some(Self { components })
    }

    /// Subject and label of `path`, if the pattern fits its last components.
    pub fn find(&self, path: &Path) -> Option<Found> {
        let stem = stem(path)?;
        let folders = path.parent().into_iter().flat_map(Path::components).rev();
        let folders = folders.filter_map(|component| component.as_os_str().to_str());
        let mut names = std::iter::once(stem).chain(folders);
        let mut found = Found::default();
        for component in self.components.iter().rev() {
            fit(component, names.next()?, &mut found)?;
        }
        (!found.subject.is_empty()).then_some(found)
    }
}

/// A file's name without the ending of its format.
pub(crate) fn stem(path: &Path) -> Option<&str> {
    path.file_name()?.to_str().map(names::stem)
}

fn tokens(component: &str) -> Option<Vec<Token>> {
    let mut tokens = Vec::new();
    let mut rest = component;
    while let Some(start) = rest.find('{') {
        let end = start + rest[start..].find('}')?;
        if start > 0 {
            tokens.push(Token::Text(rest[..start].to_owned()));
        }
        tokens.push(match &rest[start + 1..end] {
            "subject" => Token::Subject,
            "label" => Token::Label,
            _ => return None,
        });
        rest = &rest[end + 1..];
    }
    if !rest.is_empty() {
        tokens.push(Token::Text(rest.to_owned()));
    }
    (!tokens.is_empty()).then_some(tokens)
}

/// Fits the tokens to the whole of `name`; a placeholder takes as little as it can.
fn fit(tokens: &[Token], name: &str, found: &mut Found) -> Option<()> {
    let Some((token, rest)) = tokens.split_first() else {
        return name.is_empty().then_some(());
    };
    if let Token::Text(text) = token {
        return fit(rest, name.strip_prefix(text.as_str())?, found);
    }
    let ends = name.char_indices().skip(1).map(|(end, _)| end).chain([name.len()]);
    for end in ends.filter(|&end| end > 0) {
        if fit(rest, &name[end..], found).is_some() {
            let value = name[..end].to_owned();
            match token {
                Token::Label => found.label = Some(value),
                _ => found.subject = value,
            }
            return Some(());
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(pattern: &str, path: &str, expected: Option<(&str, Option<&str>)>) {
        let found = Pattern::parse(pattern).unwrap().find(Path::new(path));
        let found = found.map(|found| (found.subject, found.label));
        let expected =
            expected.map(|(subject, label)| (subject.to_owned(), label.map(str::to_owned)));
        assert_eq!(found, expected, "{pattern} on {path}");
    }

    #[test]
    fn placeholders_take_what_the_text_leaves() {
        check("completor_{subject}_full", "a/completor_s0224_full.nii.gz", Some(("s0224", None)));
        check("completor_{subject}_full", "completor_s0224_incomplete_0.nii.gz", None);
        check("{subject}", "x/p01.nii", Some(("p01", None)));
        check("{subject}", ".nii.gz", None);
    }

    #[test]
    fn folders_are_read_from_the_end() {
        let path = "/data/s0328/segmentations/rib_left_4.nii.gz";
        check("{subject}/segmentations/{label}", path, Some(("s0328", Some("rib_left_4"))));
        check("{subject}/masks/{label}", path, None);
        check("{subject}_{label}", "s12_liver.nii.gz", Some(("s12", Some("liver"))));
    }

    #[test]
    fn patterns_without_a_subject_are_refused() {
        assert_eq!(Pattern::parse("segmentations/{label}"), None);
        assert_eq!(Pattern::parse("{subject}/{organ}"), None);
        assert_eq!(Pattern::parse("{subject"), None);
    }
}
