//! The structures of an answer as a tree: by body system, then by what is a part or a kind of what.

use std::collections::{BTreeMap, BTreeSet};

use maud::{Markup, html};
use medshape::catalog::{Anatomy, Meaning, Structure};

use super::facets::link;
use super::view::View;
use crate::texts::key;
use crate::words;

/// What stands under what, among the structures that an answer can have.
#[derive(Default)]
struct Tree<'a> {
    /// By system, and by the id of a structure.
    below: BTreeMap<String, BTreeSet<&'a str>>,
    /// Of each structure with all its kinds and parts.
    sizes: BTreeMap<&'a str, u64>,
}

pub(super) fn tree(view: &View<'_>) -> Markup {
    let tree = Tree::of(view);
    let systems = tree.below.keys().filter_map(|key| key.strip_prefix(SYSTEM));
    let systems: Vec<&str> = systems.collect();
    html! {
        @if !systems.is_empty() {
            section.facet {
                h2 { (key::kind::STRUCTURE) }
                ul.tree {
                    @for system in &systems {
                        @let key = format!("{SYSTEM}{system}");
                        li {
                            details open[systems.len() == 1 || tree.is_asked_below(view, &key)] {
                                summary { (system) }
                                ul { @for id in tree.members(&key) { (tree.node(view, id)) } }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// Before the name of a system, which is no structure.
const SYSTEM: &str = "system:";

impl<'a> Tree<'a> {
    fn of(view: &View<'a>) -> Self {
        let counts = &view.answer.facets.structures;
        let exact: BTreeMap<&str, u64> =
            counts.iter().map(|count| (count.value.as_str(), count.n)).collect();
        let mut tree = Self::default();
        for (&id, &n) in &exact {
            tree.insert(id, &exact);
            // What the vocabulary does not know has no parts.
            tree.sizes.entry(id).or_insert(n);
        }
        tree
    }

    /// Puts a structure below its system, by way of what it is a part or a kind of.
    fn insert(&mut self, id: &'a str, exact: &BTreeMap<&str, u64>) {
        if self.sizes.contains_key(id) {
            return;
        }
        let anatomy = Anatomy::builtin();
        let known = anatomy.structure(id);
        if known.is_some() {
            let below = anatomy.descendants(id);
            let n = below.iter().filter_map(|part| exact.get(part.id.as_str())).sum();
            self.sizes.insert(id, n);
        }
        match known.and_then(parent) {
            Some(parent) => {
                self.below.entry(parent.id.clone()).or_default().insert(id);
                self.insert(&parent.id, exact);
            }
            None => {
                let system = words::system_of(known);
                self.below.entry(format!("{SYSTEM}{system}")).or_default().insert(id);
            }
        }
    }

    fn members(&self, key: &str) -> Vec<&'a str> {
        let mut members: Vec<&str> = self.below.get(key).into_iter().flatten().copied().collect();
        members.sort_by_cached_key(|id| words::natural_name(id));
        members
    }

    fn node(&self, view: &View<'_>, id: &str) -> Markup {
        let (name, n) = (words::structure_name(id), self.sizes.get(id).copied().unwrap_or(0));
        let meaning = Meaning::Structure { id: id.to_owned(), side: None };
        let is_asked = view.asks(&meaning);
        let address = view.toggled(meaning, false);
        let members = self.members(id);
        let all_of = key::search::ALL_OF.with(&[("name", &words::Named::of(id).text())]);
        html! {
            li {
                @if members.is_empty() {
                    (link(&name, n, &address, is_asked))
                } @else {
                    details open[is_asked || self.is_asked_below(view, id)] {
                        summary { (name) " " span.count { (words::grouped(n)) } }
                        ul {
                            li { (link(&all_of, n, &address, is_asked)) }
                            @for id in members { (self.node(view, id)) }
                        }
                    }
                }
            }
        }
    }

    fn is_asked_below(&self, view: &View<'_>, key: &str) -> bool {
        self.below.get(key).into_iter().flatten().any(|id| {
            let meaning = Meaning::Structure { id: (*id).to_owned(), side: None };
            view.asks(&meaning) || self.is_asked_below(view, id)
        })
    }
}

/// What a structure stands under in a tree, where each stands once: what it is a part of, or else a
/// kind of, in its own system. The vocabulary has no cycles, so this ends.
fn parent(structure: &Structure) -> Option<&'static Structure> {
    let known = structure.part_of.iter().chain(&structure.is_a);
    let mut known = known.filter_map(|id| Anatomy::builtin().structure(id));
    known.find(|parent| parent.system == structure.system)
}
