//! What cannot be understood of a plan or a machine, and why.

/// Errors of plans and machines. Messages name the element, the reason and the way out.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The plan as a whole is outside what is modelled, or contradicts itself.
    #[error("the plan {label:?}: {why}; {remedy}")]
    Plan {
        /// RT Plan Label.
        label: String,
        /// What is wrong.
        why: String,
        /// What to do.
        remedy: String,
    },
    /// One beam is outside what is modelled, or contradicts itself.
    #[error("beam {number} {name:?}: {why}; {remedy}")]
    Beam {
        /// Beam Number.
        number: i32,
        /// Beam Name.
        name: String,
        /// What is wrong.
        why: String,
        /// What to do.
        remedy: String,
    },
    /// A machine file is not one.
    #[error("machine file {file:?}{}: {why}; {remedy}", line.map_or(String::new(), |n| format!(", line {n}")))]
    MachineFile {
        /// Its name.
        file: String,
        /// Where the fault stands, counted from 1.
        line: Option<usize>,
        /// What is wrong.
        why: String,
        /// What to do.
        remedy: String,
    },
    /// No machine of this name is known.
    #[error("no machine is named {name:?} (known: {known}); name one of these or give a machine file")]
    UnknownMachine {
        /// What was asked for.
        name: String,
        /// The names there are.
        known: String,
    },
    /// The machine has no such beam.
    #[error("machine {machine:?} has no beam of {energy} (it has {known}); add one to its file")]
    UnknownEnergy {
        /// The machine.
        machine: String,
        /// What the plan wants, as in "6 MV FFF".
        energy: String,
        /// What the machine has.
        known: String,
    },
}
