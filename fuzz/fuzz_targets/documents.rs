#![no_main]

use guerdon_fuzz::{documents, mutate};

libfuzzer_sys::fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
    mutate::tree(data, size, max_size, seed)
});
libfuzzer_sys::fuzz_target!(|data: &[u8]| documents::check(data));
