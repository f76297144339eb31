//! Composes as Spin does: interfaces that a dependency does not inherit are denied by a component
//! (<https://github.com/spinframework/spin/blob/main/crates/compose/src/lib.rs>).

use wac_graph::types::Package;
use wac_graph::{CompositionGraph, EncodeOptions, plug};
use wit_component::{ComponentEncoder, DecodedWasm, StringEncoding, embed_component_metadata};

pub(crate) const HOSTS: &str = "wasi:http/outgoing-handler";
pub(crate) const ENVIRONMENT: &str = "wasi:cli/environment";
pub(crate) const FILES: &str = "wasi:filesystem/preopens";

/// Keyfob with these imports denied.
pub(crate) fn without(keyfob: &[u8], denied: &[&str]) -> Vec<u8> {
    if denied.is_empty() { keyfob.to_vec() } else { plugged(keyfob, &denier(keyfob, denied)) }
}

/// A component with its imports connected to the exports of another, as `wac plug` does.
pub(crate) fn plugged(component: &[u8], exporter: &[u8]) -> Vec<u8> {
    let mut graph = CompositionGraph::new();
    let mut register = |name, bytes: &[u8]| {
        let package = Package::from_bytes(name, None, bytes, graph.types_mut()).unwrap();
        graph.register_package(package).unwrap()
    };
    let (socket, exporter) = (register("socket", component), register("exporter", exporter));
    plug(&mut graph, vec![exporter], socket).unwrap();
    graph.encode(EncodeOptions::default()).unwrap()
}

/// A component that implements these imports of Keyfob: every host is denied, and there are no variables and no folders.
fn denier(keyfob: &[u8], denied: &[&str]) -> Vec<u8> {
    let DecodedWasm::Component(mut resolve, world) = wit_component::decode(keyfob).unwrap() else {
        panic!("no component")
    };
    let imports = resolve.worlds[world].imports.keys().map(|key| resolve.name_world_key(key));
    let exports: Vec<String> = imports.filter(|name| denied.contains(&name.split('@').next().unwrap())).collect();
    assert_eq!(exports.len(), denied.len(), "{exports:?}");

    let functions: String = exports.iter().map(|name| function(name)).collect();
    let text = "\"wasi:http/outgoing-handler\" is not permitted";
    // At 16: err(internal-error(some(the text at 64))). At 0: the empty list.
    let module = format!(
        r#"(module
            (memory (export "memory") 1)
            (data (i32.const 16) "\01") (data (i32.const 24) "\26")
            (data (i32.const 32) "\01\00\00\00\40\00\00\00\{length:02x}\00\00\00")
            (data (i32.const 64) "{text}")
            {functions})"#,
        length = text.len(),
        text = text.escape_default(),
    );
    let mut module = wat::parse_str(module).unwrap();
    let exports: String = exports.iter().map(|name| format!("export {name};")).collect();
    let package = resolve.push_str("deny.wit", &format!("package spin:deny; world deny {{ {exports} }}")).unwrap();
    let world = resolve.select_world(&[package], None).unwrap();
    embed_component_metadata(&mut module, &resolve, world, StringEncoding::UTF8).unwrap();
    ComponentEncoder::default().module(&module).unwrap().encode().unwrap()
}

/// The only function of the interface that Keyfob calls.
fn function(interface: &str) -> String {
    let (name, body) = match interface.split('@').next().unwrap() {
        HOSTS => ("handle", "(param i32 i32 i32) (result i32) i32.const 16"),
        ENVIRONMENT => ("get-environment", "(result i32) i32.const 0"),
        FILES => ("get-directories", "(result i32) i32.const 0"),
        other => panic!("{other}"),
    };
    format!(r#"(func (export "{interface}#{name}") {body})"#)
}
