//! Judges a value by its key: `PatientName` is a name whatever it says.

use super::dates;
use super::found::{Found, Rule};
use super::keys::Kind;
use super::network::names_somebody;
use super::words::Word;

/// What the value under a key of these kinds is, all of it.
pub(super) fn judge(text: &str, words: &[Word], kinds: &[Kind]) -> Option<Found> {
    if kinds.is_empty() || is_placeholder(text, words) {
        return None;
    }
    kinds.iter().find_map(|kind| of_kind(text, words, *kind))
}

fn of_kind(text: &str, words: &[Word], kind: Kind) -> Option<Found> {
    let all = 0..text.len();
    if matches!(kind, Kind::Id | Kind::ShortId) && dates::is_part_of_hash(text, &all) {
        return None;
    }
    let n_digits = text.bytes().filter(u8::is_ascii_digit).count();
    let n_letters = text.chars().filter(|c| c.is_alphabetic()).count();
    let high = |rule: Rule, is_so: bool| is_so.then(|| Found::high(rule, all.clone()));
    let medium = |rule: Rule, is_so: bool| is_so.then(|| Found::medium(rule, all.clone()));
    match kind {
        Kind::Name if is_code(text, n_digits) => id(text, words, n_digits, n_letters),
        Kind::Name => high(Rule::PersonName, n_letters >= 2),
        Kind::Maker => {
            high(Rule::PersonName, words.len() >= 2 && words.iter().all(Word::may_be_name))
        }
        Kind::Id | Kind::Insurance if n_digits == 0 && n_letters >= 4 => {
            medium(Rule::PatientId, true)
        }
        Kind::Id => id(text, words, n_digits, n_letters),
        Kind::Insurance => high(Rule::InsuranceNumber, n_digits >= 5),
        Kind::ShortId => medium(Rule::Number, n_digits >= 7 && n_digits >= n_letters),
        Kind::BirthDate => high(Rule::BirthDate, n_digits >= 6),
        Kind::Date => medium(Rule::Date, n_digits >= 6 && has_date(text, words)),
        Kind::Phone => high(Rule::Phone, n_digits >= 5),
        Kind::Address => high(Rule::Address, n_letters >= 3 || n_digits >= 4),
        Kind::Age => medium(Rule::Age, is_old(text)),
        Kind::Detail => medium(Rule::PatientDetail, n_letters >= 2),
        Kind::Institution => medium(Rule::Institution, n_letters >= 2),
        Kind::Device => medium(Rule::Device, n_digits + n_letters >= 3),
        Kind::Uid => medium(Rule::Uid, n_digits >= 8 && !text.starts_with("1.2.840.10008.")),
        Kind::BurnedIn => high(Rule::BurnedIn, text.eq_ignore_ascii_case("yes")),
        Kind::PackingTime => medium(Rule::TimeStamp, true),
        Kind::PackingOwner => medium(Rule::Owner, true),
        Kind::PackingUser => packing_user(text),
        Kind::Authors | Kind::Opaque | Kind::Font => None,
    }
}

/// Whether a value says that there is none: empty, `Anonymous`, `N/A`, `xxxx`, zeros.
fn is_placeholder(text: &str, words: &[Word]) -> bool {
    let has_digit = text.bytes().any(|byte| matches!(byte, b'1'..=b'9'));
    let says_nothing =
        words.iter().all(|word| word.known.is_placeholder || is_one_letter_again(&word.plain));
    !has_digit && says_nothing
}

fn is_one_letter_again(plain: &str) -> bool {
    let mut letters = plain.chars();
    let first = letters.next();
    letters.all(|letter| Some(letter) == first)
}

/// Whether a name is a code: it has digits, and no caret or second word.
fn is_code(text: &str, n_digits: usize) -> bool {
    let is_word = |part: &str| part.chars().count() >= 2 && part.chars().all(char::is_alphabetic);
    let n_words = text.split([' ', '^', ',']).filter(|part| is_word(part)).count();
    n_digits > 0 && n_words < 2
}

/// A number of a patient; codes that collections of images give are not, but should be looked at.
fn id(text: &str, words: &[Word], n_digits: usize, n_letters: usize) -> Option<Found> {
    const OF_COLLECTIONS: [&str; 24] = [
        "sub",
        "subject",
        "case",
        "anon",
        "anonymous",
        "pseudo",
        "pseudonym",
        "phantom",
        "volunteer",
        "test",
        "lidc",
        "tcga",
        "cptac",
        "brats",
        "kits",
        "lung",
        "prostatex",
        "ispy",
        "acrin",
        "covid",
        "upenn",
        "healthy",
        "control",
        "patient",
    ];
    let all = 0..text.len();
    let is_of_collection =
        words.first().is_some_and(|word| OF_COLLECTIONS.contains(&word.plain.as_str()));
    let is_given = n_digits >= 4 && !is_of_collection && n_letters <= n_digits;
    match n_digits {
        _ if is_given => Some(Found::high(Rule::PatientId, all)),
        3.. => Some(Found::medium(Rule::PatientId, all)),
        _ => None,
    }
}

fn has_date(text: &str, words: &[Word]) -> bool {
    !dates::find(text, &dates::digits(text), words).is_empty()
}

/// `93`, `093Y`.
fn is_old(text: &str) -> bool {
    let digits: String = text.trim().chars().take_while(char::is_ascii_digit).collect();
    let is_years = !text.ends_with(['M', 'W', 'D']);
    is_years && digits.parse::<u32>().is_ok_and(|age| (90..=125).contains(&age))
}

/// Users that stand for no person are passed over.
fn packing_user(text: &str) -> Option<Found> {
    const NOBODY: [&str; 16] = [
        "root", "user", "users", "nobody", "nogroup", "wheel", "staff", "admin", "ubuntu",
        "runner", "docker", "daemon", "www-data", "build", "jovyan", "none",
    ];
    let all = 0..text.len();
    match () {
        () if NOBODY.contains(&text.to_lowercase().as_str()) => None,
        () if names_somebody(text) => Some(Found::high(Rule::PersonName, all)),
        () => Some(Found::medium(Rule::Owner, all)),
    }
}
