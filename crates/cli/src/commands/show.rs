use std::process::ExitCode;

use medshape::catalog::{Audience, Catalog, RemotePage, Sex, ShapePage, Source, Subject};
use medshape::export;

use crate::output;

/// Show all that is known of one shape
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Its name, such as `phantom/p001/kidney-left`, or an older name of it
    name: String,

    /// Print it as JSON
    #[arg(long)]
    json: bool,

    #[command(flatten)]
    store: super::Store,
}

pub(crate) fn run(args: &Args) -> anyhow::Result<ExitCode> {
    let catalog = Catalog::open(&args.store.dir)?;
    let found = super::known_name(&catalog, &args.name)?;
    if let Some(stone) = catalog.tombstone(&found)? {
        let (day, why) = (stone.withdrawn_at.date(), stone.reason.about());
        anyhow::bail!("`{found}` was withdrawn on {day}: {why}");
    }
    match (catalog.shape(&found)?, catalog.remote(&found)?) {
        (Some(page), _) if args.json => output::json(&page)?,
        (Some(page), _) => print(&page)?,
        (None, Some(page)) if args.json => output::json(&page)?,
        (None, Some(page)) => print_remote(&page)?,
        (None, None) => anyhow::bail!(
            "`{found}` is not made any more: its case was ingested again and no longer has it"
        ),
    }
    Ok(ExitCode::SUCCESS)
}

/// What is known of a shape that is not held here.
fn print_remote(page: &RemotePage) -> anyhow::Result<()> {
    let RemotePage { remote, subject, source } = page;
    let title = export::title(remote.coded, &remote.structure, remote.side, &remote.label_name);
    row("shape", &remote.name)?;
    row("what", title)?;
    if let Some(finding) = &remote.finding {
        row("finding", finding)?;
    }
    row("subject", person(subject))?;
    row("pathology", subject.pathology.as_deref().unwrap_or("not stated"))?;
    row("elsewhere", &remote.url)?;
    row("source", format!("{} · licence {}", source.title, source.licence.id))?;
    kept_back(source, &remote.structure)?;
    row("cite", &source.citation)?;
    for alias in &remote.aliases {
        row("alias", alias)?;
    }
    Ok(())
}

fn print(page: &ShapePage) -> anyhow::Result<()> {
    let ShapePage { shape, case, subject, source, superseded, flags } = page;
    let measures = &shape.measures;
    let title = export::title(shape.coded, &shape.structure, shape.side, &shape.label_name);
    let [x, y, z] =
        [0, 1, 2].map(|axis| measures.bounds_max_mm[axis] - measures.bounds_min_mm[axis]);
    row("shape", &shape.name)?;
    row("what", title)?;
    row("called", format!("{} ({})", shape.label_name, shape.label_value))?;
    row("subject", person(subject))?;
    row("pathology", subject.pathology.as_deref().unwrap_or("not stated"))?;
    row("volume", output::millilitres(measures.volume_mm3))?;
    row("area", format!("{:.1} cm²", measures.area_mm2 / 100.0))?;
    row("size", format!("{x:.1} × {y:.1} × {z:.1} mm"))?;
    row("mesh", format!("{} triangles, {} vertices", measures.n_faces, measures.n_vertices))?;
    if let Some(image) = &case.image {
        let [dx, dy, dz] = image.spacing_mm;
        row("voxels", format!("{} of {dx:.3} × {dy:.3} × {dz:.3} mm", measures.n_voxels))?;
    }
    row("quality", quality(page))?;
    for flag in flags {
        row("doubt", &flag.text)?;
    }
    for file in &shape.files {
        let off = file.error_mm.map_or(String::new(), |error| format!(" · at most {error} mm off"));
        let size = output::bytes(file.size);
        row(file.role.word(), format!("{size}{off} · SHA-256 {}", file.sha256))?;
    }
    row("made from", format!("input SHA-256 {}", case.input_sha256))?;
    row("made by", format!("medshape {}", case.program_version))?;
    row("source", format!("{} · licence {}", source.title, source.licence.id))?;
    kept_back(source, &shape.structure)?;
    row("cite", &source.citation)?;
    for alias in &shape.aliases {
        row("alias", alias)?;
    }
    for old in superseded {
        row("before", old)?;
    }
    Ok(())
}

/// Why the public does not see it, if so.
fn kept_back(source: &Source, structure: &str) -> anyhow::Result<()> {
    match Audience::Public.may_see(source, structure) {
        Ok(()) => row("public", "yes"),
        Err(reason) => row("public", format!("no: {reason}")),
    }
}

fn row(name: &str, value: impl std::fmt::Display) -> anyhow::Result<()> {
    output::line(format!("{name:<10} {value}"))?;
    Ok(())
}

fn person(subject: &Subject) -> String {
    let mut text = subject.id.clone();
    match subject.sex {
        Some(Sex::Female) => text += ", female",
        Some(Sex::Male) => text += ", male",
        None => {}
    }
    if let Some(age) = subject.age_years {
        text += &format!(", {}", Subject::age_words(age));
    }
    text
}

fn quality(page: &ShapePage) -> String {
    let quality = &page.shape.quality;
    let word = |is_so: bool, yes: &str, no: &str| if is_so { yes } else { no }.to_owned();
    let mut words = vec![
        word(quality.closed, "closed", "NOT CLOSED"),
        word(quality.manifold, "manifold", "NOT MANIFOLD"),
        word(quality.oriented, "oriented outward", "NOT ORIENTED"),
    ];
    words.extend(quality.notes.iter().cloned());
    words.join(", ")
}
