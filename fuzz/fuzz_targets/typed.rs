#![no_main]

use guerdon_fuzz::columns;

libfuzzer_sys::fuzz_target!(|data: &[u8]| columns::check_typed(data));
