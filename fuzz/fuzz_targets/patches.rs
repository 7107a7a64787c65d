//! libFuzzer's way to the target `patches`.
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| {
    (fuzzing::target("patches").expect("a target of that name").run)(input);
});
