//! The frames of a segmentation: where each lies, which segment it marks, and its pixels.

use crate::Error;
use crate::dicom::geometry::Plane;
use crate::dicom::pixels::Pixels;
use crate::dicom::{DicomFile, Scope, tags};
use dicom_core::value::Value;
use dicom_core::{PrimitiveValue, Tag};

/// What the pixels say.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Kind {
    /// One bit.
    Binary,
    /// A part of `most`, occupied or probable.
    Fractional { most: i64 },
    /// The number of the segment.
    Labels,
}

/// Where a frame lies and what it marks.
pub(super) struct Place {
    pub plane: Plane,
    /// SpacingBetweenSlices and SliceThickness (mm), where they are given.
    pub between_mm: Option<f64>,
    pub thickness_mm: Option<f64>,
    /// ReferencedSegmentNumber; none in a label map.
    segment: Option<i64>,
}

/// All frames.
pub(super) struct Frames<'a> {
    pub places: Vec<Place>,
    pub columns: usize,
    pub rows: usize,
    kind: Kind,
    pixels: Stored<'a>,
}

enum Stored<'a> {
    /// Eight pixels a byte, the first in the lowest bit, frames one after the other without gaps.
    Bits(&'a [u8]),
    Words(Pixels<'a>),
}

impl<'a> Frames<'a> {
    /// Reads the places of all frames, and finds the pixels.
    pub fn read(file: &'a DicomFile) -> Result<Self, Error> {
        let root = file.root();
        let kind = kind(&root)?;
        if root.has(tags::TOTAL_PIXEL_MATRIX_COLUMNS) {
            return Err(root.error(
                tags::TOTAL_PIXEL_MATRIX_COLUMNS,
                "says that this is a segmentation of a slide; give one of a scan",
            ));
        }
        let [rows, columns] = [tags::ROWS, tags::COLUMNS].map(|tag| {
            let number = root.required_integer(tag)?;
            if (1..=65_535).contains(&number) {
                Ok(number as usize)
            } else {
                Err(root.error(tag, "is not positive"))
            }
        });
        let (rows, columns) = (rows?, columns?);
        let places = places(&root, kind)?;
        let pixels = if root.required_integer(tags::BITS_ALLOCATED)? == 1 {
            let wanted = (places.len() * rows * columns).div_ceil(8);
            match file.object.get(tags::PIXEL_DATA).map(|element| element.value()) {
                Some(Value::Primitive(PrimitiveValue::U8(bytes))) if bytes.len() >= wanted => {
                    Stored::Bits(bytes)
                }
                Some(Value::Primitive(PrimitiveValue::U8(bytes))) => {
                    return Err(root.error(
                        tags::PIXEL_DATA,
                        format!(
                            "has {} bytes where {} frames need {wanted}; copy or export the file again",
                            bytes.len(),
                            places.len()
                        ),
                    ));
                }
                Some(Value::PixelSequence(_)) => {
                    return Err(root.error(tags::PIXEL_DATA, "holds compressed bits; export it uncompressed"));
                }
                _ => return Err(root.missing(tags::PIXEL_DATA)),
            }
        } else {
            let pixels = Pixels::read(file)?;
            if pixels.layout.frames != places.len() {
                return Err(root.error(
                    tags::NUMBER_OF_FRAMES,
                    format!(
                        "is {}, and {} are described; export the file again",
                        pixels.layout.frames,
                        places.len()
                    ),
                ));
            }
            Stored::Words(pixels)
        };
        if kind == Kind::Binary && !matches!(pixels, Stored::Bits(_)) {
            return Err(
                root.error(tags::BITS_ALLOCATED, "is not 1 in a binary segmentation; export it again")
            );
        }
        Ok(Self { places, columns, rows, kind, pixels })
    }

    /// Calls with the segment and the place (along rows) of every marked pixel of a frame.
    pub fn each_marked(&self, frame: usize, mut marked: impl FnMut(i64, usize)) -> Result<(), Error> {
        let own = self.places[frame].segment.unwrap_or_default();
        match &self.pixels {
            Stored::Bits(bytes) => {
                let size = self.rows * self.columns;
                for pixel in 0..size {
                    let bit = frame * size + pixel;
                    if bytes[bit / 8] >> (bit % 8) & 1 == 1 {
                        marked(own, pixel);
                    }
                }
            }
            Stored::Words(pixels) => {
                for (pixel, value) in pixels.frame(frame)?.into_iter().enumerate() {
                    match self.kind {
                        Kind::Fractional { most } if 2 * value >= most => marked(own, pixel),
                        Kind::Labels if value > 0 => marked(value, pixel),
                        _ => {}
                    }
                }
            }
        }
        Ok(())
    }

    /// What is worth knowing about the kind of segmentation.
    pub fn note(&self) -> Option<String> {
        matches!(self.kind, Kind::Fractional { .. }).then(|| {
            "the segmentation is fractional: voxels of at least half its greatest value count".into()
        })
    }
}

fn kind(root: &Scope) -> Result<Kind, Error> {
    Ok(match root.required_text(tags::SEGMENTATION_TYPE)?.as_str() {
        "BINARY" => Kind::Binary,
        "LABELMAP" => Kind::Labels,
        "FRACTIONAL" => {
            let most = root.required_integer(tags::MAXIMUM_FRACTIONAL_VALUE)?;
            if most < 1 {
                return Err(root.error(tags::MAXIMUM_FRACTIONAL_VALUE, format!("is {most}, not positive")));
            }
            Kind::Fractional { most }
        }
        other => {
            return Err(root.error(
                tags::SEGMENTATION_TYPE,
                format!("is {other:?}; BINARY, FRACTIONAL and LABELMAP can be read"),
            ));
        }
    })
}

fn places(root: &Scope, kind: Kind) -> Result<Vec<Place>, Error> {
    let shared = root.sequence(tags::SHARED_FUNCTIONAL_GROUPS_SEQUENCE)?.into_iter().next();
    let per_frame = root.required_sequence(tags::PER_FRAME_FUNCTIONAL_GROUPS_SEQUENCE)?;
    let count = root.integer(tags::NUMBER_OF_FRAMES)?.unwrap_or(1);
    if count != per_frame.len() as i64 {
        return Err(root.error(
            tags::NUMBER_OF_FRAMES,
            format!("is {count}, and {} frames are described; export the file again", per_frame.len()),
        ));
    }
    let mut places = Vec::with_capacity(per_frame.len());
    for own in &per_frame {
        // A group is in the frame's own item, or in the one that all share.
        let group = |tag: Tag| -> Result<Option<Scope>, Error> {
            match (own.sequence(tag)?.into_iter().next(), &shared) {
                (None, Some(shared)) => Ok(shared.sequence(tag)?.into_iter().next()),
                (own, _) => Ok(own),
            }
        };
        let required = |tag: Tag| group(tag)?.ok_or_else(|| own.missing(tag));
        let measures = required(tags::PIXEL_MEASURES_SEQUENCE)?;
        let plane = Plane::read_from(
            &required(tags::PLANE_POSITION_SEQUENCE)?,
            &required(tags::PLANE_ORIENTATION_SEQUENCE)?,
            &measures,
        )?;
        let segment = match kind {
            Kind::Labels => None,
            _ => Some(
                required(tags::SEGMENT_IDENTIFICATION_SEQUENCE)?
                    .required_integer(tags::REFERENCED_SEGMENT_NUMBER)?,
            ),
        };
        places.push(Place {
            plane,
            between_mm: measures.number(tags::SPACING_BETWEEN_SLICES)?,
            thickness_mm: measures.number(tags::SLICE_THICKNESS)?,
            segment,
        });
    }
    Ok(places)
}
