//! What is planted into files, and where it must be found.

use crate::privacy::people::{Person, Random, ascii};
use medshape::privacy::Class;

/// Something that a scan has to find.
#[derive(Debug, Clone)]
pub(crate) struct Plant {
    pub(crate) class: Class,
    /// What the place of the finding begins with.
    pub(crate) place: String,
    /// What the finding has to show, or a part of it.
    pub(crate) core: String,
}

/// Plants one after another.
pub(crate) struct Planter {
    pub(crate) random: Random,
    pub(crate) plants: Vec<Plant>,
    n_free: usize,
    n_medium: usize,
}

impl Planter {
    pub(crate) fn new(seed: u64) -> Self {
        Self {
            random: Random::new(seed),
            plants: Vec::new(),
            n_free: seed as usize,
            n_medium: seed as usize,
        }
    }

    fn plant(&mut self, class: Class, place: &str, core: &str) {
        self.plants.push(Plant { class, place: place.to_owned(), core: core.to_owned() });
    }

    /// A value that is high because of where it stands.
    pub(crate) fn value(&mut self, place: &str, core: String) -> String {
        self.plant(Class::High, place, &core);
        core
    }

    /// A value that is medium because of where it stands.
    pub(crate) fn medium_value(&mut self, place: &str, core: String) -> String {
        self.plant(Class::Medium, place, &core);
        core
    }

    /// Words of at most `most` bytes that say who somebody is; each call says it in another way.
    pub(crate) fn high(&mut self, place: &str, most: usize) -> String {
        loop {
            self.n_free += 1;
            let [text, core] = self.sentence(self.n_free);
            if text.len() <= most {
                self.plant(Class::High, place, &core);
                return text;
            }
        }
    }

    /// The same as a name of a file.
    pub(crate) fn high_name(&mut self, place: &str) -> String {
        loop {
            self.n_free += 1;
            let [text, core] = self.sentence(self.n_free);
            if !text.contains(['/', ':', '#']) {
                self.plant(Class::High, place, &core);
                return text;
            }
        }
    }

    /// The words around, and what of them is to be found.
    fn sentence(&mut self, way: usize) -> [String; 2] {
        let random = &mut self.random;
        let common = Person::common(random);
        let rare = Person::rare(random);
        let date = common.date(random);
        let number = random.digits(7);
        let around = |before: &str, core: String| [format!("{before}{core}"), core];
        match way % 28 {
            0 => {
                around("", format!("{}^{}", rare.family.to_uppercase(), rare.given.to_uppercase()))
            }
            1 => around("scan of ", format!("{}^{}", rare.family, rare.given)),
            2 => around("seen by Dr. ", rare.family),
            3 => around("Mrs ", rare.family),
            4 => around("Herr ", rare.family),
            5 => around("", format!("{} {}", common.given, common.family)),
            6 => around("case of ", format!("{}, {}", common.family, common.given)),
            7 => around(
                "",
                format!(
                    "{}_{}",
                    ascii(&common.given).to_lowercase(),
                    ascii(&common.family).to_lowercase()
                ),
            ),
            8 => around("", format!("{}{}", ascii(&common.family), ascii(&common.given))),
            9 => around("MRN ", number),
            10 => around("MRN: ", number),
            11 => around("Pat.-Nr. ", number),
            12 => around("Fallnummer: ", number),
            13 => around("Acc#", number),
            14 => around("patient id = ", number),
            15 => around("geb. ", date),
            16 => around("DOB: ", date),
            17 => around("born ", date),
            18 => {
                around("", format!("{}@{}-klinik.de", ascii(&rare.family).to_lowercase(), "nord"))
            }
            19 => around("Tel. ", format!("0{} {}", random.digits(3), random.digits(7))),
            20 => around("", format!("+49 {} {}", random.digits(3), random.digits(7))),
            21 => around(
                "call ",
                format!("({}) {}-{}", random.digits(3), random.digits(3), random.digits(4)),
            ),
            22 => around(
                "",
                format!("{}-{}-{}", random.digits(3), random.digits(2), random.digits(4)),
            ),
            23 => around("Versichertennummer A", random.digits(9)),
            24 => around("", format!("{} {} Street", random.digits(2), rare.family)),
            25 => around("", format!("{}straße {}", rare.family, random.digits(2))),
            26 => {
                let user = ascii(&common.given).to_lowercase();
                [format!("/home/{user}/x.nii"), user]
            }
            _ => around("Patient: ", format!("{} {}", rare.given, rare.family)),
        }
    }

    /// Words that narrow down who somebody is.
    pub(crate) fn medium(&mut self, place: &str) -> String {
        self.n_medium += 1;
        let random = &mut self.random;
        let person = Person::rare(random);
        let [text, core] = match self.n_medium % 8 {
            0 => {
                let date = person.date(random);
                [format!("acquired {date}"), date]
            }
            1 => {
                let uid = format!("1.2.826.0.1.3680043.{}.{}", random.digits(4), random.digits(9));
                [uid.clone(), uid]
            }
            2 => {
                let name = format!("{} Hospital", person.family);
                [format!("made at {name}"), name]
            }
            3 => {
                let number = random.digits(6);
                [format!("serial number {number}"), number]
            }
            4 => {
                let address = format!(
                    "10.{}.{}.{}",
                    20 + random.below(200),
                    random.below(255),
                    random.below(255)
                );
                [format!("sent by {address}"), address]
            }
            5 => [
                "https://pacs.klinik-nord.de/x".to_owned(),
                "https://pacs.klinik-nord.de".to_owned(),
            ],
            6 => ["aged 93".to_owned(), "93".to_owned()],
            _ => ["/home/qzrt7/scan".to_owned(), "qzrt7".to_owned()],
        };
        self.plant(Class::Medium, place, &core);
        text
    }
}
