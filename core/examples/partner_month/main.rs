//! One partner program on real orders: rated, refunded, posted, paid and explained.
//!
//! `make demo` runs it. It prints a report and writes `target/demo`: `report.html`, the same as a
//! page with charts; `statements.csv`, every statement in cents, which
//! `tests/independent/replay.py` computes again without guerdon; and `picture.svg`, which the
//! README shows. What is real and what is invented stands in `README.md` beside this file.
//!
//! | file | what it does |
//! |---|---|
//! | `rules` | what is invented: whose customer, whose sponsor, which refund, which day |
//! | `orders` | reads the purchases |
//! | `history` | hands orders and refunds to the plan, one by one and as columns |
//! | `books` | posts, pays and states, with the postings that a host would keep |
//! | `story` | puts together what there is to tell |
//! | `report`, `page`, `picture` | tell it, with `words`, `dollars`, `charts` and `flow` |

mod books;
mod dollars;
mod history;
mod orders;
mod report;
mod rules;
mod story;
mod words;

use std::error::Error;
use std::io::Write;
use std::path::{Path, PathBuf};

use books::Books;
use history::Program;
use story::Story;

fn main() -> Result<(), Box<dyn Error>> {
    let orders = orders::read()?;
    let program = Program::new()?;
    let history = program.play(&orders)?;
    history::in_one_batch(&program, &history)?;
    let months = books::months(&history)?;
    let books = Books::keep(&history, &months)?;
    let story = Story::tell(&program, &history, &months, &books)?;
    let mut out = std::io::stdout().lock();
    out.write_all(report::text(&story)?.as_bytes())?;
    let statements = write("statements.csv", &books::table(&story)?)?;
    writeln!(out, "\nWritten:   {}", statements.display())?;
    Ok(())
}

/// Writes a file into `target/demo`.
fn write(name: &str, text: &str) -> Result<PathBuf, Box<dyn Error>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().ok_or("no workspace")?;
    let folder = root.join("target/demo");
    std::fs::create_dir_all(&folder)?;
    let path = folder.join(name);
    std::fs::write(&path, text)?;
    Ok(path)
}
