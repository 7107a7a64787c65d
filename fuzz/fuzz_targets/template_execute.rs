//! libFuzzer's way to the target `template_execute`.
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| {
    (fuzzing::target("template_execute").expect("a target of that name").run)(input);
});
