//! Data sets made by hand, sound and hostile.

use super::writer::Elements;
use super::*;

/// A file of this transfer syntax whose body is `body`.
fn file(syntax: &str, body: &[u8]) -> Vec<u8> {
    let mut meta = Elements::default();
    meta.text(tags::MEDIA_STORAGE_CLASS, *b"UI", SEGMENTATION);
    meta.text(tags::TRANSFER_SYNTAX, *b"UI", syntax);
    [&[0; 128], b"DICM".as_slice(), &meta.into_bytes(), body].concat()
}

const EXPLICIT: &str = "1.2.840.10008.1.2.1";
const IMPLICIT: &str = "1.2.840.10008.1.2";
const BIG: &str = "1.2.840.10008.1.2.2";

fn refusal(bytes: &[u8]) -> String {
    DataSet::read(bytes, &Limits::DEFAULT).map(|_| ()).unwrap_err().to_string()
}

/// Depth, tag and value of all elements but those of the first group.
fn walked(bytes: &[u8]) -> Vec<(usize, u32, Vec<u8>)> {
    let data_set = DataSet::read(bytes, &Limits::DEFAULT).unwrap();
    let body = data_set.walk().filter(|element| element.tag >> 16 != 2);
    body.map(|element| (element.depth, element.tag, element.value.to_vec())).collect()
}

/// An element of implicit syntax.
fn implicit(tag: u32, length: u32, value: &[u8]) -> Vec<u8> {
    let [group, element] = [(tag >> 16) as u16, tag as u16].map(u16::to_le_bytes);
    [&group, &element, length.to_le_bytes().as_slice(), value].concat()
}

fn explicit(tag: u32, vr: &[u8; 2], length: u32, value: &[u8]) -> Vec<u8> {
    let [group, element] = [(tag >> 16) as u16, tag as u16].map(u16::to_le_bytes);
    [&group, &element, vr.as_slice(), &[0; 2], &length.to_le_bytes(), value].concat()
}

#[test]
fn nested_sequences_are_the_same_with_and_without_lengths() {
    let inner = implicit(tags::CODE_VALUE, 2, b"X ");
    let end = implicit(tags::SEQUENCE_END, 0, b"");
    let item_end = implicit(tags::ITEM_END, 0, b"");
    let with = implicit(tags::CATEGORY, 18, &implicit(tags::ITEM, 10, &inner));
    let open_item = [implicit(tags::ITEM, u32::MAX, &inner), item_end].concat();
    let without = [implicit(tags::CATEGORY, u32::MAX, &open_item), end].concat();
    let expected = vec![
        (0, tags::CATEGORY, vec![]),
        (1, tags::ITEM, vec![]),
        (2, tags::CODE_VALUE, b"X ".to_vec()),
    ];
    assert_eq!(walked(&file(IMPLICIT, &with)), expected);
    assert_eq!(walked(&file(IMPLICIT, &without)), expected);
    // Explicit syntax keeps what it does not know in implicit syntax.
    let unknown = explicit(tags::CATEGORY, b"UN", 18, &implicit(tags::ITEM, 10, &inner));
    assert_eq!(walked(&file(EXPLICIT, &unknown)), expected);
}

#[test]
fn a_deflated_file_is_its_inflated_bytes() {
    use std::io::Write;
    let body = implicit(tags::SAMPLES, u32::from_le_bytes(*b"US\x02\0"), &[1, 0]);
    let mut packed = flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::best());
    packed.write_all(&body).unwrap();
    let packed = packed.finish().unwrap();
    let bytes = file("1.2.840.10008.1.2.1.99", &packed);
    assert_eq!(walked(&bytes), walked(&file(EXPLICIT, &body)));
    let cut = refusal(&bytes[..bytes.len() - 2]);
    assert!(cut.contains("cut short"), "{cut}");
    let mut bomb = flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::best());
    bomb.write_all(&vec![0; 4 << 20]).unwrap();
    let bomb = file("1.2.840.10008.1.2.1.99", &bomb.finish().unwrap());
    let limits = Limits { bytes: 1 << 20, ..Limits::DEFAULT };
    let refusal = DataSet::read(&bomb, &limits).unwrap_err().to_string();
    assert_eq!(refusal, "more than 1048576 bytes when unpacked");
}

#[test]
fn the_first_group_may_come_without_a_preamble() {
    let sound = file(EXPLICIT, b"");
    let mut meta = Elements::default();
    meta.bytes(tags::META_VERSION, *b"OB", &[0, 1]);
    let bare = [&meta.into_bytes(), &sound[132..]].concat();
    assert!(DataSet::read(&bare, &Limits::DEFAULT).is_ok());
    assert_eq!(kind(&bare), Some(Kind::Segmentation));
    // `DICM` alone, and no preamble before it.
    assert_eq!(refusal(&sound[128..]), "not a DICOM file: no `DICM` at byte 128");
    assert_eq!(refusal(b""), "the file is empty");
}

