//! `make typings`: writes every generated file that is stale.

use std::io::Write;

use guerdon_tests::typings;

fn main() -> std::io::Result<()> {
    let changed = typings::write()?;
    let mut out = std::io::stdout();
    match changed.len() {
        0 => writeln!(out, "all {} generated files are current", typings::generated().len()),
        _ => writeln!(out, "written: {}", changed.join(", ")),
    }
}
