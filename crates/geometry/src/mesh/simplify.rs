//! Fewer faces.

mod collapse;
mod half_edges;
mod quadric;
mod queue;

use medshape_types::Mesh;
use collapse::Collapser;

/// Simplified.
pub fn simplify(mesh: &Mesh, n_faces: usize, step_exponent: i32) -> Mesh {
    let mut collapser = Collapser::new(mesh, f64::from(step_exponent).exp2());
    collapser.run(n_faces);
    if std::env::var("STATS").is_ok() { eprintln!("{} {:?}", mesh.faces().len(), collapser.stats); }
    let (positions, faces) = collapser.into_parts();
    Mesh::new(positions, faces).unwrap_or_else(|_| mesh.clone())
}
