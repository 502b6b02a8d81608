//! Rules one by one: what is found, with its class, and what is left alone.

use medshape_formats::Limits;
use medshape_formats::texts::{Role, Text};

use super::{Class, Rule, ScanOptions, scan_text};

const IN_FULL: ScanOptions = ScanOptions { show: true, limits: Limits::DEFAULT };

fn found(key: &str, words: &str, role: Role) -> Vec<(Rule, Class, String)> {
    let text = Text { place: "here".to_owned(), key: key.to_owned(), text: words.to_owned(), role };
    scan_text(&text, &IN_FULL)
        .into_iter()
        .map(|finding| (finding.rule, finding.class, finding.excerpt))
        .collect()
}

/// One finding of the high class, and it shows this.
fn high(words: &str, rule: Rule, excerpt: &str) {
    let expected = vec![(rule, Class::High, excerpt.to_owned())];
    assert_eq!(found("", words, Role::Words), expected, "{words}");
}

fn medium(words: &str, rule: Rule, excerpt: &str) {
    let expected = vec![(rule, Class::Medium, excerpt.to_owned())];
    assert_eq!(found("", words, Role::Words), expected, "{words}");
}

fn clean(words: &str) {
    for role in [Role::Words, Role::Name, Role::Noise] {
        assert_eq!(found("", words, role), vec![], "{words}");
    }
}

fn keyed(key: &str, words: &str, expected: &[(Rule, Class)]) {
    let found = found(key, words, Role::Words);
    let found: Vec<_> = found.iter().map(|(rule, class, _)| (*rule, *class)).collect();
    assert_eq!(found, expected, "{key}: {words}");
}

#[test]
fn names_of_persons() {
    for (words, name) in [
        ("Zblewski^Quorra", "Zblewski^Quorra"),
        ("ZBLEWSKI^Q^^^", "ZBLEWSKI^Q"),
        ("scan of van der Berg^Jan Peter", "van der Berg^Jan Peter"),
        ("seen by Dr. Zblewski today", "Zblewski"),
        ("Frau Prof. Zblewski", "Zblewski"),
        ("geb. Zblewski", "Zblewski"),
        ("Anna Kowalska", "Anna Kowalska"),
        ("Kowalska, Anna", "Kowalska, Anna"),
        ("Anna Maria von Zblewski", "Anna Maria von Zblewski"),
        ("John F. Kennedy", "John F. Kennedy"),
        ("J. Kowalska", "J. Kowalska"),
        ("Patient: Zblewski", "Zblewski"),
        ("MÜLLER HANS", "MÜLLER HANS"),
        ("MuellerHans_ct", "MuellerHans"),
        ("john_smith liver", "john_smith"),
        ("Zblew Krawczykowicz", "Zblew Krawczykowicz"),
    ] {
        high(words, Rule::PersonName, name);
    }
    assert_eq!(found("", "johnsmith_ct.nii", Role::Name)[0].2, "johnsmith");
    medium("Kowalska", Rule::PossibleName, "Kowalska");
}

#[test]
fn anatomy_and_software_are_no_names() {
    for words in [
        "Circle of Willis",
        "Adam's apple",
        "Hartmann pouch",
        "Douglas pouch",
        "Bundle of His",
        "islets of Langerhans",
        "MR head",
        "MS lesion",
        "DR chest",
        "left kidney",
        "Vena Cava",
        "Schmidt et al.",
        "10^6 mm^3 cm^-1",
        "T-D0050^Tissue^SRT",
        "5.0.9",
        "FSL 5.0",
        "tumoredKidney",
        "Blender v2.92",
        "LIDC-IDRI-0314",
        "s1273_liver.nii.gz_1.stl",
        "099815_liver.stl",
        "case_00123",
        "sub-verse000",
        "000000_tumoredbrain.stl",
        "instrument3DCOSI_LangenbeckRetractors",
        "v 1.5 2 -0.25",
        "Rib left 4",
        "Segmentation category and type",
        "MONAI Label",
        "frontal_horn",
        "Frontal_Sup_Orb",
        "Seminal Vesicle",
    ] {
        clean(words);
    }
}

#[test]
fn codes_of_terminologies_are_no_names() {
    for words in [
        "SCT^123037004^Anatomical Structure~SCT^10200004^Liver~^^~",
        "T-D0050^Tissue^SRT",
        "(SRT^T-62000^Liver)",
    ] {
        assert_eq!(found("", words, Role::Words), vec![], "{words}");
    }
}

