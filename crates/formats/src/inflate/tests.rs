use flate2::{Compress, Compression, Decompress, FlushCompress, FlushDecompress, Status};
use proptest::collection::vec;
use proptest::prelude::*;

use super::{Damaged, Inflate, in_pieces};

mod streams;

use streams::{Block, Token, blocks, fixed, stored, stream};

/// What zlib-rs makes of a stream: its bytes and how many were used up, or nothing.
fn by_zlib(packed: &[u8]) -> Option<(Vec<u8>, usize)> {
    let mut inflate = Decompress::new(false);
    let mut unpacked = Vec::new();
    let mut buffer = vec![0; 1 << 16];
    loop {
        let (n_read, n_made) = (inflate.total_in() as usize, inflate.total_out() as usize);
        let status =
            inflate.decompress(&packed[n_read..], &mut buffer, FlushDecompress::None).ok()?;
        unpacked.extend_from_slice(&buffer[..inflate.total_out() as usize - n_made]);
        if status == Status::StreamEnd {
            return Some((unpacked, inflate.total_in() as usize));
        }
        if inflate.total_in() as usize == n_read && inflate.total_out() as usize == n_made {
            return None;
        }
    }
}

fn check_like_zlib(packed: &[u8], piece: usize, room: usize) {
    assert_eq!(in_pieces(packed, piece, room), by_zlib(packed), "{packed:x?}");
}

fn check(blocks: &[Block], expected: Option<&[u8]>) {
    let packed = stream(blocks);
    for (piece, room) in [(usize::MAX, 1 << 17), (1, 1), (7, 300), (3, 70_000)] {
        let unpacked = in_pieces(&packed, piece, room);
        assert_eq!(unpacked.as_ref().map(|(bytes, _)| bytes.as_slice()), expected);
        assert_eq!(unpacked, by_zlib(&packed));
    }
}

fn literals(bytes: &[u8]) -> Vec<Token> {
    bytes.iter().map(|&byte| Token::Literal(byte)).collect()
}

fn a_match(length: usize, distance: usize) -> Token {
    Token::Match { length, distance }
}

#[test]
fn blocks_of_each_kind_and_empty_ones_follow_each_other() {
    let abc = literals(b"abc");
    check(&[stored(b"")], Some(b""));
    check(&[fixed(&[])], Some(b""));
    check(&[stored(b""), fixed(&[]), stored(b"xy"), fixed(&abc), stored(b"")], Some(b"xyabc"));
}

#[test]
fn a_match_reaches_back_into_any_block_before() {
    check(&[stored(b"abcd"), fixed(&[a_match(3, 4), a_match(4, 3)])], Some(b"abcdabcabca"));
}

#[test]
fn a_match_of_every_length_repeats_what_is_a_little_way_back() {
    for distance in (1..70).chain([255, 256, 257, 258]) {
        let old: Vec<u8> = (0..distance).map(|n| n as u8 ^ 0x5a).collect();
        let tokens: Vec<Token> = (3..=258).map(|length| a_match(length, distance)).collect();
        let n_bytes = distance + (3..=258).sum::<usize>();
        let expected: Vec<u8> = old.iter().copied().cycle().take(n_bytes).collect();
        check(&[stored(&old), fixed(&tokens)], Some(&expected));
    }
}

