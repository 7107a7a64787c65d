//! libFuzzer's way to the target `directory`.
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| {
    (fuzzing::target("directory").expect("a target of that name").run)(input);
});
