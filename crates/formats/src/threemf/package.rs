//! The archive: which of its files are models.

use std::collections::BTreeMap;

use super::model::{self, Model, Object, Reference};
use super::{FORMAT, malformed};
use crate::error::ErrorKind;
use crate::input::shortened;
use crate::limits::Limits;
use crate::xml::Xml;
use crate::zip::Archive;

/// The models of an archive, by their paths in it.
pub(super) struct Package {
    root: String,
    models: BTreeMap<String, Model>,
}

impl Package {
    pub(super) fn open(bytes: &[u8], limits: &Limits) -> Result<Self, ErrorKind> {
        let archive = Archive::of(bytes, limits)?;
        let root = root_path(&archive, limits)?;
        let mut budget = model::Budget::new(limits);
        let mut package = Self { root: root.clone(), models: BTreeMap::new() };
        // Only the root names other models, so this ends after one step.
        let model = model::read(&unpacked(&archive, &root, limits)?, &mut budget)?;
        let others = model.paths();
        package.models.insert(root, model);
        for path in others {
            if package.models.contains_key(&path) {
                continue;
            }
            let model = model::read(&unpacked(&archive, &path, limits)?, &mut budget)?;
            if !model.paths().is_empty() {
                return Err(malformed("a model that is no root names another"));
            }
            package.models.insert(path, model);
        }
        Ok(package)
    }

    pub(super) fn root(&self) -> &Model {
        &self.models[&self.root]
    }

    /// What a reference in the model at `path` means: the object, and the model that it is in.
    pub(super) fn object<'a>(
        &'a self,
        path: &'a str,
        reference: &'a Reference,
    ) -> Result<(&'a str, &'a Object), ErrorKind> {
        let path = reference.path.as_deref().unwrap_or(path);
        let object = self.models.get(path).and_then(|model| model.objects.get(&reference.object));
        let missing =
            || malformed(format!("it names object {}, which is not there", reference.object));
        object.map(|object| (path, object)).ok_or_else(missing)
    }

    pub(super) fn root_path(&self) -> &str {
        &self.root
    }
}

/// The path of the model that the archive begins with, without the slash in front.
fn root_path(archive: &Archive, limits: &Limits) -> Result<String, ErrorKind> {
    const MODEL: &str = "http://schemas.microsoft.com/3dmanufacturing/2013/01/3dmodel";
    let bytes = unpacked(archive, "_rels/.rels", limits)?;
    let mut xml = Xml::new(FORMAT, &bytes, limits);
    let root = xml.root("Relationships")?;
    while let Some(child) = xml.child(&root)? {
        if child.get("Type")?.as_deref() == Some(MODEL) {
            let target = child.get("Target")?.unwrap_or_default();
            return Ok(target.trim_start_matches('/').to_owned());
        }
    }
    Err(malformed("its relationships name no model"))
}

fn unpacked(archive: &Archive, path: &str, limits: &Limits) -> Result<Vec<u8>, ErrorKind> {
    let path = path.trim_start_matches('/');
    let entry = archive.entry(path);
    let entry =
        entry.ok_or_else(|| malformed(format!("`{}` is not in the archive", shortened(path))))?;
    if entry.n_unpacked() > limits.bytes {
        return Err(ErrorKind::limit("bytes when unpacked", limits.bytes));
    }
    archive.unpacked(entry)
}
