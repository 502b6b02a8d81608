use std::io::Write;

use super::*;

fn zlib(bytes: &[u8]) -> Vec<u8> {
    let mut packed = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::default());
    packed.write_all(bytes).unwrap();
    packed.finish().unwrap()
}

fn all(mut stream: Stream<'_>, n_bytes: usize) -> Result<Vec<u8>, String> {
    let mut out = vec![0; n_bytes];
    stream.fill_exact(&mut out).and_then(|()| stream.finish()).map_err(|kind| kind.to_string())?;
    Ok(out)
}

fn unzlib(packed: &[u8], n_bytes: usize) -> Result<Vec<u8>, String> {
    let stream = Stream::zlib(Raw::of(packed).unwrap(), &Limits::DEFAULT);
    all(stream.map_err(|kind| kind.to_string())?, n_bytes)
}

#[test]
fn zlib_is_unpacked_and_each_damage_has_its_reason() {
    // Long enough that the sums of the checksum wrap round many times.
    let bytes: Vec<u8> = (0..300_000_u32).map(|n| (n.wrapping_mul(n) >> 7) as u8 | 0x80).collect();
    let sound = zlib(&bytes);
    assert_eq!(unzlib(&sound, bytes.len()).unwrap(), bytes);
    let n = sound.len();
    let changed = |place: usize| {
        let mut packed = sound.clone();
        packed[place] ^= 1;
        unzlib(&packed, bytes.len()).unwrap_err()
    };
    assert_eq!(changed(0), "malformed zlib header");
    assert_eq!(changed(n - 1), "damaged zlib: the checksum does not match");
    let cut = unzlib(&sound[..n / 2], bytes.len()).unwrap_err();
    assert_eq!(cut, "truncated zlib: the file ends inside its compressed data");
    assert_eq!(unzlib(&sound[..n - 2], bytes.len()).unwrap_err(), cut);
    let longer = [&sound[..], b"x"].concat();
    assert_eq!(unzlib(&longer, bytes.len()).unwrap_err(), "garbage after the end of the zlib data");
    assert!(unzlib(&sound, bytes.len() - 1).unwrap_err().starts_with("more bytes"));
    assert!(unzlib(&sound, bytes.len() + 1).unwrap_err().starts_with("truncated"));
}

#[test]
fn numbers_in_words_become_bytes() {
    let check = |text: &str, datatype: Datatype, expected: Result<&[u8], &str>| {
        let raw = Raw::of(text.as_bytes()).unwrap();
        let stream = Stream::numbers(raw, datatype, &Limits::DEFAULT);
        let n_bytes = expected.map_or(datatype.size(), <[u8]>::len);
        match (all(stream, n_bytes), expected) {
            (Ok(found), Ok(expected)) => assert_eq!(found, expected),
            (Err(found), Err(expected)) => assert!(found.contains(expected), "{found}"),
            (found, expected) => panic!("{found:?} is not {expected:?}"),
        }
    };
    check("1 2\n3,\t255 \n", Datatype::U8, Ok(&[1, 2, 3, 255]));
    check("-2", Datatype::I16, Ok(&[0xfe, 0xff]));
    check("1.5", Datatype::F32, Ok(&[0, 0, 0xc0, 0x3f]));
    check("256", Datatype::U8, Err("`256` is no number of its type"));
    check("1.5", Datatype::I32, Err("`1.5` is no number"));
    check("1 2", Datatype::U8, Err("more bytes than its header says"));
    check(" ", Datatype::U8, Err("truncated"));
    check(&"0".repeat(33), Datatype::U8, Err("more than 32 characters in a number"));
}

#[test]
fn hexadecimal_digits_become_bytes() {
    let check = |text: &str, n_bytes: usize| {
        all(Stream::hex(Raw::of(text.as_bytes()).unwrap(), &Limits::DEFAULT), n_bytes)
    };
    assert_eq!(check("00fF\n 1 0\n", 3).unwrap(), [0, 255, 16]);
    assert!(check("00f", 2).unwrap_err().contains("an odd number of digits"));
    assert!(check("0g", 1).unwrap_err().contains("no hexadecimal digit"));
    assert!(check("0011", 1).unwrap_err().starts_with("more bytes"));
}

#[test]
fn a_claim_is_held_against_what_can_come_and_what_is_taken() {
    let small = Limits { bytes: 10, ..Limits::DEFAULT };
    let claim = |n_bytes: u64, limits: &Limits| {
        let mut stream = Stream::plain(Raw::of(&[0; 10]).unwrap(), limits).unwrap();
        stream.expect(n_bytes).map_err(|kind| kind.to_string())
    };
    assert_eq!(claim(9, &small), Ok(()));
    assert_eq!(claim(10, &small), Ok(()));
    assert_eq!(claim(11, &small).unwrap_err(), "more than 10 bytes of voxels");
    let truncated = "truncated: the header claims 11 bytes, the file holds only 10";
    assert_eq!(claim(11, &Limits::DEFAULT).unwrap_err(), truncated);
    assert_eq!(claim(u64::MAX, &small).unwrap_err(), "more than 10 bytes of voxels");
}

#[test]
fn lines_end_with_either_end_and_are_bounded() {
    let mut raw = Raw::of(b"abcd\r\nab\nabcde\n").unwrap();
    assert_eq!(raw.line(5).unwrap().unwrap(), b"abcd");
    assert_eq!(raw.line(2).unwrap().unwrap(), b"ab");
    assert!(raw.line(4).is_err());
    let mut raw = Raw::of(b"abc").unwrap();
    assert_eq!(raw.line(3).unwrap().unwrap(), b"abc");
    assert_eq!(raw.line(3).unwrap(), None);
}
