//! libFuzzer's way to the target `kustomization`.
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| {
    (fuzzing::target("kustomization").expect("a target of that name").run)(input);
});
