//! Says what is read of volume files, a line of JSON each, for checks with other programs.
//!
//! `cargo run --release -p medshape-formats --example volumes -- FILE …`
//! `cargo run --release -p medshape-formats --example volumes -- --write OUT.seg.nrrd FILE`
//!
//! Each layer and each volume has a sum in which every voxel counts by its place, so that voxels in
//! another order give another sum.

use std::error::Error;
use std::path::Path;
use std::{env, fs};

use medshape_formats::{Input, Limits, nrrd, volume};
use medshape_types::{Grid, LabelMap, Segmentation, Volume};
use serde_json::{Value, json};

#[expect(clippy::print_stdout, reason = "an example is there to print")]
fn main() -> Result<(), Box<dyn Error>> {
    let args: Vec<String> = env::args().skip(1).collect();
    if let [option, out, file] = args.as_slice()
        && option == "--write"
    {
        let segmentation = volume::read_segmentation(&Input::on_disk(file), &Limits::DEFAULT)?;
        nrrd::write_segmentation(&mut fs::File::create(out)?, &segmentation)?;
        return Ok(());
    }
    for file in &args {
        println!("{}", page(Path::new(file)));
    }
    Ok(())
}

fn page(path: &Path) -> Value {
    let (input, limits) = (Input::on_disk(path), Limits::DEFAULT);
    let facts = volume::describe(&input, &limits).map_or(json!({}), |facts| {
        facts.iter().map(|(name, value)| (name.to_owned(), json!(value))).collect()
    });
    let labels = match volume::read_segmentation(&input, &limits) {
        Ok(segmentation) => of_segmentation(&segmentation),
        Err(error) => json!({ "error": error.kind().to_string(), "code": error.kind().code() }),
    };
    let intensities = match volume::read_volume(&input, &limits) {
        Ok(volume) => of_volume(&volume),
        Err(error) => json!({ "error": error.kind().to_string() }),
    };
    json!({ "file": path, "facts": facts, "labels": labels, "intensities": intensities })
}

fn of_segmentation(segmentation: &Segmentation) -> Value {
    let segments = segmentation.segments().iter().map(|segment| {
        let meaning = segment.meaning.as_ref().map(|meaning| {
            let side = meaning.modifier.as_ref().map(|code| &code.meaning);
            json!([meaning.category.value, meaning.kind.value, meaning.kind.meaning, side])
        });
        json!({ "layer": segment.layer, "value": segment.value, "name": segment.name,
            "colour": segment.colour, "meaning": meaning })
    });
    json!({
        "dims": segmentation.grid().dims(),
        "rows": rows(segmentation.grid()),
        "layers": segmentation.layers().iter().map(of_layer).collect::<Vec<_>>(),
        "segments": segments.collect::<Vec<_>>(),
    })
}

fn of_layer(map: &LabelMap) -> Value {
    let values = map.voxels().iter().map(|index| map.values()[usize::from(index)]);
    let sum: i128 =
        values.zip(places()).map(|(value, place)| i128::from(value) * i128::from(place)).sum();
    let counts: Vec<_> = map.values().iter().zip(map.counts()).filter(|(_, n)| *n > 0).collect();
    json!({ "counts": counts, "sum": sum.to_string() })
}

fn of_volume(volume: &Volume<f32>) -> Value {
    let values = volume.voxels().iter().map(|&value| f64::from(value));
    let sum: f64 = values.zip(places()).map(|(value, place)| value * f64::from(place)).sum();
    json!({ "dims": volume.grid().dims(), "rows": rows(volume.grid()), "sum": sum })
}

fn places() -> impl Iterator<Item = u32> {
    (1..=65_521).cycle()
}

fn rows(grid: &Grid) -> Value {
    json!(grid.world_from_voxel().rows())
}
