//! XML, pulled element by element, for the formats that are written in it.
//!
//! `quick-xml` splits the text; here are the bounds: depth, length of a tag, no entities but the five
//! that XML has itself, and no document type that declares anything.

use std::borrow::Cow;

use quick_xml::Reader;
use quick_xml::escape::resolve_xml_entity;
use quick_xml::events::{BytesRef, BytesStart, Event};
use quick_xml::{XmlVersion, errors};

use crate::error::ErrorKind;
use crate::input::shortened;
use crate::limits::Limits;

/// A document that is read from front to back.
pub(crate) struct Xml<'a> {
    format: &'static str,
    reader: Reader<&'a [u8]>,
    limits: Limits,
    /// Elements that are open.
    depth: usize,
    /// The last element opened is closed as well.
    is_empty: bool,
}

/// The opening tag of an element.
pub(crate) struct Element<'a> {
    format: &'static str,
    tag: BytesStart<'a>,
    /// How many elements are open inside it, itself included.
    depth: usize,
}

enum Node<'a> {
    Open(BytesStart<'a>),
    Close,
    Text(Cow<'a, str>),
    End,
}

impl<'a> Xml<'a> {
    /// A document that holds what `format` says.
    pub(crate) fn new(format: &'static str, bytes: &'a [u8], limits: &Limits) -> Self {
        let reader = Reader::from_reader(bytes);
        Self { format, reader, limits: *limits, depth: 0, is_empty: false }
    }

    /// The outermost element, which has to have this name.
    pub(crate) fn root(&mut self, name: &str) -> Result<Element<'a>, ErrorKind> {
        loop {
            match self.next()? {
                Node::Open(tag) if tag.local_name().as_ref() == name => {
                    return Ok(self.element(tag));
                }
                Node::Text(text) if text.trim().is_empty() => {}
                _ => return Err(self.malformed(format!("it does not begin with `<{name}>`"))),
            }
        }
    }

    /// The next element in `parent`; what is left of the one before is passed over.
    pub(crate) fn child(&mut self, parent: &Element) -> Result<Option<Element<'a>>, ErrorKind> {
        while self.depth >= parent.depth {
            match self.next()? {
                Node::Open(tag) if self.depth == parent.depth + 1 => {
                    return Ok(Some(self.element(tag)));
                }
                Node::End => return Err(self.cut_off()),
                Node::Open(_) | Node::Close | Node::Text(_) => {}
            }
        }
        Ok(None)
    }

    /// The text that stands in `element` itself, up to its end.
    pub(crate) fn text(&mut self, element: &Element) -> Result<Cow<'a, str>, ErrorKind> {
        let mut whole = Cow::Borrowed("");
        while self.depth >= element.depth {
            match self.next()? {
                Node::Text(text) if self.depth == element.depth => match whole.is_empty() {
                    true => whole = text,
                    false => whole.to_mut().push_str(&text),
                },
                Node::End => return Err(self.cut_off()),
                Node::Open(_) | Node::Close | Node::Text(_) => {}
            }
        }
        Ok(whole)
    }

    /// What comes after the tag that was read last: bytes that need be no XML.
    pub(crate) fn rest(&self) -> &'a [u8] {
        self.reader.get_ref()
    }

    /// Passes over what is left of the outermost element, after which nothing may follow.
    pub(crate) fn finish(&mut self, root: &Element) -> Result<(), ErrorKind> {
        while self.child(root)?.is_some() {}
        loop {
            match self.next()? {
                Node::End => return Ok(()),
                // A zero after the text is what C leaves there.
                Node::Text(text) if text.trim_matches(['\0', ' ', '\t', '\r', '\n']).is_empty() => {
                }
                _ => return Err(self.malformed("something follows after its last element")),
            }
        }
    }

    pub(crate) fn malformed(&self, reason: impl Into<String>) -> ErrorKind {
        ErrorKind::malformed(self.format, reason)
    }

    fn element(&self, tag: BytesStart<'a>) -> Element<'a> {
        Element { format: self.format, tag, depth: self.depth }
    }

    fn cut_off(&self) -> ErrorKind {
        self.malformed("it ends inside of an element")
    }

    fn next(&mut self) -> Result<Node<'a>, ErrorKind> {
        if std::mem::take(&mut self.is_empty) {
            self.depth -= 1;
            return Ok(Node::Close);
        }
        loop {
            let event = self.reader.read_event().map_err(|error| self.damaged(&error))?;
            match event {
                Event::Start(tag) => return self.open(tag),
                Event::Empty(tag) => {
                    self.is_empty = true;
                    return self.open(tag);
                }
                Event::End(_) => {
                    // The reader has seen to it that one was open.
                    self.depth = self.depth.saturating_sub(1);
                    return Ok(Node::Close);
                }
                Event::Text(text) => return Ok(Node::Text(text.into_inner())),
                Event::CData(text) => return Ok(Node::Text(text.into_inner())),
                Event::GeneralRef(name) => return self.entity(&name).map(Node::Text),
                Event::DocType(text) if text.contains('[') => {
                    let what = "a document type that declares something of its own";
                    return Err(ErrorKind::unsupported(self.format, what));
                }
                Event::DocType(_) | Event::Comment(_) | Event::Decl(_) | Event::PI(_) => {}
                Event::Eof => return Ok(Node::End),
            }
        }
    }

    fn open(&mut self, tag: BytesStart<'a>) -> Result<Node<'a>, ErrorKind> {
        if tag.len() > self.limits.string {
            return Err(ErrorKind::limit("bytes in one tag of XML", self.limits.string as u64));
        }
        if self.depth == self.limits.depth {
            return Err(ErrorKind::limit("XML elements in one another", self.limits.depth as u64));
        }
        self.depth += 1;
        Ok(Node::Open(tag))
    }

    fn entity(&self, name: &BytesRef) -> Result<Cow<'static, str>, ErrorKind> {
        let character = name.resolve_char_ref().map_err(|error| self.damaged(&error))?;
        let text = match character {
            Some(character) => Some(Cow::Owned(character.to_string())),
            None => resolve_xml_entity(name).map(Cow::Borrowed),
        };
        text.ok_or_else(|| self.malformed(format!("`&{};` means nothing", shortened(name))))
    }

    fn damaged(&self, error: &errors::Error) -> ErrorKind {
        self.malformed(format!("XML: {}", shortened(&error.to_string())))
    }
}

