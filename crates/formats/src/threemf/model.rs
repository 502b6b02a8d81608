//! A model: objects that are meshes or put together from others, and the items that are to be built.

use std::collections::BTreeMap;

use super::{FORMAT, malformed};
use crate::cells::Faces;
use crate::error::ErrorKind;
use crate::input::shortened;
use crate::limits::Limits;
use crate::matrix::Matrix;
use crate::mesh_file::Units;
use crate::scalar;
use crate::xml::{Element, Xml};

pub(super) struct Model {
    pub(super) units: Units,
    pub(super) objects: BTreeMap<u32, Object>,
    pub(super) items: Vec<Reference>,
}

#[derive(Default)]
pub(super) struct Object {
    pub(super) name: String,
    pub(super) positions: Vec<[f32; 3]>,
    pub(super) faces: Vec<[u32; 3]>,
    pub(super) components: Vec<Reference>,
}

/// An object, and where it is put.
pub(super) struct Reference {
    pub(super) object: u32,
    /// The model that it is in, if that is another one.
    pub(super) path: Option<String>,
    pub(super) parent_from_object: Matrix,
}

/// What all models of an archive may still hold.
pub(super) struct Budget<'a> {
    limits: &'a Limits,
    n_vertices: usize,
    n_faces: usize,
    n_objects: usize,
    n_references: usize,
}

impl<'a> Budget<'a> {
    pub(super) fn new(limits: &'a Limits) -> Self {
        Self { limits, n_vertices: 0, n_faces: 0, n_objects: 0, n_references: 0 }
    }
}

impl Model {
    /// The paths of other models that it names.
    pub(super) fn paths(&self) -> Vec<String> {
        let components = self.objects.values().flat_map(|object| &object.components);
        components.chain(&self.items).filter_map(|reference| reference.path.clone()).collect()
    }
}

pub(super) fn read(bytes: &[u8], budget: &mut Budget) -> Result<Model, ErrorKind> {
    let mut xml = Xml::new(FORMAT, bytes, budget.limits);
    let root = xml.root("model")?;
    check_extensions(&root)?;
    let units = units(&root)?;
    let mut model = Model { units, objects: BTreeMap::new(), items: Vec::new() };
    while let Some(child) = xml.child(&root)? {
        match child.name() {
            "resources" => resources(&mut xml, &child, &mut model, budget)?,
            "build" => {
                while let Some(item) = xml.child(&child)? {
                    if item.name() == "item" {
                        model.items.push(reference(&item, budget)?);
                    }
                }
            }
            _ => {}
        }
    }
    xml.finish(&root)?;
    Ok(model)
}

fn units(root: &Element) -> Result<Units, ErrorKind> {
    Ok(match root.get("unit")?.as_deref() {
        None | Some("millimeter") => Units::Millimetres,
        Some("micron") => Units::Micrometres,
        Some("centimeter") => Units::Centimetres,
        Some("inch") => Units::Inches,
        Some("foot") => Units::Feet,
        Some("meter") => Units::Metres,
        Some(other) => return Err(malformed(format!("`unit` is `{}`", shortened(other)))),
    })
}

/// Materials change no shape, and objects in other models of the archive are found.
fn check_extensions(root: &Element) -> Result<(), ErrorKind> {
    const TAKEN: [&str; 2] = [
        "http://schemas.microsoft.com/3dmanufacturing/production/2015/06",
        "http://schemas.microsoft.com/3dmanufacturing/material/2015/02",
    ];
    for prefix in root.get("requiredextensions")?.unwrap_or_default().split_ascii_whitespace() {
        let namespace = root.get(&format!("xmlns:{prefix}"))?.unwrap_or_default();
        if !TAKEN.contains(&namespace.as_ref()) {
            let name = shortened(if namespace.is_empty() { prefix } else { &namespace });
            let what = format!("the extension `{name}`, which it requires");
            return Err(ErrorKind::unsupported(FORMAT, what));
        }
    }
    Ok(())
}

