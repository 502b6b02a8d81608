//! PNG pictures.

use std::io::{self, Write};

use medshape_types::Picture;
use png::{BitDepth, ColorType, Compression, EncodingError, SrgbRenderingIntent};

/// Writes a picture as RGBA in sRGB: pixels and nothing else, the same bytes every time.
///
/// # Errors
///
/// Those of `out`, and a picture without pixels.
pub fn write(out: &mut dyn Write, picture: &Picture) -> io::Result<()> {
    let mut encoder = png::Encoder::new(out, picture.width(), picture.height());
    encoder.set_color(ColorType::Rgba);
    encoder.set_depth(BitDepth::Eight);
    encoder.set_compression(Compression::Balanced);
    encoder.set_source_srgb(SrgbRenderingIntent::Perceptual);
    let write = || -> Result<(), EncodingError> {
        let mut writer = encoder.write_header()?;
        writer.write_image_data(picture.rgba())?;
        writer.finish()
    };
    write().map_err(|error| match error {
        EncodingError::IoError(error) => error,
        error => io::Error::new(io::ErrorKind::InvalidInput, error.to_string()),
    })
}
