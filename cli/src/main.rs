//! The program `straydose`; all of it is in the library beside this file, which the Python package uses too.

fn main() -> std::process::ExitCode {
    straydose::main()
}
