//! What the fuzz targets hold guerdon's doors to.
//!
//! A target is one line: it hands its bytes to a function here. No panic is the least of it. What a
//! door accepts must come out again and go in again as the same thing; what it refuses must say why,
//! where, and with a declared code, and must have changed nothing. `scripts/fuzz.sh` runs the
//! targets, and makes their first inputs from the conformance vectors.

pub mod call;
pub mod columns;
pub mod documents;
pub mod input;
pub mod mutate;
pub mod refusal;
pub mod states;
pub mod words;
