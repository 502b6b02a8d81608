//! What the answers of a network mean.

use std::fmt;

use medshape_types::MAX_LABELS;
use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, Visitor};
use serde_json::Value;

use super::read::{Object, is_name, whole};

/// How answers become labels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    /// The largest answer of a voxel names its label; the first is the background.
    Largest,
    /// Each answer says whether a voxel is in a region, which may lie in another; a later one wins.
    Regions,
}

/// The labels of a network.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Labels {
    /// How answers become labels.
    pub answer: Answer,
    /// For each answer of the network the value that it gives, and what that is called; 0 is background.
    pub values: Vec<(u16, String)>,
}

impl Labels {
    /// Of `dataset.json`, as text too: regions are in the order of the text.
    pub(super) fn read(text: &[u8], dataset: &Value) -> Result<Self, String> {
        let dataset = Object::of(dataset, "")?;
        dataset.object("labels")?;
        let InOrder { labels: Pairs(labels) } =
            serde_json::from_slice(text).map_err(|cause| cause.to_string())?;
        let mut named = Vec::new();
        for (name, value) in labels.iter().filter(|(name, _)| name != "ignore") {
            if !is_name(name) {
                return Err(
                    "a label has no name, a long one, or one of control characters".to_owned()
                );
            }
            named.push((name.as_str(), numbers(name, value)?));
        }
        if !named.iter().any(|(name, numbers)| *name == "background" && numbers == &[0]) {
            return Err("`labels` has no `background` with the value 0".to_owned());
        }
        let is_background = |(_, numbers): &(&str, Vec<u16>)| numbers.iter().all(|&n| n == 0);
        if named.iter().any(|(_, numbers)| numbers.len() > 1) {
            named.retain(|label| !is_background(label));
            return Self::regions(&dataset, named);
        }
        Self::largest(named)
    }

    /// One answer a label, in the order of their values, which have to follow each other.
    fn largest(named: Vec<(&str, Vec<u16>)>) -> Result<Self, String> {
        let value = |(name, numbers): (&str, Vec<u16>)| (numbers[0], name.to_owned());
        let mut values: Vec<(u16, String)> = named.into_iter().map(value).collect();
        values.sort();
        if values.iter().enumerate().any(|(at, (value, _))| at != usize::from(*value)) {
            return Err("the values of `labels` are not 0, 1, 2 and so on".to_owned());
        }
        Ok(Self { answer: Answer::Largest, values })
    }

    /// One answer a region in the order of the file; `regions_class_order` has the values they give.
    fn regions(dataset: &Object<'_>, named: Vec<(&str, Vec<u16>)>) -> Result<Self, String> {
        let order = dataset.list("regions_class_order")?;
        let order: Option<Vec<u16>> = order.iter().map(label_value).collect();
        let order = order.filter(|order| order.len() == named.len()).ok_or_else(|| {
            format!(
                "`regions_class_order` does not have one value for each of {} regions",
                named.len()
            )
        })?;
        let mut sorted = order.clone();
        sorted.sort_unstable();
        if sorted.first() == Some(&0) || sorted.windows(2).any(|pair| pair[0] == pair[1]) {
            return Err("`regions_class_order` has 0 or a value twice".to_owned());
        }
        let names = named.into_iter().map(|(name, _)| name.to_owned());
        Ok(Self { answer: Answer::Regions, values: order.into_iter().zip(names).collect() })
    }

    /// The values of structures with their names, the background left out, by value.
    pub fn structures(&self) -> Vec<(u16, &str)> {
        let values = self.values.iter().filter(|(value, _)| *value != 0);
        let mut values: Vec<(u16, &str)> =
            values.map(|(value, name)| (*value, name.as_str())).collect();
        values.sort_unstable();
        values
    }
}

/// What is read once more for the order of its keys.
#[derive(Deserialize)]
struct InOrder {
    labels: Pairs,
}

/// The keys and values of an object in the order of the text.
struct Pairs(Vec<(String, Value)>);

impl<'de> Deserialize<'de> for Pairs {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Collect;
        impl<'de> Visitor<'de> for Collect {
            type Value = Pairs;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Pairs, A::Error> {
                let mut pairs = Vec::new();
                while let Some(pair) = map.next_entry()? {
                    pairs.push(pair);
                }
                Ok(Pairs(pairs))
            }
        }
        deserializer.deserialize_map(Collect)
    }
}

fn numbers(name: &str, value: &Value) -> Result<Vec<u16>, String> {
    let found: Option<Vec<u16>> = match value.as_array() {
        Some(list) => list.iter().map(label_value).collect(),
        None => label_value(value).map(|value| vec![value]),
    };
    found
        .filter(|found| !found.is_empty())
        .ok_or_else(|| format!("`labels.{name}` is no whole number from 0 to {MAX_LABELS}"))
}

fn label_value(value: &Value) -> Option<u16> {
    // Older versions write numbers as texts.
    let number = whole(value).or_else(|| value.as_str()?.parse().ok())?;
    u16::try_from(number).ok().filter(|number| usize::from(*number) <= MAX_LABELS)
}
