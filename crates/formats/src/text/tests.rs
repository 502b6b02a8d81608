use proptest::prelude::*;

use super::*;

fn text(bytes: &[u8]) -> Text<'_> {
    Text::new("TXT", bytes, &Limits::DEFAULT)
}

fn numbers(line: &str) -> Result<Vec<f32>, String> {
    let mut text = text(line.as_bytes());
    let mut numbers = Vec::new();
    while !text.is_line_end() {
        numbers.push(text.number().map_err(|error| error.to_string())?);
    }
    Ok(numbers)
}

#[test]
fn numbers_are_read_in_every_usual_form() {
    let line = "1 2. +3.5 -.5 1e2 2.E1 -1.25E-014 1e-007 0 -0 00012.50";
    let expected = [1.0, 2.0, 3.5, -0.5, 100.0, 20.0, -1.25e-14, 1e-7, 0.0, 0.0, 12.5];
    assert_eq!(numbers(line).unwrap(), expected);
    assert_eq!(
        numbers("1e999 -1e999 1e-999 inf").unwrap(),
        [f32::INFINITY, f32::NEG_INFINITY, 0.0, f32::INFINITY]
    );
    assert!(numbers("nan").unwrap()[0].is_nan());
    assert!(numbers("-0").unwrap()[0].is_sign_negative());
}

#[test]
fn words_that_are_no_numbers_are_refused_with_their_line() {
    for word in
        ["0x1p3", "1,5", "1.2.3", "e5", ".", "+", "-", "1e", "1e+", "abc", "1_000", "3.1+e2"]
    {
        let error = numbers(word).unwrap_err();
        assert_eq!(error, format!("malformed TXT: line 1: `{word}` is no number that is read"));
    }
    let mut text = text(b"a\nb\r\nc\rd x");
    while text.next_line().unwrap() {}
    assert!(text.error("odd").to_string().contains("line 4: odd"));
}

#[test]
fn limits_are_held() {
    let limits = Limits { line: 20, token: 10, number: 5, ..Limits::DEFAULT };
    fn of<'a>(bytes: &'a [u8], limits: &'a Limits) -> Text<'a> {
        Text::new("TXT", bytes, limits)
    }
    assert_eq!(of(b"1234", &limits).number().unwrap(), 1234.0);
    assert_eq!(of(b"12345", &limits).number().unwrap(), 12345.0);
    assert_eq!(of(b"123456", &limits).number().unwrap_err().code(), "limit");
    assert_eq!(of(b"1e-03x", &limits).number().unwrap_err().code(), "limit");
    assert_eq!(of(b"123456789", &limits).word().unwrap().len(), 9);
    assert_eq!(of(b"1234567890", &limits).word().unwrap().len(), 10);
    assert_eq!(of(b"1234567890 ", &limits).word().unwrap().len(), 10);
    assert_eq!(of(b"12345678901", &limits).word().unwrap_err().code(), "limit");
    for (n, is_taken) in [(19, true), (20, true), (21, false)] {
        let line = vec![b'x'; n];
        assert_eq!(of(&line, &limits).next_line().is_ok(), is_taken);
        assert_eq!(of(&line, &limits).rest_of_line().is_ok(), is_taken);
        let ended = [line.as_slice(), b"\n"].concat();
        assert_eq!(of(&ended, &limits).next_line().is_ok(), is_taken);
        // Joined lines count as one.
        let mut joined = line.clone();
        joined[5] = b'\\';
        joined[6] = b'\n';
        assert_eq!(of(&joined, &limits).with_joined_lines().next_line().is_ok(), is_taken);
    }
}

#[test]
fn a_backslash_joins_lines_only_where_it_may() {
    let bytes = b"1 \\\r\n2\\\n3\n4";
    let mut joined = text(bytes).with_joined_lines();
    assert_eq!([1, 2, 3], [0; 3].map(|_| joined.integer().unwrap()));
    assert!(joined.is_line_end() && joined.next_line().unwrap());
    assert_eq!(joined.integer().unwrap(), 4);
    let mut plain = text(bytes);
    plain.integer().unwrap();
    assert!(plain.integer().is_err());
}

#[test]
fn whole_numbers_have_at_most_18_digits() {
    assert_eq!(text(b"-123456789012345678 ").integer().unwrap(), -123_456_789_012_345_678);
    for word in ["1234567890123456789", "12345678901234567890", "1.0", "", "-", "1x", "x"] {
        assert!(text(word.as_bytes()).integer().is_err(), "{word}");
    }
}

#[test]
fn utf16_becomes_utf8() {
    let text = "v 1 \u{e4}\u{1d11e}\n";
    let units: Vec<u16> = [0xfeff].into_iter().chain(text.encode_utf16()).collect();
    let big: Vec<u8> = units.iter().flat_map(|unit| unit.to_be_bytes()).collect();
    let little: Vec<u8> = units.iter().flat_map(|unit| unit.to_le_bytes()).collect();
    assert_eq!(without_mark(&big), text.as_bytes());
    assert_eq!(without_mark(&little), text.as_bytes());
    assert_eq!(without_mark(b"\xef\xbb\xbfv"), b"v".as_slice());
    assert_eq!(without_mark(b"\xfe\xff\xd8\x00\x00a\x00"), "\u{fffd}a".as_bytes());
}

fn check(word: &str) {
    let expected: f32 = word.parse().unwrap();
    let found = number(word.as_bytes()).unwrap();
    assert_eq!(found.to_bits(), expected.to_bits(), "{word}");
}

#[test]
fn a_number_in_the_middle_between_two_floats_goes_to_the_even_one() {
    // 2²⁴ + 1 lies between two floats; digits behind the point tell where it goes.
    for word in ["16777217", "16777217.0000000001", "16777216.9999999999", "16777219"] {
        check(word);
    }
}

proptest! {
    #[test]
    fn every_decimal_is_read_as_the_standard_library_reads_it(
        word in "[-+]?[0-9]{1,12}(\\.[0-9]{0,12})?(e[-+]?[0-9]{1,2})?",
    ) {
        check(&word);
    }

    #[test]
    fn every_float_is_written_so_that_it_comes_back(bits in any::<u32>()) {
        let value = f32::from_bits(bits);
        prop_assume!(value.is_finite());
        let word = Decimal(value).to_string();
        prop_assert!(word.len() <= 28, "{}", word);
        prop_assert_eq!(number(word.as_bytes()).unwrap().to_bits(), bits);
        check(&f64::from(value).to_string());
        check(&format!("{value:.3}"));
        check(&format!("{:e}", f64::from(value) * 1.000_000_029_8));
    }
}
