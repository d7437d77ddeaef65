//! `call OPERATION < input.json`: runs one operation from the command line.

use std::io::Read;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let operation = std::env::args().nth(1).ok_or("usage: call OPERATION < input.json")?;
    let mut input = String::new();
    std::io::stdin().read_to_string(&mut input)?;
    let mut out = std::io::stdout();
    match guerdon::call(&operation, &input) {
        Ok(answer) => Ok(std::io::Write::write_all(&mut out, answer.as_bytes())?),
        Err(problems) => Err(problems.to_string().into()),
    }
}
