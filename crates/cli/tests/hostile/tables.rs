//! Item 104: tables of metadata.

use crate::bad::{ACCEPTED, Bad, noted, refused};

pub(crate) fn all() -> Vec<Bad> {
    let row = |number: &str, name: &str, line: &str, expected| {
        Bad::table(number, name, format!("subject,age,sex,pathology\ngood,{line}\n"), expected)
    };
    let json = format!("[{{\"subject\":\"good\",\"note\":\"{}\"}}]", "x".repeat(1 << 20));
    vec![
        row("104a", "age-minus-1.csv", "-1,F,", noted("no age")),
        row("104b", "age-200.csv", "200,F,", noted("no age")),
        row("104c", "age-ninety.csv", "ninety,F,", noted("no age")),
        row("104d", "age-nan.csv", "NaN,F,", ACCEPTED),
        row("104e", "age-1e999.csv", "1e999,F,", noted("no age")),
        row("104f", "sex-x.csv", "50,x,", noted("no sex")),
        row("104g", "sql.csv", "50,F,'; DROP TABLE shapes; --", ACCEPTED),
        row("104h", "template.csv", "50,F,{{7*7}}${7*7}<%= 7*7 %>", ACCEPTED),
        row("104i", "script.csv", "50,F,<script>alert(1)</script>", ACCEPTED),
        Bad::table("104j", "json-of-1-mb.json", json, refused("limit", "")),
        Bad::table("104k", "empty.csv", "", refused("truncated", "empty")),
        Bad::table(
            "104l",
            "no-subject.csv",
            "colour,age\nred,3\n",
            refused("refused", "no column names the subjects"),
        ),
        Bad::table(
            "104m",
            "row-too-long.csv",
            "subject,age\ngood,1,2,3\n",
            refused("malformed", "cells"),
        ),
        Bad::table("104n", "no-utf8.csv", b"subject,age\n\xff\xfe,3\n", refused("malformed", "")),
        Bad::table("104o", "nul.csv", "subject,age\ngo\0od,3\n", refused("malformed", "")),
        Bad::table(
            "104p",
            "million-columns.csv",
            "subject".to_owned() + &",a".repeat(1_000_000) + "\n" + "good\n",
            ACCEPTED,
        ),
        Bad::table(
            "104q",
            "cell-of-50-mb.csv",
            format!("subject\n{}\n", "a".repeat(50_000_000)),
            ACCEPTED,
        ),
        Bad::table(
            "104r",
            "open-quote.csv",
            format!("subject,age\n\"good,{}", "3\n".repeat(1_000_000)),
            ACCEPTED,
        ),
    ]
}
