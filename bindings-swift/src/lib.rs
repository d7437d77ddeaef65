//! The native library of Swift and Kotlin. What it carries is the core's own (`core/src/phone`);
//! here it only becomes a library of its own.

guerdon::uniffi_reexport_scaffolding!();
