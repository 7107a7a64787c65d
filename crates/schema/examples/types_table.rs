//! Writes `data/types.tsv` anew from `data/openapi-v2.json.gz` and `data/always-present.tsv`; run it after either changed.

use std::io::Read as _;
use std::path::Path;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("data");
    let mut json = String::new();
    flate2::read::GzDecoder::new(schema::openapi_v2_gz()).read_to_string(&mut json)?;
    let always_present = std::fs::read_to_string(data.join("always-present.tsv"))?;
    let table = schema::types_table(&serde_json::from_str(&json)?, &always_present)?;
    std::fs::write(data.join("types.tsv"), table)?;
    Ok(())
}