fn resources(
    xml: &mut Xml,
    element: &Element,
    model: &mut Model,
    budget: &mut Budget,
) -> Result<(), ErrorKind> {
    while let Some(child) = xml.child(element)? {
        if child.name() != "object" {
            continue;
        }
        budget.n_objects += 1;
        if budget.n_objects > budget.limits.parts {
            return Err(ErrorKind::limit("objects", budget.limits.parts as u64));
        }
        let id = number(&child, "id", budget.limits)?;
        let object = object(xml, &child, budget)?;
        if model.objects.insert(id, object).is_some() {
            return Err(malformed(format!("object {id} is there twice")));
        }
    }
    Ok(())
}

fn object(xml: &mut Xml, element: &Element, budget: &mut Budget) -> Result<Object, ErrorKind> {
    let name = element.get("name")?.unwrap_or_default().into_owned();
    let mut object = Object { name, ..Object::default() };
    while let Some(child) = xml.child(element)? {
        match child.name() {
            "mesh" => mesh(xml, &child, &mut object, budget)?,
            "components" => {
                while let Some(component) = xml.child(&child)? {
                    if component.name() == "component" {
                        object.components.push(reference(&component, budget)?);
                    }
                }
            }
            _ => {}
        }
    }
    Ok(object)
}

fn mesh(
    xml: &mut Xml,
    element: &Element,
    object: &mut Object,
    budget: &mut Budget,
) -> Result<(), ErrorKind> {
    let limits = budget.limits;
    let mut triangles = Vec::new();
    while let Some(child) = xml.child(element)? {
        match child.name() {
            "vertices" => {
                while let Some(vertex) = xml.child(&child)? {
                    budget.n_vertices += 1;
                    if budget.n_vertices > limits.vertices {
                        return Err(ErrorKind::limit("vertices", limits.vertices as u64));
                    }
                    let [x, y, z] = ["x", "y", "z"].map(|axis| number(&vertex, axis, limits));
                    object.positions.push([x?, y?, z?]);
                }
            }
            "triangles" => {
                while let Some(triangle) = xml.child(&child)? {
                    budget.n_faces += 1;
                    if budget.n_faces > limits.faces {
                        return Err(ErrorKind::limit("triangles", limits.faces as u64));
                    }
                    let [a, b, c] =
                        ["v1", "v2", "v3"].map(|corner| number(&triangle, corner, limits));
                    triangles.push([a?, b?, c?]);
                }
            }
            _ => {}
        }
    }
    let mut faces = Faces::new(FORMAT, &object.positions, 0, limits);
    triangles.into_iter().try_for_each(|triangle| faces.add_face(triangle))?;
    object.faces = faces.into_faces();
    Ok(())
}

fn reference(element: &Element, budget: &mut Budget) -> Result<Reference, ErrorKind> {
    budget.n_references += 1;
    if budget.n_references > budget.limits.parts {
        let what = "items and components";
        return Err(ErrorKind::limit(what, budget.limits.parts as u64));
    }
    // Of the production extension, whatever its prefix.
    let path = element.get_local("path")?.map(|path| path.trim_start_matches('/').to_owned());
    let parent_from_object = match element.get("transform")? {
        None => Matrix::IDENTITY,
        Some(text) => matrix(&text, budget.limits)?,
    };
    let object = number(element, "objectid", budget.limits)?;
    Ok(Reference { object, path, parent_from_object })
}

/// Twelve numbers, column after column of what is a matrix of rows here.
fn matrix(text: &str, limits: &Limits) -> Result<Matrix, ErrorKind> {
    let numbers = text.split_ascii_whitespace().take(13);
    let numbers: Result<Vec<f64>, _> = numbers.map(|word| scalar::number(word, limits)).collect();
    let numbers = numbers.map_err(malformed)?;
    if numbers.len() != 12 || !numbers.iter().all(|number| number.is_finite()) {
        return Err(malformed("`transform` is not twelve numbers"));
    }
    Ok(Matrix([0, 1, 2].map(|row| [0, 1, 2, 3].map(|column| numbers[3 * column + row]))))
}

fn number<T: std::str::FromStr>(
    element: &Element,
    name: &str,
    limits: &Limits,
) -> Result<T, ErrorKind> {
    let value = element.get(name)?.ok_or_else(|| malformed(format!("`{name}` is missing")))?;
    scalar::number(value.trim(), limits).map_err(|error| malformed(format!("`{name}`: {error}")))
}
