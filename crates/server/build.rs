//! Makes sure that the folder of the built web view is there to be embedded, be it empty.

fn main() {
    let dist = concat!(env!("CARGO_MANIFEST_DIR"), "/../../web/dist");
    println!("cargo::rerun-if-changed={dist}");
    if let Err(cause) = std::fs::create_dir_all(dist) {
        println!("cargo::warning=the 3D view cannot be embedded: `{dist}`: {cause}");
    } else if !std::path::Path::new(dist).join("manifest.json").exists() {
        println!(
            "cargo::warning=the 3D view is not built, pages will say so: \
             run `npm ci && npm run build` in web/ first"
        );
    }
}
