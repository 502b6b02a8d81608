//! Short links: addresses within the portal that are too long to be passed on by hand.

use rusqlite::{OptionalExtension, params};

use crate::log::{Entry, Verb};
use crate::write::GivenUp;
use crate::{Catalog, Error, Kind, LinkId, Sha256};

/// Bytes that an address can have.
pub const MAX_ADDRESS: usize = 8000;
/// Addresses that a store keeps.
const MAX_LINKS: u64 = 100_000;

impl Catalog {
    /// Keeps an address for good, and gives the id that is made of it. Whether it is one of the portal's
    /// own is for the caller to say.
    ///
    /// # Errors
    /// It is empty or too long, or the store keeps too many ([`Kind::NotKept`]).
    pub fn shorten(&mut self, address: &str) -> Result<LinkId, Error> {
        if address.is_empty() || address.len() > MAX_ADDRESS {
            let text = format!("an address of 1 to {MAX_ADDRESS} bytes can be shortened");
            return Err(self.not_kept(text));
        }
        let id = LinkId::of(&Sha256::of(address.as_bytes()));
        let (dir, now) = (self.dir().to_owned(), self.clerk.now());
        self.write(|transaction| {
            let refused =
                |text: &str| GivenUp::from(Error::new(&dir, Kind::NotKept(text.to_owned())));
            let there: Option<String> = transaction
                .query_row("SELECT address FROM short_link WHERE id = ?1", [id.as_bytes()], |row| {
                    row.get(0)
                })
                .optional()?;
            match there {
                Some(there) if there == address => return Ok((id, None)),
                Some(_) => return Err(refused("another address has the same short link")),
                None => {}
            }
            let n: u64 =
                transaction.query_row("SELECT count(*) FROM short_link", (), |row| row.get(0))?;
            if n >= MAX_LINKS {
                return Err(refused("this collection keeps no more short links"));
            }
            transaction.execute(
                "INSERT INTO short_link VALUES (?1, ?2, ?3)",
                params![id.as_bytes(), now.unix_seconds(), address],
            )?;
            Ok((id, Some(Entry::new(Verb::Shorten, id.to_string(), ""))))
        })
    }

    /// The address that a short link stands for.
    pub fn long_address(&self, id: LinkId) -> Result<Option<String>, Error> {
        self.read(|db| {
            db.prepare_cached("SELECT address FROM short_link WHERE id = ?1")?
                .query_row([id.as_bytes()], |row| row.get(0))
                .optional()
        })
    }
}
