//! Fewer faces.

mod collapse;
mod half_edges;
mod quadric;
mod queue;

use medshape_types::Mesh;
use collapse::Collapser;

/// Simplified.
pub fn simplify(mesh: &Mesh, n_faces: usize, step_exponent: i32) -> Mesh {
    let t=std::time::Instant::now();
    let mut collapser = Collapser::new(mesh, f64::from(step_exponent).exp2());
    let t1=t.elapsed();
    collapser.run(n_faces);
    let t2=t.elapsed();
    if std::env::var("STATS").is_ok() { eprintln!("{} {:?} new {:?} run {:?}", mesh.faces().len(), collapser.stats, t1, t2-t1); }
    let (positions, faces) = collapser.into_parts();
    Mesh::new(positions, faces).unwrap_or_else(|_| mesh.clone())
}
