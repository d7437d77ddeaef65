//! One partner program on real orders: rated, refunded, posted, paid and explained.
//!
//! `make demo` runs it. It prints a report and writes `target/demo`: `report.html`, the same as a
//! page with charts; `statements.csv`, every statement in cents, `clawbacks.csv`, what was taken back
//! of what had been paid out, and `what_if.csv`, what another plan would change, all of which
//! `tests/independent/replay.py` computes again without guerdon; and `picture.svg`, which the
//! README shows. What is real and what is invented stands in `README.md` beside this file.
//!
//! | file | what it does |
//! |---|---|
//! | `rules` | what is invented: whose customer, whose sponsor, which refund, which day |
//! | `orders` | reads the purchases |
//! | `history` | hands orders and refunds to the plan, one by one and as columns |
//! | `books` | posts, pays and states, with the postings that a host would keep |
//! | `aftermath` | finds refunds of what was paid out, and the payout that came back |
//! | `what_if` | asks what the next version of the plan would have cost |
//! | `story` | puts together what there is to tell |
//! | `report`, `page`, `picture` | tell it, with `words`, `dollars`, `charts`, `flow` and `svg` |

mod aftermath;
mod books;
mod charts;
mod dollars;
mod flow;
mod history;
mod orders;
mod page;
mod picture;
mod report;
mod rules;
mod story;
mod svg;
mod what_if;
mod words;

use std::error::Error;
use std::io::Write;
use std::path::{Path, PathBuf};

use books::Books;
use history::Program;
use story::Story;

fn main() -> Result<(), Box<dyn Error>> {
    demo(|story| {
        let mut out = std::io::stdout().lock();
        out.write_all(report::text(story)?.as_bytes())?;
        writeln!(out)?;
        for (name, text) in files(story)? {
            writeln!(out, "Written:   {}", write(name, &text)?.display())?;
        }
        Ok(())
    })
}

/// Computes everything, and hands it to whoever tells it.
fn demo<T>(
    tell: impl FnOnce(&Story<'_>) -> Result<T, Box<dyn Error>>,
) -> Result<T, Box<dyn Error>> {
    let orders = orders::read()?;
    let program = Program::new()?;
    let history = program.play(&orders)?;
    history::in_one_batch(&program, &history)?;
    let months = books::months(&history)?;
    let books = Books::keep(&history, &months)?;
    tell(&Story::tell(&program, &history, &months, &books)?)
}

/// What is written, by name.
fn files(story: &Story<'_>) -> Result<[(&'static str, String); 5], Box<dyn Error>> {
    Ok([
        ("report.html", page::page(story)?),
        ("statements.csv", books::table(story)?),
        ("clawbacks.csv", aftermath::table(&story.clawbacks)),
        ("what_if.csv", what_if::table(&story.what_if)?),
        ("picture.svg", picture::picture(story)),
    ])
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

#[cfg(test)]
mod tests {
    use std::sync::LazyLock;

    use super::*;

    struct Told {
        page: String,
        picture: String,
        accounts: Vec<(String, i64)>,
        owed: i64,
    }

    /// The demo, run once for all tests.
    static TOLD: LazyLock<Told> = LazyLock::new(|| {
        demo(|story| {
            let (page, picture) = (page::page(story)?, picture::picture(story));
            let (accounts, owed) = (story.books.accounts()?, story.total().closing);
            Ok(Told { page, picture, accounts, owed })
        })
        .unwrap()
    });

    #[test]
    fn the_readme_shows_this_picture() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/images/demo.svg");
        let shown = std::fs::read_to_string(path).unwrap();
        let stale = "run `make demo` and copy target/demo/picture.svg to docs/images/demo.svg";
        assert!(shown == TOLD.picture, "docs/images/demo.svg is not what is drawn: {stale}");
    }

    #[test]
    fn the_page_needs_nothing_from_elsewhere() {
        let page = &TOLD.page;
        for outside in ["<script", "<link", "<img", "url(", "@import", "href"] {
            assert!(!page.contains(outside), "{outside}");
        }
        let names = page.matches("http").count();
        assert_eq!(names, page.matches("http://www.w3.org/2000/svg").count());
    }

    #[test]
    fn the_books_balance_and_are_what_the_statements_say() {
        assert_eq!(TOLD.accounts.iter().map(|(_, units)| units).sum::<i64>(), 0);
        assert!(TOLD.accounts.contains(&("partners".to_owned(), TOLD.owed)));
    }
}
