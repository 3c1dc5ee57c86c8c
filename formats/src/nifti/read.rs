//! NIfTI-1 files to images in patient space.

use crate::Error;
use ::nifti::{Endianness, NiftiHeader};

use flate2::read::MultiGzDecoder;
use std::fs::File;
use std::io::{BufReader, Cursor, Read};
use std::path::Path;
use volume::{Image, OrientedGrid};

/// Most voxels of an image.
const MOST_VOXELS: u64 = 1 << 29;
/// Bytes of the header, and the first two of a gzip stream.
const HEADER_BYTES: usize = 348;
pub(super) const GZIP: [u8; 2] = [0x1F, 0x8B];
/// Largest product of two axes' directions that is taken for rounding.
const SKEW: f64 = 1e-3;

/// Reads a three-dimensional image, compressed or not, of either byte order.
///
/// Values are scaled by scl_slope and scl_inter. The place comes from sform, or else qform, turned from RAS+ into DICOM
/// patient space; axes are reordered to lie as near to x, y, z of the patient as they can.
pub fn read_image(path: &Path) -> Result<Image<f32>, Error> {
    let read_error = |source| Error::Read { path: path.to_owned(), source };
    let mut file = File::open(path).map_err(read_error)?;
    let mut start = Vec::new();
    (&mut file).take(2).read_to_end(&mut start).map_err(read_error)?;
    let is_compressed = start == GZIP;
    let whole = Cursor::new(start).chain(BufReader::new(file));
    if is_compressed { read_stream(path, MultiGzDecoder::new(whole)) } else { read_stream(path, whole) }
}

/// Reads an image that is already in memory; `path` is only used in messages.
pub fn read_bytes(path: &Path, bytes: &[u8]) -> Result<Image<f32>, Error> {
    if bytes.starts_with(&GZIP) {
        read_stream(path, MultiGzDecoder::new(bytes))
    } else {
        read_stream(path, bytes)
    }
}

fn damaged(path: &Path, problem: &str) -> Error {
    Error::Damaged { path: path.to_owned(), at: "the NIfTI image".into(), problem: problem.into() }
}

fn refused(path: &Path, problem: String, way_out: &str) -> Error {
    Error::Refused { path: path.to_owned(), problem, way_out: way_out.into() }
}

/// What the header says: where the voxels lie and how each is written.
pub(super) struct Layout {
    /// In the order of the file.
    pub grid: OrientedGrid,
    pub encoding: Encoding,
}

/// How a voxel is written.
#[derive(Clone, Copy)]
pub(super) struct Encoding {
    kind: Number,
    big_endian: bool,
    slope: f64,
    inter: f64,
}

impl Encoding {
    /// Bytes of a voxel.
    pub fn bytes(&self) -> usize {
        self.kind.bytes()
    }

    /// Appends the values of a block of voxels.
    pub fn append(&self, block: &[u8], values: &mut Vec<f32>) {
        let Self { kind, big_endian, slope, inter } = *self;
        kind.append(block, big_endian, |value| (value * slope + inter) as f32, values);
    }

    /// Whether bytes that are all 0 are voxels that are all 0.
    pub fn keeps_zero(&self) -> bool {
        self.inter == 0.0
    }
}

/// Reads a header and what follows it, up to the first voxel.
pub(super) fn open(path: &Path, mut stream: impl Read) -> Result<Layout, Error> {
    let damaged = |problem: &str| damaged(path, problem);
    let refused = |problem: String, way_out: &str| refused(path, problem, way_out);
    let mut head = Vec::new();
    (&mut stream).take(HEADER_BYTES as u64).read_to_end(&mut head).map_err(|e| damaged(&e.to_string()))?;
    if head.starts_with(&540_i32.to_le_bytes()) || head.starts_with(&540_i32.to_be_bytes()) {
        return Err(refused("this is a NIfTI-2 file".into(), "convert it to NIfTI-1"));
    }
    let header = NiftiHeader::from_reader(&head[..])
        .map_err(|_| refused("this is no NIfTI-1 file".into(), "give a file that ends in .nii or .nii.gz"))?;
    if &header.magic != b"n+1\0" {
        return Err(refused(
            "header and image are in two files".into(),
            "convert them to a single .nii file",
        ));
    }
    let shape = shape(&header).map_err(|(problem, way_out)| refused(problem, way_out))?;
    let grid = grid(&header, shape).map_err(|(problem, way_out)| refused(problem, way_out))?;
    // Extensions lie between the header and the voxels.
    let offset = f64::from(header.vox_offset);
    if !(HEADER_BYTES as f64..1e9).contains(&offset) {
        return Err(refused(format!("vox_offset is {offset}"), "write the file again"));
    }
    let gap = offset as u64 - HEADER_BYTES as u64;
    let skipped = std::io::copy(&mut (&mut stream).take(gap), &mut std::io::sink())
        .map_err(|e| damaged(&e.to_string()))?;
    if skipped != gap {
        return Err(damaged("it ends before its voxels"));
    }
    let kind = Number::of(header.datatype).ok_or_else(|| {
        refused(format!("data type {} cannot be read", header.datatype), "convert it to a real number type")
    })?;
    let big_endian = header.endianness == Endianness::Big;
    let (slope, inter) = match (f64::from(header.scl_slope), f64::from(header.scl_inter)) {
        (slope, inter) if slope != 0.0 && slope.is_finite() && inter.is_finite() => (slope, inter),
        _ => (1.0, 0.0),
    };
    Ok(Layout { grid, encoding: Encoding { kind, big_endian, slope, inter } })
}

