//! People who do not exist, and what may be written about them.

/// Numbers that look random and are the same in every run (Steele et al., 2014, `SplitMix64`).
pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    pub(crate) fn below(&mut self, n: u64) -> u64 {
        self.next() % n
    }

    pub(crate) fn pick<'a, T: ?Sized>(&mut self, all: &[&'a T]) -> &'a T {
        all[self.below(all.len() as u64) as usize]
    }

    pub(crate) fn digits(&mut self, n: usize) -> String {
        let first = 1 + self.below(9);
        let rest: String = (1..n).map(|_| char::from(b'0' + self.below(10) as u8)).collect();
        format!("{first}{rest}")
    }
}

const GIVEN: [&str; 60] = [
    "Anna",
    "Hans",
    "Maria",
    "John",
    "Sarah",
    "Thomas",
    "Ayşe",
    "Mehmet",
    "Katarzyna",
    "Piotr",
    "Juan",
    "Carmen",
    "Pierre",
    "Amélie",
    "Fatima",
    "Ahmed",
    "Priya",
    "Rahul",
    "Giulia",
    "Marco",
    "Jürgen",
    "Ursula",
    "Olga",
    "Sergei",
    "Elizabeth",
    "Michael",
    "Jennifer",
    "Robert",
    "Stefanie",
    "Wolfgang",
    "Lucía",
    "Diego",
    "Camille",
    "Emre",
    "Zeynep",
    "Tomasz",
    "Magdalena",
    "Youssef",
    "Khadija",
    "Suresh",
    "Anjali",
    "Lars",
    "Astrid",
    "Dimitrios",
    "Nikolai",
    "Svetlana",
    "Hiroshi",
    "Keiko",
    "Kwame",
    "Ngozi",
    "Francesca",
    "Antonio",
    "Beatriz",
    "Guillermo",
    "Sabine",
    "Detlef",
    "Heike",
    "Patrick",
    "Rebecca",
    "Christopher",
];

const FAMILY: [&str; 60] = [
    "Müller",
    "Schmidt",
    "Smith",
    "Johnson",
    "Kowalski",
    "Nowak",
    "García",
    "Rodríguez",
    "Dubois",
    "Lefebvre",
    "Yılmaz",
    "Demir",
    "Hussain",
    "Mahmoud",
    "Sharma",
    "Patel",
    "Rossi",
    "Ferrari",
    "Schäfer",
    "Hoffmann",
    "Ivanov",
    "Petrova",
    "Williams",
    "Taylor",
    "Wagner",
    "Becker",
    "Fernández",
    "González",
    "Moreau",
    "Girard",
    "Öztürk",
    "Çelik",
    "Wiśniewski",
    "Zieliński",
    "Ibrahim",
    "Khan",
    "Gupta",
    "Reddy",
    "Bianchi",
    "Esposito",
    "Johansson",
    "Nielsen",
    "Papadopoulos",
    "Smirnov",
    "Kuznetsova",
    "Tanaka",
    "Watanabe",
    "Mensah",
    "Okafor",
    "Martínez",
    "Pereira",
    "Oliveira",
    "Zimmermann",
    "Krüger",
    "Schneider",
    "Murphy",
    "Anderson",
    "Thompson",
    "Nguyen",
    "Chen",
];

/// Syllables of names that no list has.
const FIRSTS: [&str; 16] = [
    "Zbl", "Qu", "Tvr", "Brox", "Vlim", "Drez", "Fjor", "Grum", "Hvel", "Jasp", "Krem", "Lud",
    "Mox", "Nyv", "Pfor", "Szem",
];
const MIDDLES: [&str; 8] = ["ew", "or", "an", "il", "ub", "eq", "ov", "ath"];
const LASTS: [&str; 10] =
    ["ski", "ra", "doch", "kins", "ber", "witz", "oux", "ella", "gard", "tham"];

pub(crate) struct Person {
    pub(crate) given: String,
    pub(crate) family: String,
    pub(crate) day: u64,
    pub(crate) month: u64,
    pub(crate) year: u64,
}

impl Person {
    /// Somebody with an everyday name.
    pub(crate) fn common(random: &mut Random) -> Self {
        let [given, family] =
            [&GIVEN, &FAMILY].map(|names| random.pick(names.as_slice()).to_owned());
        Self::named(given, family, random)
    }

    /// Somebody whose name is in no list.
    pub(crate) fn rare(random: &mut Random) -> Self {
        let mut name =
            || [random.pick(&FIRSTS), random.pick(&MIDDLES), random.pick(&LASTS)].concat();
        let [given, family] = [name(), name()];
        Self::named(given, family, random)
    }

    fn named(given: String, family: String, random: &mut Random) -> Self {
        let [day, month, year] =
            [1 + random.below(28), 1 + random.below(12), 1925 + random.below(95)];
        Self { given, family, day, month, year }
    }

    /// A date of theirs in one of the ways in which people write dates.
    pub(crate) fn date(&self, random: &mut Random) -> String {
        const MONTHS: [&str; 12] = [
            "January",
            "February",
            "March",
            "April",
            "May",
            "June",
            "July",
            "August",
            "September",
            "October",
            "November",
            "December",
        ];
        let Self { day, month, year, .. } = self;
        let name = MONTHS[*month as usize - 1];
        match random.below(9) {
            0 => format!("{year}{month:02}{day:02}"),
            1 => format!("{year}-{month:02}-{day:02}"),
            2 => format!("{day:02}.{month:02}.{year}"),
            3 => format!("{day}.{month}.{year}"),
            4 => format!("{month:02}/{day:02}/{year}"),
            5 => format!("{day} {name} {year}"),
            6 => format!("{name} {day}, {year}"),
            7 => format!("{day:02}-{}-{year}", &name[..3]),
            _ => format!("{year}/{month:02}/{day:02}"),
        }
    }

    pub(crate) fn dicom_date(&self) -> String {
        format!("{}{:02}{:02}", self.year, self.month, self.day)
    }
}

/// A name as file names have it.
pub(crate) fn ascii(name: &str) -> String {
    let letter = |c: char| match c {
        'ä' => "ae".to_owned(),
        'ö' => "oe".to_owned(),
        'ü' => "ue".to_owned(),
        'Ö' => "Oe".to_owned(),
        'é' | 'è' => "e".to_owned(),
        'í' | 'ı' => "i".to_owned(),
        'á' => "a".to_owned(),
        'ş' | 'ś' => "s".to_owned(),
        'ń' => "n".to_owned(),
        'Ç' => "C".to_owned(),
        'ü'.. => "x".to_owned(),
        c => c.to_string(),
    };
    name.chars().map(letter).collect()
}
