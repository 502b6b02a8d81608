//! What the rules find in a text.

use std::ops::Range;

use serde::Serialize;

/// How grave a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Class {
    /// It narrows down who somebody is, or may do so: look at it.
    Medium,
    /// It says who somebody is: do not publish.
    High,
}

/// What was looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Rule {
    /// Name of a person, with something that says that it is one.
    PersonName,
    /// Number of a patient, a stay or an examination.
    PatientId,
    /// Date of birth or death.
    BirthDate,
    /// A date beside something that says who somebody is.
    PatientDate,
    /// Address of electronic mail.
    Email,
    /// Telephone number.
    Phone,
    /// Number at an insurance, an authority or a bank.
    InsuranceNumber,
    /// Postal address.
    Address,
    /// Words burned into pixels, as the file itself says.
    BurnedIn,
    /// A word that is mostly a name, alone.
    PossibleName,
    /// Author of a published dataset.
    Author,
    /// A date that says day, month and year.
    Date,
    /// An identifier of DICOM, which leads back to where it was made.
    Uid,
    /// A hospital or a department.
    Institution,
    /// A serial number or an address of a machine.
    Device,
    /// When something was packed.
    TimeStamp,
    /// Who owned something when it was packed.
    Owner,
    /// A folder of a user.
    UserPath,
    /// A long number in a name of a file.
    Number,
    /// An address in the web.
    WebAddress,
    /// An address in a network.
    IpAddress,
    /// An age above 89.
    Age,
    /// Another trait that a register may know.
    PatientDetail,
    /// A word that says that something is confidential.
    PrivateWord,
    /// Something that was not looked into.
    NotLookedInto,
}

impl Rule {
    /// Its name, the same in all reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::PersonName => "person-name",
            Self::PatientId => "patient-id",
            Self::BirthDate => "birth-date",
            Self::PatientDate => "patient-date",
            Self::Email => "email",
            Self::Phone => "phone",
            Self::InsuranceNumber => "insurance-number",
            Self::Address => "address",
            Self::BurnedIn => "burned-in",
            Self::PossibleName => "possible-name",
            Self::Author => "author",
            Self::Date => "date",
            Self::Uid => "uid",
            Self::Institution => "institution",
            Self::Device => "device",
            Self::TimeStamp => "time-stamp",
            Self::Owner => "owner",
            Self::UserPath => "user-path",
            Self::Number => "number",
            Self::WebAddress => "web-address",
            Self::IpAddress => "ip-address",
            Self::Age => "age",
            Self::PatientDetail => "patient-detail",
            Self::PrivateWord => "private-word",
            Self::NotLookedInto => "not-looked-into",
        }
    }
}

/// Something that a rule found in a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Found {
    pub(super) rule: Rule,
    pub(super) class: Class,
    /// Its bytes in the text.
    pub(super) span: Range<usize>,
}

impl Found {
    pub(super) fn high(rule: Rule, span: Range<usize>) -> Self {
        Self { rule, class: Class::High, span }
    }

    pub(super) fn medium(rule: Rule, span: Range<usize>) -> Self {
        Self { rule, class: Class::Medium, span }
    }
}

/// Each place once: what is graver counts, then what is longer.
pub(super) fn without_overlaps(mut found: Vec<Found>) -> Vec<Found> {
    found.sort_by_key(|found| {
        (
            std::cmp::Reverse(found.class),
            std::cmp::Reverse(found.span.len()),
            found.span.start,
            found.rule,
        )
    });
    let mut kept: Vec<Found> = Vec::new();
    // Starts of what is kept, with their ends, in order: spans of it do not overlap.
    let mut spans = std::collections::BTreeMap::new();
    for one in found {
        let before = spans.range(..one.span.end).next_back();
        let is_free = before.is_none_or(|(_, &end)| end <= one.span.start);
        if is_free {
            spans.insert(one.span.start, one.span.end);
            kept.push(one);
        }
    }
    kept.sort_by_key(|found| (found.span.start, found.rule));
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn graver_and_longer_findings_win() {
        let found = vec![
            Found::medium(Rule::Date, 0..8),
            Found::high(Rule::BirthDate, 2..6),
            Found::high(Rule::PersonName, 10..12),
            Found::high(Rule::PersonName, 9..14),
            Found::medium(Rule::Date, 20..28),
        ];
        let kept: Vec<_> = without_overlaps(found).into_iter().map(|found| found.span).collect();
        assert_eq!(kept, [2..6, 9..14, 20..28]);
    }
}
