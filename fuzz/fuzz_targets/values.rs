//! libFuzzer's way to the target `values`.
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| {
    (fuzzing::target("values").expect("a target of that name").run)(input);
});