fn read_stream(path: &Path, mut stream: impl Read) -> Result<Image<f32>, Error> {
    let damaged = |problem: &str| damaged(path, problem);
    let Layout { grid, encoding } = open(path, &mut stream)?;
    let voxels = grid.len();
    // Beyond this memory grows with the bytes that come, not with those that the header promises.
    let mut values = Vec::with_capacity(voxels.min(1 << 24));
    let mut stream = stream.take(voxels as u64 * encoding.bytes() as u64);
    let mut block = Vec::new();
    loop {
        block.clear();
        (&mut stream).take(1 << 19).read_to_end(&mut block).map_err(|e| damaged(&e.to_string()))?;
        if block.is_empty() {
            break;
        }
        encoding.append(&block, &mut values);
    }
    if values.len() != voxels {
        return Err(damaged(&format!("it has {} of its {voxels} voxels", values.len())));
    }
    let wrong = values.iter().filter(|value| !value.is_finite()).count();
    if wrong > 0 {
        return Err(refused(
            path,
            format!("{wrong} voxels are not finite numbers"),
            "replace them (by -1000 in an image in HU)",
        ));
    }
    Ok(Image { grid, values }.canonical())
}

pub(super) type Refusal = (String, &'static str);

fn shape(header: &NiftiHeader) -> Result<[usize; 3], Refusal> {
    let dims = header
        .dim()
        .map_err(|_| ("dim does not give the number of voxels".to_owned(), "write the file again"))?;
    let extra: u64 = dims.iter().skip(3).map(|&n| u64::from(n)).product();
    if extra > 1 {
        return Err((
            format!("the image has {extra} volumes (one is wanted)"),
            "extract the volume that is meant into a file of its own",
        ));
    }
    let along = |a: usize| dims.get(a).map_or(1, |&n| usize::from(n));
    let shape = [along(0), along(1), along(2)];
    if shape.iter().any(|&n| n > i16::MAX as usize)
        || shape.iter().map(|&n| n as u64).product::<u64>() > MOST_VOXELS
    {
        return Err((format!("{shape:?} voxels are more than {MOST_VOXELS}"), "resample the image"));
    }
    Ok(shape)
}

/// The place of the voxels in DICOM patient space, before any reordering.
pub(super) fn grid(header: &NiftiHeader, shape: [usize; 3]) -> Result<OrientedGrid, Refusal> {
    let unit_mm = match header.xyzt_units & 7 {
        1 => 1000.0,
        3 => 1e-3,
        _ => 1.0,
    };
    let rows: [[f64; 4]; 3] = if header.sform_code > 0 {
        [header.srow_x, header.srow_y, header.srow_z].map(|row| row.map(f64::from))
    } else if header.qform_code > 0 {
        quaternion_rows(header)
    } else {
        return Err((
            "it has neither sform nor qform, so its place in the patient is unknown".into(),
            "write it with an affine",
        ));
    };
    // RAS+ to DICOM: x and y point the other way.
    let sign = [-1.0, -1.0, 1.0];
    let column = |a: usize| -> [f64; 3] { std::array::from_fn(|x| sign[x] * rows[x][a] * unit_mm) };
    let steps = [column(0), column(1), column(2)];
    let dot = |a: [f64; 3], b: [f64; 3]| (0..3).map(|x| a[x] * b[x]).sum::<f64>();
    let spacing_mm = steps.map(|step| dot(step, step).sqrt());
    let origin_mm = column(3);
    let sound = spacing_mm.iter().all(|s| (1e-4..1e5).contains(s)) && origin_mm.iter().all(|x| x.abs() < 1e6);
    if !sound {
        return Err(("its affine has no sensible spacing or origin".into(), "write it with a sound affine"));
    }
    let axes: [[f64; 3]; 3] = std::array::from_fn(|a| steps[a].map(|x| x / spacing_mm[a]));
    if [(0, 1), (0, 2), (1, 2)].iter().any(|&(a, b)| dot(axes[a], axes[b]).abs() > SKEW) {
        return Err((
            "its axes are not perpendicular (the affine shears)".into(),
            "resample it to perpendicular axes",
        ));
    }
    Ok(OrientedGrid { origin_mm, axes, spacing_mm, shape })
}

/// Rows of the affine by method 2 of nifti1.h.
fn quaternion_rows(header: &NiftiHeader) -> [[f64; 4]; 3] {
    let [b, c, d] = [header.quatern_b, header.quatern_c, header.quatern_d].map(f64::from);
    let square = b * b + c * c + d * d;
    // A quaternion of more than unit length has no scalar part: it is only normalised.
    let (a, scale) = if square < 1.0 { ((1.0 - square).sqrt(), 1.0) } else { (0.0, 1.0 / square.sqrt()) };
    let [b, c, d] = [b * scale, c * scale, d * scale];
    let handed = if header.pixdim[0] < 0.0 { -1.0 } else { 1.0 };
    let s: [f64; 3] = std::array::from_fn(|axis| {
        f64::from(header.pixdim[axis + 1].abs()) * if axis == 2 { handed } else { 1.0 }
    });
    let [qx, qy, qz] = [header.quatern_x, header.quatern_y, header.quatern_z].map(f64::from);
    [
        [
            (a * a + b * b - c * c - d * d) * s[0],
            2.0 * (b * c - a * d) * s[1],
            2.0 * (b * d + a * c) * s[2],
            qx,
        ],
        [
            2.0 * (b * c + a * d) * s[0],
            (a * a + c * c - b * b - d * d) * s[1],
            2.0 * (c * d - a * b) * s[2],
            qy,
        ],
        [
            2.0 * (b * d - a * c) * s[0],
            2.0 * (c * d + a * b) * s[1],
            (a * a + d * d - b * b - c * c) * s[2],
            qz,
        ],
    ]
}

/// The number types of NIfTI-1 that hold one real number each.
#[derive(Clone, Copy)]
enum Number {
    U8,
    I8,
    U16,
    I16,
    U32,
    I32,
    U64,
    I64,
    F32,
    F64,
}

impl Number {
    /// The type of a datatype code (nifti1.h).
    fn of(code: i16) -> Option<Self> {
        Some(match code {
            2 => Self::U8,
            4 => Self::I16,
            8 => Self::I32,
            16 => Self::F32,
            64 => Self::F64,
            256 => Self::I8,
            512 => Self::U16,
            768 => Self::U32,
            1024 => Self::I64,
            1280 => Self::U64,
            _ => return None,
        })
    }

    fn bytes(self) -> usize {
        match self {
            Self::U8 | Self::I8 => 1,
            Self::U16 | Self::I16 => 2,
            Self::U32 | Self::I32 | Self::F32 => 4,
            Self::U64 | Self::I64 | Self::F64 => 8,
        }
    }

    /// Appends the numbers of a block, each passed through `scaled`. The commonest types have loops of their own.
    fn append(self, block: &[u8], big_endian: bool, scaled: impl Fn(f64) -> f32, values: &mut Vec<f32>) {
        match self {
            Self::U8 => values.extend(block.iter().map(|&byte| scaled(f64::from(byte)))),
            Self::I16 if !big_endian => {
                let (words, _) = block.as_chunks();
                values.extend(words.iter().map(|&word| scaled(f64::from(i16::from_le_bytes(word)))));
            }
            Self::F32 if !big_endian => {
                let (words, _) = block.as_chunks();
                values.extend(words.iter().map(|&word| scaled(f64::from(f32::from_le_bytes(word)))));
            }
            _ => values
                .extend(block.chunks_exact(self.bytes()).map(|word| scaled(self.value(word, big_endian)))),
        }
    }

    fn value(self, word: &[u8], big_endian: bool) -> f64 {
        let mut low_first = [0; 8];
        low_first[..word.len()].copy_from_slice(word);
        if big_endian {
            low_first[..word.len()].reverse();
        }
        let bits = u64::from_le_bytes(low_first);
        match self {
            Self::U8 | Self::U16 | Self::U32 | Self::U64 => bits as f64,
            Self::I8 => f64::from(bits as i8),
            Self::I16 => f64::from(bits as i16),
            Self::I32 => f64::from(bits as i32),
            Self::I64 => bits as i64 as f64,
            Self::F32 => f64::from(f32::from_bits(bits as u32)),
            Self::F64 => f64::from_bits(bits),
        }
    }
}
