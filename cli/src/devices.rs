//! `straydose devices`: what a run can use.

use crate::args::DevicesArguments;
use crate::backend::cores;
use crate::console;
use crate::exit::Failure;
use dose_core::run::Backend;
use serde_json::json;

/// Runs the command.
pub fn run(arguments: &DevicesArguments) -> Result<(), Failure> {
    let gpus = dose_core::gpu::devices();
    let refused = |error| Failure::from_engine(error, "devices");
    let cpu = Backend::cpu(None).map_err(refused)?.describe();
    let (chosen, because) = Backend::auto(None, None).map_err(refused)?;
    let chosen = chosen.describe();
    if arguments.json {
        let mut rows: Vec<_> = (gpus.iter().enumerate())
            .map(|(index, gpu)| {
                json!({
                    "index": index,
                    "name": gpu.name,
                    "driver": gpu.driver,
                    "kind": gpu.kind.as_str(),
                    "backend": gpu.backend,
                    "max_buffer_bytes": gpu.max_buffer_bytes,
                    "max_binding_bytes": gpu.max_binding_bytes,
                })
            })
            .collect();
        rows.push(json!({
            "index": null,
            "name": cpu.name,
            "driver": cpu.driver,
            "kind": cpu.kind.as_str(),
            "backend": cpu.backend,
            "threads": cores(),
        }));
        let auto = json!({ "backend": chosen.backend, "name": chosen.name, "because": because });
        let text = serde_json::to_string_pretty(&json!({ "devices": rows, "auto": auto }));
        console::result(&text.expect("the listing has string keys only"));
        return Ok(());
    }
    for (index, gpu) in gpus.iter().enumerate() {
        console::result(&format!(
            "--device {index}     {} ({}, {}); driver {}; largest buffer {}, binding {}",
            gpu.name,
            gpu.kind.as_str(),
            gpu.backend,
            gpu.driver,
            gibibytes(gpu.max_buffer_bytes),
            gibibytes(gpu.max_binding_bytes),
        ));
    }
    if gpus.is_empty() {
        console::result("no GPU was found");
    }
    console::result(&format!("--backend cpu  {} ({} threads)", cpu.name, cores()));
    console::result(&format!("--backend auto takes {}: {because}", chosen.name));
    Ok(())
}

fn gibibytes(bytes: u64) -> String {
    format!("{:.2} GiB", bytes as f64 / (1_u64 << 30) as f64)
}