impl Element<'_> {
    /// Its name, without the prefix of a namespace.
    pub(crate) fn name(&self) -> &str {
        let name = self.tag.name().into_inner();
        name.rsplit_once(':').map_or(name, |(_, local)| local)
    }

    /// What an attribute says; its name is compared with the prefix that it has.
    pub(crate) fn get(&self, name: &str) -> Result<Option<Cow<'_, str>>, ErrorKind> {
        self.find(|key| key == name)
    }

    /// What the first attribute of this name says, whatever its prefix.
    pub(crate) fn get_local(&self, name: &str) -> Result<Option<Cow<'_, str>>, ErrorKind> {
        self.find(|key| key.rsplit_once(':').map_or(key, |(_, local)| local) == name)
    }

    fn find(&self, is_it: impl Fn(&str) -> bool) -> Result<Option<Cow<'_, str>>, ErrorKind> {
        let damaged = |error: String| {
            ErrorKind::malformed(self.format, format!("XML: {}", shortened(&error)))
        };
        for attribute in self.tag.attributes().with_checks(false) {
            let attribute = attribute.map_err(|error| damaged(error.to_string()))?;
            if is_it(attribute.key.as_ref()) {
                let value = attribute.normalized_value(XmlVersion::Implicit1_0);
                return value.map(Some).map_err(|error| damaged(error.to_string()));
            }
        }
        Ok(None)
    }

    /// What an attribute says, if it is a number.
    pub(crate) fn number(&self, name: &str) -> Result<Option<usize>, ErrorKind> {
        let Some(value) = self.get(name)? else { return Ok(None) };
        value.trim().parse().map(Some).map_err(|_| {
            let reason = format!("`{name}` is `{}`, which is no count", shortened(&value));
            ErrorKind::malformed(self.format, reason)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn root<'a>(xml: &mut Xml<'a>) -> Element<'a> {
        xml.root("a").unwrap()
    }

    fn limits() -> Limits {
        Limits { depth: 3, string: 20, ..Limits::DEFAULT }
    }

    #[test]
    fn children_come_in_order_and_what_is_not_asked_for_is_passed_over() {
        let text = "<?xml version='1.0'?><!DOCTYPE a SYSTEM 'x'><a>1<b><c/>2</b><!-- -->3<d e='&lt;&#65;'/></a>\n";
        let mut xml = Xml::new("X", text.as_bytes(), &limits());
        let a = root(&mut xml);
        assert_eq!(xml.child(&a).unwrap().unwrap().name(), "b");
        let d = xml.child(&a).unwrap().unwrap();
        assert_eq!((d.name(), d.get("e").unwrap().unwrap().as_ref()), ("d", "<A"));
        assert!(d.get("f").unwrap().is_none());
        assert!(xml.child(&a).unwrap().is_none());
        xml.finish(&a).unwrap();
    }

    #[test]
    fn text_is_that_of_the_element_itself() {
        let text = "<x:a>1<b>2</b><![CDATA[<3>]]>&amp;4</x:a>";
        let mut xml = Xml::new("X", text.as_bytes(), &limits());
        let a = root(&mut xml);
        assert_eq!(xml.text(&a).unwrap(), "1<3>&4");
    }

    fn refusal(text: &str) -> String {
        let mut xml = Xml::new("X", text.as_bytes(), &limits());
        let read = |xml: &mut Xml| {
            let a = xml.root("a")?;
            while let Some(child) = xml.child(&a)? {
                xml.text(&child)?;
            }
            xml.finish(&a)
        };
        read(&mut xml).map(|()| "read".to_owned()).unwrap_or_else(|kind| kind.to_string())
    }

    #[test]
    fn depth_and_length_have_limits() {
        assert_eq!(refusal("<a><b><c></c></b></a>"), "read");
        assert_eq!(refusal("<a><b><c><d/></c></b></a>"), "more than 3 XML elements in one another");
        assert_eq!(refusal("<a><b c='345678901234'/></a>"), "read");
        assert_eq!(refusal("<a><b c='3456789012345'/></a>"), "read");
        assert_eq!(refusal("<a><b c='34567890123456'/></a>"), "read");
        assert_eq!(
            refusal("<a><b c='345678901234567'/></a>"),
            "more than 20 bytes in one tag of XML"
        );
    }

    #[test]
    fn documents_that_declare_or_break_off_are_refused() {
        let bomb = "<!DOCTYPE a [<!ENTITY l 'lol'><!ENTITY m '&l;&l;'>]><a><b>&m;</b></a>";
        assert_eq!(refusal(bomb), "X with a document type that declares something of its own");
        assert_eq!(refusal("<a><b>&m;</b></a>"), "malformed X: `&m;` means nothing");
        assert_eq!(refusal("<a><b>"), "malformed X: it ends inside of an element");
        assert!(refusal("<a></b>").contains("XML"));
        assert_eq!(refusal("<b></b>"), "malformed X: it does not begin with `<a>`");
        assert_eq!(refusal("<a></a><a/>"), "malformed X: something follows after its last element");
    }
}
