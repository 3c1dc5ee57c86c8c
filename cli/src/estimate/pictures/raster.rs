//! Rasters as PNG, inside the page.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use png::{BitDepth, ColorType, Compression};

/// A raster of bytes.
pub struct Raster {
    /// Pixels to the right and down.
    pub shape: [usize; 2],
    /// Their bytes, a row from left to right after the other.
    pub pixels: Vec<u8>,
}

/// What the bytes of a raster mean.
pub enum Meaning<'a> {
    /// Black to white.
    Grey,
    /// 0 is transparent, others are these colours; at most 256.
    Colours(&'a [[u8; 3]]),
}

impl Raster {
    /// A raster whose pixel at a column and row has this byte.
    pub fn of(shape: [usize; 2], mut byte: impl FnMut(usize, usize) -> u8) -> Raster {
        let mut pixels = Vec::with_capacity(shape[0] * shape[1]);
        for row in 0..shape[1] {
            pixels.extend((0..shape[0]).map(|column| byte(column, row)));
        }
        Raster { shape, pixels }
    }

    /// The raster as PNG.
    ///
    /// # Errors
    /// It cannot be encoded; the text says why.
    fn png(&self, meaning: &Meaning) -> Result<Vec<u8>, String> {
        let mut bytes = Vec::new();
        let mut encoder = png::Encoder::new(&mut bytes, self.shape[0] as u32, self.shape[1] as u32);
        encoder.set_depth(BitDepth::Eight);
        encoder.set_compression(Compression::High);
        match meaning {
            Meaning::Grey => encoder.set_color(ColorType::Grayscale),
            Meaning::Colours(colours) => {
                encoder.set_color(ColorType::Indexed);
                encoder.set_palette(colours.concat());
                encoder.set_trns(vec![0u8]);
            }
        }
        let mut writer = encoder.write_header().map_err(|error| error.to_string())?;
        writer.write_image_data(&self.pixels).map_err(|error| error.to_string())?;
        writer.finish().map_err(|error| error.to_string())?;
        Ok(bytes)
    }

    /// The raster as a link that holds it.
    ///
    /// # Errors
    /// It cannot be encoded; the text says why.
    pub fn link(&self, meaning: &Meaning) -> Result<String, String> {
        Ok(format!("data:image/png;base64,{}", STANDARD.encode(self.png(meaning)?)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_png_decodes_to_the_same_pixels() {
        let raster = Raster::of([7, 3], |column, row| (10 * row + column) as u8);
        let colours: Vec<[u8; 3]> = (0..=255).map(|n| [n, 0, 255 - n]).collect();
        for (meaning, kind) in
            [(Meaning::Grey, ColorType::Grayscale), (Meaning::Colours(&colours), ColorType::Indexed)]
        {
            let link = raster.link(&meaning).expect("encoded");
            let bytes = STANDARD.decode(link.split_once(',').expect("data").1).expect("base64");
            let mut reader = png::Decoder::new(std::io::Cursor::new(bytes)).read_info().expect("a PNG");
            let mut pixels = vec![0; reader.output_buffer_size().expect("small")];
            let info = reader.next_frame(&mut pixels).expect("an image");
            assert_eq!((info.width, info.height, info.color_type), (7, 3, kind));
            let expected: Vec<u8> = (0..21).map(|at| at / 7 * 10 + at % 7).collect();
            assert_eq!(pixels, expected);
        }
    }
}
