//! tar: names, links, owners and times of its entries, further fields, and the texts of its files
//! (POSIX.1-2001, pax; GNU's long names).

use super::bytes::Bytes;
use super::teller::Teller;
use super::{contents, key, time};

const BLOCK: u64 = 512;

pub(super) fn tell(bytes: &mut Bytes<'_>, teller: &mut Teller<'_>) {
    let mut walk = Walk::default();
    while let Some(header) = bytes.array::<512>() {
        // Zeros end an archive, but more may follow.
        if header.iter().any(|&byte| byte != 0) {
            walk.entry(&header, bytes, teller);
        }
    }
    for user in &walk.users {
        teller.say_key("tar owner", key::USER, user);
    }
    for date in &walk.dates {
        teller.say_key("tar times", key::TIME, date.as_bytes());
    }
    if let Some(owner) = &walk.owner {
        teller.say_key("tar owner", key::OWNER, owner.as_bytes());
    }
}

/// What is told once for all entries, each kind a few times.
#[derive(Default)]
struct Walk {
    n_entries: usize,
    users: Vec<Vec<u8>>,
    dates: Vec<String>,
    owner: Option<String>,
    long_name: Option<Vec<u8>>,
}

const MOST_OF_A_KIND: usize = 3;

impl Walk {
    fn entry(&mut self, header: &[u8; 512], bytes: &mut Bytes<'_>, teller: &mut Teller<'_>) {
        let kind = header[156];
        let size = number(&header[124..136]);
        if matches!(kind, b'x' | b'g' | b'L' | b'K') {
            return self.further_fields(kind, size, bytes, teller);
        }
        self.n_entries += 1;
        let place = format!("tar entry {}", self.n_entries);
        let short_name = text(&header[..100]);
        let name = self.long_name.take().unwrap_or_else(|| short_name.to_vec());
        teller.say_name(&format!("{place}, its name"), &name);
        teller.say_name(&format!("{place}, its link"), text(&header[157..257]));
        if &header[257..262] == b"ustar" {
            teller.say_name(&format!("{place}, its folder"), text(&header[345..500]));
            self.note_users([text(&header[265..297]), text(&header[297..329])]);
        }
        self.note(number(&header[108..116]), number(&header[136..148]));
        let is_file = matches!(kind, b'0' | b'7' | 0);
        // Links, devices and folders have no bytes, whatever their size says.
        let has_bytes = !matches!(kind, b'1'..=b'6');
        if is_file && size > 0 && teller.may_enter() {
            self.tell_file(&name, size, &place, bytes, teller);
        } else if has_bytes {
            bytes.skip(padded(size));
        }
    }

    fn tell_file(
        &self,
        name: &[u8],
        size: u64,
        place: &str,
        bytes: &mut Bytes<'_>,
        teller: &mut Teller<'_>,
    ) {
        let name = String::from_utf8_lossy(name).to_lowercase();
        let mut file = bytes.part(size);
        teller.inside(place, |teller| contents(&mut file, &name, teller));
        file.skip(u64::MAX);
        drop(file);
        bytes.skip(padded(size) - size);
    }

    /// Fields of the next entry, or of all that follow: `27 path=a/long/name`.
    fn further_fields(
        &mut self,
        kind: u8,
        size: u64,
        bytes: &mut Bytes<'_>,
        teller: &mut Teller<'_>,
    ) {
        let n_kept = size.min(teller.limits.string as u64);
        let fields = bytes.take(n_kept as usize);
        bytes.skip(padded(size) - n_kept);
        if matches!(kind, b'L' | b'K') {
            teller.say_name("tar long name", text(&fields));
            if kind == b'L' {
                self.long_name = Some(text(&fields).to_vec());
            }
            return;
        }
        for field in fields.split(|&byte| byte == b'\n') {
            self.further_field(field, teller);
        }
    }

    fn further_field(&mut self, field: &[u8], teller: &mut Teller<'_>) {
        let Some(equals) = field.iter().position(|&byte| byte == b'=') else { return };
        let (name, value) = (&field[..equals], &field[equals + 1..]);
        let name = name.iter().rposition(|&b| b == b' ').map_or(name, |blank| &name[blank + 1..]);
        match name {
            b"path" => {
                teller.say_name("tar long name", value);
                self.long_name = Some(value.to_vec());
            }
            b"linkpath" => teller.say_name("tar long name", value),
            b"uname" | b"gname" => self.note_users([value, b""]),
            b"mtime" | b"atime" | b"ctime" | b"size" | b"uid" | b"gid" => {}
            _ => teller.say_key("tar field", &String::from_utf8_lossy(name), value),
        }
    }

    fn note(&mut self, user: u64, seconds: u64) {
        if let Some(date) = time::unix(seconds)
            && self.dates.len() < MOST_OF_A_KIND
            && !self.dates.contains(&date)
        {
            self.dates.push(date);
        }
        if user != 0 && user != 65_534 && self.owner.is_none() {
            self.owner = Some(format!("user {user}"));
        }
    }

    fn note_users(&mut self, users: [&[u8]; 2]) {
        for user in users {
            let is_new = !user.is_empty() && self.users.iter().all(|known| known != user);
            // Everyone who packed something is told: each may be a name.
            if is_new && self.users.len() < 100 * MOST_OF_A_KIND {
                self.users.push(user.to_vec());
            }
        }
    }
}

/// A size with what fills its last block.
fn padded(size: u64) -> u64 {
    size.checked_next_multiple_of(BLOCK).unwrap_or(u64::MAX)
}

/// A field up to its first zero.
fn text(field: &[u8]) -> &[u8] {
    field.split(|&byte| byte == 0).next().unwrap_or_default()
}

/// An octal number; GNU's binary ones are taken for what they are; 0 for nonsense.
fn number(field: &[u8]) -> u64 {
    if field[0] & 0x80 != 0 {
        let low = &field[field.len() - 8..];
        return low.iter().fold(0, |number, &byte| number << 8 | u64::from(byte)) & (u64::MAX >> 1);
    }
    let is_digit = |byte: &&u8| matches!(byte, b'0'..=b'7');
    let digits = field.iter().skip_while(|&&byte| byte == b' ').take_while(is_digit);
    digits.fold(0, |number, &digit| number << 3 | u64::from(digit - b'0'))
}