#[test]
fn lengths_that_lie_are_refused() {
    let check = |syntax: &str, body: &[u8], expected: &str| {
        let refusal = refusal(&file(syntax, body));
        assert!(refusal.contains(expected), "{refusal}");
    };
    check(IMPLICIT, &implicit(tags::ROWS, 0xffff_fff0, b"12"), "claims 4294967280 bytes where 2");
    check(IMPLICIT, &implicit(tags::ROWS, 0xffff_fff0, b""), "claims");
    check(IMPLICIT, &implicit(tags::CATEGORY, u32::MAX, b""), "does not end where it says");
    check(EXPLICIT, &explicit(tags::CATEGORY, b"SQ", 100, b""), "claims 100 bytes where 0");
    check(
        EXPLICIT,
        &explicit(tags::CATEGORY, b"OB", u32::MAX, b""),
        "no length and is no sequence",
    );
    check(EXPLICIT, &explicit(tags::CATEGORY, b"??", 0, b""), "unknown type `??`");
    check(EXPLICIT, &explicit(tags::PIXELS, b"OW", 3, b"12"), "claims 3 bytes");
    let item_too_long = implicit(tags::CATEGORY, 8, &implicit(tags::ITEM, 2, b"12"));
    check(EXPLICIT, &explicit(tags::CATEGORY, b"SQ", 8, &item_too_long[8..]), "claims 2 bytes");
    check(IMPLICIT, &implicit(tags::SEQUENCE_END, 0, b""), "where an element should be");
    check(IMPLICIT, &implicit(tags::ITEM_END, 0, b""), "ends nothing");
    check(IMPLICIT, b"\x28", "ends inside of an element");
}

#[test]
fn zeros_may_follow_the_last_element() {
    let element = implicit(tags::ROWS, 2, &[0; 2]);
    for n_zeros in [0, 1, 7, 8, 600] {
        let body = [element.clone(), vec![0; n_zeros]].concat();
        assert_eq!(walked(&file(IMPLICIT, &body)).len(), 1, "{n_zeros}");
    }
    let after = [element, vec![0; 8], implicit(tags::COLUMNS, 2, &[0, 1])].concat();
    assert_eq!(walked(&file(IMPLICIT, &after)).len(), 3);
}

#[test]
fn the_length_of_the_first_group_is_not_believed() {
    let mut meta = Elements::default();
    meta.long_words(tags::META_LENGTH, &[0xffff_fff0]);
    let mut bytes = file(EXPLICIT, &[]);
    bytes.splice(132..132, meta.into_bytes());
    assert!(DataSet::read(&bytes, &Limits::DEFAULT).is_ok());
}

/// `n` sequences in each other, none with an end.
fn nested(n: usize) -> Vec<u8> {
    let level = [implicit(tags::CATEGORY, u32::MAX, b""), implicit(tags::ITEM, u32::MAX, b"")];
    file(IMPLICIT, &level.concat().repeat(n))
}

#[test]
fn sequences_nest_up_to_the_limit() {
    let of = |n: usize| {
        let limits = Limits { depth: 3, ..Limits::DEFAULT };
        DataSet::read(&nested(n), &limits).map(|_| ()).unwrap_err().to_string()
    };
    assert!(of(2).contains("does not end"));
    assert!(of(3).contains("does not end"));
    assert_eq!(of(4), "more than 3 sequences in each other");
    assert_eq!(refusal(&nested(100_000)), "more than 32 sequences in each other");
    // Even without a limit they take no stack.
    let boundless = Limits { depth: usize::MAX, ..Limits::DEFAULT };
    assert!(DataSet::read(&nested(100_000), &boundless).is_err());
}

#[test]
fn compressed_pixels_are_walked_and_refused_by_their_name() {
    let fragments = [
        explicit(tags::PIXELS, b"OB", u32::MAX, b""),
        implicit(tags::ITEM, 0, b""),
        implicit(tags::ITEM, 4, b"\xfe\xff\0\xe0"),
        implicit(tags::SEQUENCE_END, 0, b""),
    ];
    let bytes = file("1.2.840.10008.1.2.5", &fragments.concat());
    assert_eq!(walked(&bytes).len(), 3);
    let data_set = DataSet::read(&bytes, &Limits::DEFAULT).unwrap();
    let refusal = data_set.check_native().unwrap_err().to_string();
    assert!(refusal.starts_with("DICOM with RLE pixels: unpack them first"), "{refusal}");
}

#[test]
fn private_sequences_are_stepped_over() {
    let private = 0x0029_1010;
    let body = explicit(private, b"SQ", 4, b"junk");
    assert_eq!(walked(&file(EXPLICIT, &body)), [(0, private, b"junk".to_vec())]);
}

#[test]
fn numbers_come_in_either_byte_order() {
    let body = [b"\0\x28\0\x10US\0\x02\x01\x02".as_slice(), b"\0\x28\0\x11US\0\x02\0\x03"].concat();
    let bytes = file(BIG, &body);
    let data_set = DataSet::read(&bytes, &Limits::DEFAULT).unwrap();
    assert_eq!(data_set.root().word(tags::ROWS).unwrap(), 0x102);
    assert_eq!(data_set.root().word(tags::COLUMNS).unwrap(), 3);
    assert!(data_set.root().word(tags::SAMPLES).is_err());
}

#[test]
fn numbers_in_text_have_their_limits() {
    let of = |text: &str| {
        let mut body = Elements::default();
        body.text(tags::FRAMES, *b"IS", text);
        let bytes = file(EXPLICIT, &body.into_bytes());
        let limits = Limits { number: 5, ..Limits::DEFAULT };
        DataSet::read(&bytes, &limits)
            .unwrap()
            .root()
            .integer(tags::FRAMES)
            .map_err(|e| e.to_string())
    };
    assert_eq!(of("1234"), Ok(Some(1234)));
    assert_eq!(of("12345 "), Ok(Some(12345)));
    assert_eq!(of("123456"), Err("more than 5 characters in one number".to_owned()));
    assert_eq!(of(""), Ok(None));
    for text in ["nan", "inf", "1e999", "1\\2", "x", "1.5", "1,5", "0x1"] {
        assert!(of(text).is_err(), "{text}");
    }
}