#[test]
fn the_window_ends_at_32768() {
    let old: Vec<u8> =
        (0..32_770_u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
    let mut expected = old.clone();
    expected.extend_from_slice(&old[2..260]);
    check(&[stored(&old), fixed(&[a_match(258, 32_768)])], Some(&expected));
}

#[test]
fn a_match_reaches_no_further_back_than_the_first_byte() {
    check(&[fixed(&[a_match(3, 1)])], None);
    check(&[stored(b"abc"), fixed(&[a_match(3, 3)])], Some(b"abcabc"));
    check(&[stored(b"abc"), fixed(&[a_match(3, 4)])], None);
    let old = [7; 32_767];
    check(&[stored(&old), fixed(&[a_match(3, 32_768)])], None);
}

#[test]
fn a_stored_block_whose_length_is_not_confirmed_is_refused() {
    check_like_zlib(&[1, 1, 0, 0xff, 0xff, b'a'], 1, 9);
    assert_eq!(in_pieces(&[1, 1, 0, 0xff, 0xff, b'a'], 1, 9), None);
    assert_eq!(in_pieces(&[1, 1, 0, 0xfe, 0xff, b'a'], 1, 9), Some((b"a".to_vec(), 6)));
}

#[test]
fn nothing_beyond_the_end_is_used_up() {
    for blocks in [[stored(b"abc")], [fixed(&literals(b"abc"))]] {
        let mut packed = stream(&blocks);
        let n_packed = packed.len();
        packed.extend_from_slice(&[0xff; 40]);
        for piece in 1..60 {
            assert_eq!(in_pieces(&packed, piece, 100), Some((b"abc".to_vec(), n_packed)));
        }
    }
}

#[test]
fn another_stream_does_not_see_the_one_before() {
    let mut inflate = Inflate::new();
    let mut out = [0; 16];
    inflate.step(&stream(&[stored(b"abc")]), &mut out).unwrap();
    inflate.reset();
    let reaching_back = stream(&[fixed(&[a_match(3, 3)])]);
    assert_eq!(inflate.step(&reaching_back, &mut out), Err(Damaged));
}

/// Bytes as volumes have them: runs, rows like the one before, and noise.
fn volume() -> impl Strategy<Value = Vec<u8>> {
    let run = (any::<u8>(), 1..600_usize).prop_map(|(byte, n)| vec![byte; n]);
    let noise = vec(any::<u8>(), 1..300);
    let period = (vec(any::<u8>(), 1..40), 1..400_usize)
        .prop_map(|(bytes, n)| bytes.iter().copied().cycle().take(n).collect());
    let far = (any::<u64>(), 1_000..40_000_usize).prop_map(|(seed, n)| {
        let mut state = seed | 1;
        let mut bytes = Vec::with_capacity(n + 500);
        while bytes.len() < n {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            bytes.push((state >> 60) as u8);
        }
        bytes.extend_from_within(..500);
        bytes
    });
    let part = prop_oneof![8 => run, 4 => noise, 4 => period, 1 => far];
    vec(part, 0..30).prop_map(|parts| parts.concat())
}

fn packed(bytes: &[u8], level: u32, flush: FlushCompress) -> Vec<u8> {
    let mut compress = Compress::new(Compression::new(level), false);
    let mut packed = Vec::with_capacity(2 * bytes.len() + 1000);
    let (first, second) = bytes.split_at(bytes.len() / 2);
    compress.compress_vec(first, &mut packed, flush).unwrap();
    compress.compress_vec(second, &mut packed, FlushCompress::Finish).unwrap();
    packed
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn what_zlib_packs_is_unpacked(
        bytes in volume(),
        level in 0..10_u32,
        flush in prop_oneof![Just(FlushCompress::None), Just(FlushCompress::Sync), Just(FlushCompress::Full)],
        piece in 1..5_000_usize,
        room in 1..100_000_usize,
    ) {
        let packed = packed(&bytes, level, flush);
        let n_packed = packed.len();
        prop_assert_eq!(in_pieces(&packed, usize::MAX, 1 << 20), Some((bytes.clone(), n_packed)));
        prop_assert_eq!(in_pieces(&packed, piece, room), Some((bytes, n_packed)));
    }

    #[test]
    fn a_damaged_stream_is_judged_as_by_zlib(
        bytes in volume(),
        level in 0..10_u32,
        flips in vec((any::<prop::sample::Index>(), 0..8_u8), 0..4),
        end in any::<prop::sample::Index>(),
        is_truncated in any::<bool>(),
        piece in 1..5_000_usize,
        room in 1..100_000_usize,
    ) {
        let mut packed = packed(&bytes, level, FlushCompress::None);
        for (place, bit) in flips {
            let place = place.index(packed.len());
            packed[place] ^= 1 << bit;
        }
        if is_truncated {
            packed.truncate(end.index(packed.len()));
        }
        check_like_zlib(&packed, piece, room);
    }

    #[test]
    fn odd_blocks_are_judged_as_by_zlib(
        blocks in blocks(),
        piece in 1..40_usize,
        room in 1..40_000_usize,
    ) {
        let packed = stream(&blocks);
        check_like_zlib(&packed, usize::MAX, 1 << 17);
        check_like_zlib(&packed, piece, room);
    }

    #[test]
    fn any_bytes_are_judged_as_by_zlib(
        packed in vec(any::<u8>(), 0..200),
        piece in 1..40_usize,
        room in 1..1_000_usize,
    ) {
        check_like_zlib(&packed, usize::MAX, 1 << 17);
        check_like_zlib(&packed, piece, room);
    }
}
