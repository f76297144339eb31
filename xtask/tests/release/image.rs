//! The OCI images, unpacked by the system's `tar` and followed from the index to the component.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Command;

use ring::digest::{SHA256, digest};
use serde_json::{Value, json};

use crate::components::{ALL, Component};
use crate::interface;
use crate::made::{CREATED, Making, REVISION, VERSION, folder, of};

#[test]
fn each_leads_from_its_tag_to_its_component() {
    for component in ALL {
        let unpacked = tempfile::tempdir().unwrap();
        let archive = folder(Making::First).join(format!("{}-{VERSION}.oci.tar", component.name));
        let tar = Command::new("tar").arg("-xf").arg(archive).arg("-C").arg(unpacked.path()).status().unwrap();
        assert!(tar.success());
        follow(unpacked.path(), &component);
    }
}

fn follow(layout: &Path, component: &Component) {
    let json = |name: &str| serde_json::from_slice::<Value>(&fs::read(layout.join(name)).unwrap()).unwrap();
    assert_eq!(json("oci-layout"), json!({ "imageLayoutVersion": "1.0.0" }));
    let index = json("index.json");
    assert_eq!((&index["schemaVersion"], index["manifests"].as_array().map(Vec::len)), (&json!(2), Some(1)));
    let tagged = &index["manifests"][0];
    assert_eq!(tagged["annotations"], json!({ "org.opencontainers.image.ref.name": VERSION }));

    let manifest = blob(layout, tagged, "application/vnd.oci.image.manifest.v1+json");
    let manifest: Value = serde_json::from_slice(&manifest).unwrap();
    assert_eq!((&manifest["schemaVersion"], &manifest["mediaType"]), (&json!(2), &tagged["mediaType"]));
    assert_eq!(manifest["layers"].as_array().map(Vec::len), Some(1));
    let annotations = json!({
        "org.opencontainers.image.title": component.name,
        "org.opencontainers.image.description": component.description,
        "org.opencontainers.image.version": VERSION,
        "org.opencontainers.image.licenses": "Apache-2.0 OR MIT",
        "org.opencontainers.image.revision": REVISION,
        "org.opencontainers.image.created": CREATED,
    });
    assert_eq!(manifest["annotations"], annotations);

    let layer = &manifest["layers"][0];
    let wasm = of(component.name, "wasm");
    assert!(blob(layout, layer, "application/wasm") == wasm, "{}", component.name);
    let file = format!("{}-{VERSION}.wasm", component.name);
    assert_eq!(layer["annotations"], json!({ "org.opencontainers.image.title": file }));

    let config = blob(layout, &manifest["config"], "application/vnd.wasm.config.v0+json");
    let config: Value = serde_json::from_slice(&config).unwrap();
    let (resolve, world) = interface::decode(&wasm);
    let [imports, exports] = [&resolve.worlds[world].imports, &resolve.worlds[world].exports]
        .map(|items| items.keys().map(|key| resolve.name_world_key(key)).collect::<Vec<_>>());
    let expected = json!({
        "created": CREATED,
        "architecture": "wasm",
        "os": "wasip2",
        "layerDigests": [layer["digest"]],
        "component": { "imports": imports, "exports": exports, "target": component.world },
    });
    assert_eq!(config, expected);

    // And there is nothing that the index does not lead to.
    let blobs = fs::read_dir(layout.join("blobs/sha256")).unwrap();
    let blobs: BTreeSet<_> = blobs.map(|blob| blob.unwrap().file_name().into_string().unwrap()).collect();
    let led_to = [tagged, layer, &manifest["config"]].map(|descriptor| name(descriptor).to_owned());
    assert_eq!(blobs, BTreeSet::from(led_to));
}

/// What a descriptor describes, if it does.
fn blob(layout: &Path, descriptor: &Value, media_type: &str) -> Vec<u8> {
    assert_eq!(descriptor["mediaType"], media_type);
    let bytes = fs::read(layout.join("blobs/sha256").join(name(descriptor))).unwrap();
    assert_eq!(descriptor["size"], bytes.len());
    assert_eq!(name(descriptor), sha256(&bytes));
    bytes
}

fn name(descriptor: &Value) -> &str {
    descriptor["digest"].as_str().unwrap().strip_prefix("sha256:").unwrap()
}

pub(crate) fn sha256(bytes: &[u8]) -> String {
    digest(&SHA256, bytes).as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
}
