//! libFuzzer's way to the target `chart_archive`.
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| {
    (fuzzing::target("chart_archive").expect("a target of that name").run)(input);
});