#[test]
fn numbers_of_patients() {
    for (words, number) in [
        ("MRN 4471203", "4471203"),
        ("MRN: 44-712", "44-712"),
        ("Pat.-Nr. 0123456", "0123456"),
        ("patient_id=778899", "778899"),
        ("Fallnummer 12345678", "12345678"),
        ("Acc#98765", "98765"),
        ("Patient 0012345", "0012345"),
    ] {
        high(words, Rule::PatientId, number);
    }
    for words in ["case_000123", "acc: 0.98765", "id 12", "patient 12", "Patient-007", "ID00042"] {
        clean(words);
    }
    let name = found("", "8839201.nii.gz", Role::Name);
    assert_eq!(name, [(Rule::Number, Class::Medium, "8839201".to_owned())]);
}

#[test]
fn dates() {
    for (words, date) in [
        ("20210304", "20210304"),
        ("20210304T101112", "20210304"),
        ("at 2021-03-04", "2021-03-04"),
        ("4.3.2021", "4.3.2021"),
        ("03/04/2021", "03/04/2021"),
        ("4 March 2021", "4 March 2021"),
        ("4. März 2021", "4. März 2021"),
        ("Mar 4th, 2021", "Mar 4th, 2021"),
        ("04-Mar-2021", "04-Mar-2021"),
        ("2021_03_04", "2021_03_04"),
        ("4 de marzo de 2021", "4 de marzo de 2021"),
    ] {
        medium(words, Rule::Date, date);
    }
    for words in [
        "2021",
        "20211304",
        "31.2.2021",
        "1.2.2021.7",
        "0.20210304",
        "12.3.4",
        "2021-2022",
        "9.1.20",
        "deadbeef20210304deadbeef",
    ] {
        assert_eq!(found("", words, Role::Words), vec![], "{words}");
    }
    high("born 7.9.1980.3mf", Rule::BirthDate, "7.9.1980");
    high("geb. 4.3.57", Rule::BirthDate, "4.3.57");
    high("DOB: 1957-03-04", Rule::BirthDate, "1957-03-04");
    high("born in Essen on 4 March 1957", Rule::BirthDate, "4 March 1957");
}

#[test]
fn a_date_beside_a_name_is_of_a_person() {
    let found = found("", "Zblewski^Quorra 20210304", Role::Words);
    assert_eq!(found[1], (Rule::PatientDate, Class::High, "20210304".to_owned()));
}

#[test]
fn addresses_and_numbers_of_all_kinds() {
    high("anna.z@uni-essen.de", Rule::Email, "anna.z@uni-essen.de");
    high("anna.z@uni-essen.de.3mf", Rule::Email, "anna.z@uni-essen.de");
    high("+49 531 1124387.3mf", Rule::Phone, "+49 531 1124387");
    high("+49 201 723-4567", Rule::Phone, "+49 201 723-4567");
    high("(555) 123-4567", Rule::Phone, "(555) 123-4567");
    high("Tel.: 0201 7234567", Rule::Phone, "0201 7234567");
    high("0201/7234567", Rule::Phone, "0201/7234567");
    high("123-45-6789", Rule::InsuranceNumber, "123-45-6789");
    high("KVNR A123456789", Rule::InsuranceNumber, "A123456789");
    high("65 170839 J 008", Rule::InsuranceNumber, "65 170839 J 008");
    high("QQ 12 34 56 C", Rule::InsuranceNumber, "QQ 12 34 56 C");
    high("11010519491231002X", Rule::InsuranceNumber, "11010519491231002X");
    high("DE89 3704 0044 0532 0130 00", Rule::InsuranceNumber, "DE89 3704 0044 0532 0130 00");
    high("221B Baker Street", Rule::Address, "221B Baker Street");
    high("Hufelandstraße 55", Rule::Address, "Hufelandstraße 55");
    high("12 rue de la Paix", Rule::Address, "12 rue de la Paix");
    high("Springfield, IL 62704", Rule::Address, "Springfield, IL 62704");
    high("/home/anna/x.nii", Rule::PersonName, "anna");
    high("C:\\Users\\jsmith\\x.nii", Rule::PersonName, "jsmith");
    medium("/home/qzrt7/x.nii", Rule::UserPath, "qzrt7");
    medium("10.20.30.40", Rule::IpAddress, "10.20.30.40");
    medium("https://pacs.example.de/x?y", Rule::WebAddress, "https://pacs.example.de");
    medium("1.2.826.0.1.3680043.8.498.1", Rule::Uid, "1.2.826.0.1.3680043.8.498.1");
    medium("00:1A:2B:3C:4D:5E", Rule::Device, "00:1A:2B:3C:4D:5E");
    medium("Klinikum Zwickau", Rule::Institution, "Klinikum Zwickau");
    medium("a 93-year-old", Rule::Age, "93");
    medium("streng vertraulich", Rule::PrivateWord, "vertraulich");
    for words in [
        "1.2.840.10008.1.2.1",
        "127.0.0.1",
        "http://www.w3.org/2000/svg",
        "/home/user/x",
        "C:\\Users\\Public",
        "f 123 456 7890",
        "git@github.com:a/b",
        "1.10.0.2",
        "String 5",
        "89 years",
    ] {
        clean(words);
    }
}

