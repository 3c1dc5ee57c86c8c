//! The real program, as a script calls it: exit statuses, messages, files, interruption.

mod command_line;
mod commission;
mod compare;
mod completion;
mod demo;
mod estimate_options;
mod explore;
mod output;
mod phantom;
mod predict;
mod privacy;
mod radiomics;
mod refusals;
mod registry;
mod serve;
mod slicer;
mod workplace;
