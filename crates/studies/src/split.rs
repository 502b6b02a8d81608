//! Which subject is for what. A subject that is for two things would be known before it is asked for,
//! so that such a split is refused.

use std::collections::BTreeMap;
use std::path::Path;

use crate::Error;

/// What a subject is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Part {
    /// To learn from.
    Train,
    /// To choose between models.
    Validation,
    /// To say what the chosen model is worth.
    Test,
}

impl Part {
    fn from_word(word: &str) -> Option<Self> {
        match word {
            "train" => Some(Self::Train),
            "validation" => Some(Self::Validation),
            "test" => Some(Self::Test),
            _ => None,
        }
    }
}

/// Subjects and what they are for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Split {
    parts: BTreeMap<String, Part>,
}

impl Split {
    /// Reads lines of subject and part between tabs, under the heading `subject<TAB>split`.
    ///
    /// # Errors
    /// If a line says something else, or a subject is for two things.
    pub fn parse(text: &str, path: &Path) -> Result<Self, Error> {
        let mut lines = text.lines().map(|line| line.trim_end_matches('\r')).zip(1..);
        let heading = lines.next().map(|(line, _)| line);
        if heading != Some("subject\tsplit") {
            let reason = "a list of subjects begins with the line `subject<TAB>split`";
            return Err(Error::file(path, reason));
        }
        let mut pairs = Vec::new();
        for (line, number) in lines.filter(|(line, _)| !line.is_empty()) {
            let pair = line.split_once('\t').and_then(|(subject, word)| {
                Part::from_word(word).map(|part| (subject.to_owned(), part))
            });
            pairs.push(pair.ok_or_else(|| {
                let reason = "is no subject with `train`, `validation` or `test`";
                Error::file(path, format!("line {number} {reason}"))
            })?);
        }
        Self::new(pairs).map_err(|reason| Error::file(path, reason))
    }

    /// Subjects and what they are for.
    ///
    /// # Errors
    /// A sentence, if a subject is for two things.
    pub fn new(pairs: impl IntoIterator<Item = (String, Part)>) -> Result<Self, String> {
        let mut parts = BTreeMap::new();
        for (subject, part) in pairs {
            match parts.insert(subject.clone(), part) {
                Some(other) if other != part => {
                    return Err(format!(
                        "the split leaks: subject `{subject}` is for {other:?} and for {part:?}; \
                         take it out of one of them"
                    ));
                }
                _ => {}
            }
        }
        Ok(Self { parts })
    }

    /// The subjects of a part, in rising order.
    pub fn subjects(&self, part: Part) -> Vec<&str> {
        let of_part = self.parts.iter().filter(|(_, other)| **other == part);
        of_part.map(|(subject, _)| subject.as_str()).collect()
    }

    /// What a subject is for.
    pub fn part(&self, subject: &str) -> Option<Part> {
        self.parts.get(subject).copied()
    }

    /// Refuses a model that has learned from subjects on which it is to be scored.
    ///
    /// # Errors
    /// A sentence that names the subjects.
    pub fn check_unseen<'a>(
        &self,
        learned_from: impl IntoIterator<Item = &'a str>,
    ) -> Result<(), String> {
        let is_test = |subject: &&str| self.part(subject) == Some(Part::Test);
        let leaked: Vec<&str> = learned_from.into_iter().filter(is_test).collect();
        if leaked.is_empty() {
            return Ok(());
        }
        Err(format!(
            "the model has learned from subjects that it is to be scored on: {}; train it without them",
            leaked.join(", ")
        ))
    }
}

/// Deals subjects into folds for cross-validation: the same for a seed, their sizes alike.
///
/// Each entry is the fold that leaves the subject at its place out.
pub fn folds(n_subjects: usize, n_folds: usize, seed: u64) -> Vec<usize> {
    let mut random = medshape_learn::Random::new(seed);
    let mut order: Vec<usize> = (0..n_subjects).collect();
    for end in (1..order.len()).rev() {
        order.swap(end, random.below(end + 1));
    }
    let mut folds = vec![0; n_subjects];
    for (place, subject) in order.into_iter().enumerate() {
        folds[subject] = place % n_folds.max(1);
    }
    folds
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Split, Error> {
        Split::parse(text, Path::new("split.tsv"))
    }

    #[test]
    fn subjects_are_listed_by_part() {
        let split = parse("subject\tsplit\ns2\ttrain\ns1\ttrain\r\n\ns3\ttest\n").expect("sound");
        assert_eq!(split.subjects(Part::Train), ["s1", "s2"]);
        assert_eq!(split.subjects(Part::Test), ["s3"]);
        assert_eq!(split.part("s4"), None);
    }

    #[test]
    fn a_subject_for_two_things_is_refused() {
        let error = parse("subject\tsplit\ns1\ttrain\ns1\ttest\n").expect_err("it leaks");
        let text = error.to_string();
        assert!(text.contains("split.tsv") && text.contains("leaks") && text.contains("`s1`"));
        assert!(parse("subject\tsplit\ns1\ttrain\ns1\ttrain\n").is_ok());
    }

    #[test]
    fn broken_lists_name_the_line() {
        for (text, expected) in [
            ("", "begins with"),
            ("file\tsplit\n", "begins with"),
            ("subject\tsplit\ns1\ttrain\ns2\n", "line 3"),
            ("subject\tsplit\ns1\tlearn\n", "line 2"),
        ] {
            assert!(parse(text).expect_err("broken").to_string().contains(expected), "{text}");
        }
    }

    #[test]
    fn a_model_that_saw_the_test_is_refused() {
        let split = parse("subject\tsplit\ns1\ttrain\ns2\ttest\ns3\ttest\n").expect("sound");
        assert_eq!(split.check_unseen(["s1", "s9"]), Ok(()));
        let error = split.check_unseen(["s1", "s3"]).expect_err("it leaks");
        assert!(error.contains("s3") && !error.contains("s2"));
    }

    #[test]
    fn folds_leave_each_subject_out_once() {
        let folds = folds(18, 4, 7);
        let size = |fold| folds.iter().filter(|&&other| other == fold).count();
        assert_eq!([0, 1, 2, 3].map(size), [5, 5, 4, 4]);
        assert_eq!(folds, super::folds(18, 4, 7));
        assert_ne!(folds, super::folds(18, 4, 8));
    }
}