#[test]
fn keys_say_what_their_values_are() {
    const HIGH: Class = Class::High;
    const MEDIUM: Class = Class::Medium;
    keyed("PatientName", "Zblewski Quorra", &[(Rule::PersonName, HIGH)]);
    keyed("PatientName", "JANCT000", &[(Rule::PatientId, MEDIUM)]);
    keyed("PatientID", "77654033", &[(Rule::PatientId, HIGH)]);
    keyed("PatientID", "LIDC-IDRI-0314", &[(Rule::PatientId, MEDIUM)]);
    keyed("PatientBirthDate", "19570304", &[(Rule::BirthDate, HIGH)]);
    keyed("StudyDate", "20210304", &[(Rule::Date, MEDIUM)]);
    keyed("DeviceSerialNumber", "A1234", &[(Rule::Device, MEDIUM)]);
    keyed("InstitutionName", "St. Elsewhere", &[(Rule::Institution, MEDIUM)]);
    keyed("BurnedInAnnotation", "YES", &[(Rule::BurnedIn, HIGH)]);
    keyed("PatientAge", "093Y", &[(Rule::Age, MEDIUM)]);
    keyed("Authors", "Anna Kowalska", &[(Rule::Author, MEDIUM)]);
    for (key, value) in [
        ("PatientName", "Anonymous"),
        ("PatientName", "^^^^"),
        ("PatientID", "0000"),
        ("PatientAge", "060Y"),
        ("BurnedInAnnotation", "NO"),
        ("PatientBirthDate", ""),
        ("AccessionNumber", "2"),
        ("id", "{2E142A2C-CD16-42D6-873A-C26D2A0506FA}"),
        ("name", "left kidney"),
        ("id", "10200004"),
    ] {
        if key == "id" && value == "10200004" {
            keyed(key, value, &[(Rule::Number, MEDIUM)]);
        } else {
            keyed(key, value, &[]);
        }
    }
}

#[test]
fn any_text_is_judged_without_a_fault() {
    // Marks that the rules look for, in every neighbourhood of two others.
    let marks = [
        "^", "@", "://", "www.", "/home/", "\\", "+", "(", ")", "0", "2021", "04", "-", ".", "_",
        ",", " ", "ß", "é", "’s", "Anna", "Dr", "geb", "MRN", "ü", "Street", "DE", "X", "\u{301}",
        "日本", "'", ":", "#", "%20",
    ];
    for a in marks {
        for b in marks {
            for c in marks {
                for role in [Role::Words, Role::Name, Role::Noise] {
                    let words = [a, b, c, a, c, b].concat();
                    let _ = found("", &words, role);
                }
            }
        }
    }
}

#[test]
fn long_texts_of_one_thing_take_no_longer_than_others() {
    for part in [
        "1.",
        "1-",
        "1 ",
        "a@",
        "www.",
        "id ",
        "tel:",
        "address: ",
        "^",
        "ab^",
        "Dr ",
        "Anna ",
        "(1",
        "+1 ",
        "/home/",
        "a:",
        "ü",
        "mar 1 ",
        "Street ",
        "geb. ",
        "1/",
        "DE1",
        "1,",
        "://",
    ] {
        let seconds = |n_bytes: usize| {
            let begin = std::time::Instant::now();
            found("", &part.repeat(n_bytes / part.len()), Role::Words);
            begin.elapsed().as_secs_f64()
        };
        // Eight times as long: 8 times the time, or 64 if it grew with the square.
        let [short, long] = [8 << 10, 64 << 10].map(seconds);
        assert!(long < 30.0 * short + 0.2, "{part}: {short} s, {long} s");
    }
}
