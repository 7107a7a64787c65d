//! libFuzzer's way to the target `yaml_text`.
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| {
    (fuzzing::target("yaml_text").expect("a target of that name").run)(input);
});
