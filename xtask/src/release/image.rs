//! A component as an OCI image, in one file that `skopeo` and other tools for images push as it is.
//!
//! The layout is <https://github.com/opencontainers/image-spec/blob/v1.1.1/image-layout.md>, the types are those of
//! <https://tag-runtime.cncf.io/wgs/wasm/deliverables/wasm-oci-artifact/>.

use anyhow::Result;
use jiff::Timestamp;
use serde_json::{Value, json};

use super::archive::Archive;
use super::artefact::Artefact;
use super::{LICENCE, VERSION, sha256, wit};

const INDEX: &str = "application/vnd.oci.image.index.v1+json";
const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";
const CONFIG: &str = "application/vnd.wasm.config.v0+json";
const COMPONENT: &str = "application/wasm";

/// The image of a component, whose only tag is the version.
pub(super) fn image(
    artefact: &Artefact,
    file: &str,
    component: &[u8],
    revision: &str,
    created: Timestamp,
) -> Result<Vec<u8>> {
    let surface = wit::surface(component)?;
    let config = serde_json::to_vec(&json!({
        "created": created.to_string(),
        "architecture": "wasm",
        "os": "wasip2",
        "layerDigests": [digest(component)],
        "component": {
            "exports": surface.exports,
            "imports": surface.imports,
            "target": wit::world(artefact.world)?,
        },
    }))?;

    let mut layer = descriptor(COMPONENT, component);
    // The name under which `oras pull` writes it.
    annotate(&mut layer, &[("title", file)]);
    let mut manifest = json!({
        "schemaVersion": 2,
        "mediaType": MANIFEST,
        "config": descriptor(CONFIG, &config),
        "layers": [layer],
    });
    let about = [
        ("title", artefact.name),
        ("description", artefact.description),
        ("version", VERSION),
        ("licenses", LICENCE),
        ("revision", revision),
        ("created", &created.to_string()),
    ];
    annotate(&mut manifest, &about);
    let manifest = serde_json::to_vec(&manifest)?;

    let mut tagged = descriptor(MANIFEST, &manifest);
    annotate(&mut tagged, &[("ref.name", VERSION)]);
    let index = json!({ "schemaVersion": 2, "mediaType": INDEX, "manifests": [tagged] });

    let mut archive = Archive::new(created)?;
    archive.file("oci-layout", &serde_json::to_vec(&json!({ "imageLayoutVersion": "1.0.0" }))?)?;
    archive.file("index.json", &serde_json::to_vec(&index)?)?;
    for blob in [&manifest, &config, component] {
        archive.file(&format!("blobs/sha256/{}", sha256(blob)), blob)?;
    }
    archive.finish()
}

fn digest(blob: &[u8]) -> String {
    format!("sha256:{}", sha256(blob))
}

fn descriptor(media_type: &str, blob: &[u8]) -> Value {
    json!({ "mediaType": media_type, "digest": digest(blob), "size": blob.len() })
}

/// See <https://github.com/opencontainers/image-spec/blob/v1.1.1/annotations.md>.
fn annotate(value: &mut Value, annotations: &[(&str, &str)]) {
    let named = annotations.iter().map(|(name, text)| (format!("org.opencontainers.image.{name}"), (*text).into()));
    value["annotations"] = Value::Object(named.collect());
}
