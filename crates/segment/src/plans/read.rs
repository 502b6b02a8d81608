//! Values of a document, or words for what is wrong with them.

use serde_json::{Map, Value};

/// The longest name that is taken.
const MAX_NAME: usize = 200;

/// An object of a document, and where it stands there.
pub(super) struct Object<'a> {
    values: &'a Map<String, Value>,
    place: String,
}

impl<'a> Object<'a> {
    pub(super) fn of(value: &'a Value, place: &str) -> Result<Self, String> {
        match value.as_object() {
            Some(values) => Ok(Self { values, place: place.to_owned() }),
            None if place.is_empty() => Err("the document is no object".to_owned()),
            None => Err(format!("`{place}` is no object")),
        }
    }

    pub(super) fn keys(&self) -> impl Iterator<Item = &'a str> {
        self.values.keys().map(String::as_str)
    }

    /// The value of a key, unless it is missing or null.
    pub(super) fn get(&self, key: &str) -> Option<&'a Value> {
        self.values.get(key).filter(|value| !value.is_null())
    }

    pub(super) fn place(&self, key: &str) -> String {
        if self.place.is_empty() { key.to_owned() } else { format!("{}.{key}", self.place) }
    }

    fn needed(&self, key: &str) -> Result<&'a Value, String> {
        self.get(key).ok_or_else(|| format!("`{}` is missing", self.place(key)))
    }

    pub(super) fn object(&self, key: &str) -> Result<Self, String> {
        Self::of(self.needed(key)?, &self.place(key))
    }

    pub(super) fn list(&self, key: &str) -> Result<&'a [Value], String> {
        let list = self.needed(key)?.as_array();
        list.map(Vec::as_slice).ok_or_else(|| format!("`{}` is no list", self.place(key)))
    }

    pub(super) fn text(&self, key: &str) -> Result<&'a str, String> {
        let text = self.needed(key)?.as_str();
        let text = text.ok_or_else(|| format!("`{}` is no text", self.place(key)))?;
        is_name(text).then_some(text).ok_or_else(|| format!("`{}` is no name", self.place(key)))
    }

    pub(super) fn text_or(&self, key: &str, usual: &'a str) -> Result<&'a str, String> {
        if self.get(key).is_some() { self.text(key) } else { Ok(usual) }
    }

    /// A number that an intensity can be.
    pub(super) fn number(&self, key: &str) -> Result<f64, String> {
        let number = self.needed(key)?.as_f64();
        let is_sound = |number: &f64| number.is_finite() && number.abs() < 1e30;
        number.filter(is_sound).ok_or_else(|| format!("`{}` is no number", self.place(key)))
    }
}

/// Whether a text can be shown and written as a name.
pub(super) fn is_name(text: &str) -> bool {
    !text.is_empty() && text.len() <= MAX_NAME && !text.chars().any(char::is_control)
}

/// A whole number that is not negative; JSON of other programs writes some as `1.0`.
pub(super) fn whole(value: &Value) -> Option<u64> {
    let is_whole = |number: &f64| (0.0..1e15).contains(number) && number.fract() == 0.0;
    value.as_u64().or_else(|| value.as_f64().filter(is_whole).map(|number| number as u64))
}
