//! Writes the timing job into a folder: image.nii.gz and the masks small, large and twenty.
//!
//! `cargo run --release -p radiomics --example peer_job -- DIR`, then `straydose radiomics --image DIR/image.nii.gz …`.

mod job;

fn main() -> std::io::Result<()> {
    let folder = std::path::PathBuf::from(std::env::args().nth(1).unwrap_or_else(|| ".".into()));
    std::fs::create_dir_all(&folder)?;
    let made = job::job();
    std::fs::write(folder.join("image.nii.gz"), job::nifti(&made.image))?;
    for (name, mask) in &made.masks {
        std::fs::write(folder.join(format!("{name}.nii.gz")), job::nifti(mask))?;
    }
    Ok(())
}
