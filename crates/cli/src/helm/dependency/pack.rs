//! A chart's folder as an archive, as Helm packs dependencies that lie in a folder.

use ::helm::Chart;
use charts::Placed;
use flate2::Compression;
use flate2::write::GzEncoder;
use tar::{Builder, Header};

/// The name and content of the file for charts/. The same chart gives the same bytes: files carry no time.
pub(super) fn pack(chart: &Chart) -> Result<Placed, String> {
    let mut builder = Builder::new(GzEncoder::new(Vec::new(), Compression::default()));
    let told = |error: std::io::Error| format!("cannot pack {}: {error}", chart.name());
    add(&mut builder, chart, chart.name()).map_err(told)?;
    let archive = builder.into_inner().and_then(GzEncoder::finish).map_err(told)?;
    Ok(Placed { file: format!("{}-{}.tgz", chart.name(), chart.metadata.version), archive: archive.into() })
}

fn add(builder: &mut Builder<GzEncoder<Vec<u8>>>, chart: &Chart, folder: &str) -> std::io::Result<()> {
    let mut file = |name: &str, content: &[u8]| {
        let mut header = Header::new_gnu();
        header.set_mode(0o644);
        header.set_size(content.len() as u64);
        builder.append_data(&mut header, format!("{folder}/{name}"), content)
    };
    file("Chart.yaml", ::helm::chart_yaml(chart).as_bytes())?;
    if let Some(text) = &chart.values_text {
        file("values.yaml", text)?;
    }
    if let Some(text) = &chart.schema {
        file("values.schema.json", text)?;
    }
    for one in chart.templates.iter().chain(chart.files.iter()) {
        file(&one.name, &one.data)?;
    }
    for child in &chart.dependencies {
        add(builder, child, &format!("{folder}/charts/{}", child.name()))?;
    }
    Ok(())
}
