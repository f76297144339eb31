//! Makes a component smaller without touching what it does: takes out what the linker and cargo's `strip` leave.
//!
//! - Custom sections go: 12 KB of names for debuggers.
//! - The names by which the parts inside of the component find each other become short. The linker spells each function
//!   with package, interface and version, and does it four times; nothing outside of the component sees it.
//! - Indices that the linker has padded in order to fill them in later get their shortest form.
//! - Where a `wasm-opt` is named, it optimises the core module for size: 4 to 5 %.

use std::collections::HashMap;
use std::error::Error;
use std::fmt::Display;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{fs, io};

use wasm_encoder::reencode::{Error as ReencodeError, Reencode, ReencodeComponent, component_utils, utils};
use wasm_encoder::{
    Alias, Component, ComponentSectionId, ExportSection, ImportSection, InstanceSection, Module, ModuleArg, RawSection,
};
use wasmparser::{ComponentAlias, CustomSectionReader, Export, ImportSectionReader, Instance, Parser};

type Result<T> = std::result::Result<T, ReencodeError<io::Error>>;

/// The arguments of wasm-opt: for size, with the WebAssembly features that Rust's target has, and no others, which a host
/// may lack.
const WASM_OPT: [&str; 10] = [
    // Twice: the second round finds some hundred bytes more.
    "-Oz",
    "-Oz",
    "--enable-bulk-memory",
    "--enable-bulk-memory-opt",
    "--enable-call-indirect-overlong",
    "--enable-multivalue",
    "--enable-mutable-globals",
    "--enable-nontrapping-float-to-int",
    "--enable-reference-types",
    "--enable-sign-ext",
];

/// A core module of fewer bytes is the linker's own glue, which `wasm-opt` has nothing to take from.
const OPTIMIZED_FROM: usize = 10_000;

/// The same component, smaller. `wasm_opt` is Binaryen's program and a folder for its files.
pub fn shrink(component: &[u8], wasm_opt: Option<(&Path, &Path)>) -> std::result::Result<Vec<u8>, Box<dyn Error>> {
    let mut shrunk = Component::new();
    let wasm_opt = wasm_opt.map(|(program, folder)| WasmOpt { program: program.into(), folder: folder.into() });
    Shrink { names: HashMap::new(), wasm_opt }.parse_component(&mut shrunk, Parser::new(0), component)?;
    Ok(shrunk.finish())
}

struct WasmOpt {
    program: PathBuf,
    folder: PathBuf,
}

impl WasmOpt {
    fn optimize(&self, module: &[u8]) -> io::Result<Vec<u8>> {
        let [before, after] = ["before.wasm", "after.wasm"].map(|name| self.folder.join(name));
        fs::write(&before, module)?;
        let mut command = Command::new(&self.program);
        command.args(WASM_OPT).arg(&before).arg("-o").arg(&after);
        let failed = |why: &dyn Display| io::Error::other(format!("{}: {why}", self.program.display()));
        let done = command.output().map_err(|error| failed(&error))?;
        if !done.status.success() {
            return Err(failed(&String::from_utf8_lossy(&done.stderr)));
        }
        fs::read(&after)
    }
}

struct Shrink {
    /// The short name of each long one, the same wherever it stands.
    names: HashMap<String, &'static str>,
    wasm_opt: Option<WasmOpt>,
}

impl Shrink {
    fn short(&mut self, long: &str) -> &'static str {
        // Leaked, because an encoder borrows names for as long as the component is borrowed; a build ends soon.
        let next = self.names.len();
        self.names.entry(long.to_owned()).or_insert_with(|| format!("{next:x}").leak())
    }
}

impl Reencode for Shrink {
    type Error = io::Error;

    fn parse_custom_section(&mut self, _: &mut Module, _: CustomSectionReader<'_>) -> Result<()> {
        Ok(())
    }

    fn parse_import_section(&mut self, section: &mut ImportSection, imports: ImportSectionReader<'_>) -> Result<()> {
        for import in imports.into_imports() {
            let import = import?;
            section.import(self.short(import.module), self.short(import.name), self.entity_type(import.ty)?);
        }
        Ok(())
    }

    fn parse_export(&mut self, section: &mut ExportSection, export: Export<'_>) -> Result<()> {
        let short = Export { name: self.short(export.name), ..export };
        utils::parse_export(self, section, short)
    }
}

impl ReencodeComponent for Shrink {
    fn parse_component_submodule(&mut self, component: &mut Component, parser: Parser, module: &[u8]) -> Result<()> {
        if self.wasm_opt.is_none() || module.len() < OPTIMIZED_FROM {
            return component_utils::parse_component_submodule(self, component, parser, module);
        }
        let mut renamed = Module::new();
        utils::parse_core_module(self, &mut renamed, parser, module)?;
        let mut data = renamed.finish();
        if let Some(wasm_opt) = &self.wasm_opt {
            data = wasm_opt.optimize(&data).map_err(ReencodeError::UserError)?;
        }
        component.section(&RawSection { id: ComponentSectionId::CoreModule.into(), data: &data });
        Ok(())
    }

    fn parse_component_custom_section(&mut self, _: &mut Component, _: CustomSectionReader<'_>) -> Result<()> {
        Ok(())
    }

    fn component_alias<'a>(&mut self, alias: ComponentAlias<'a>) -> Result<Alias<'a>> {
        let alias = match alias {
            ComponentAlias::CoreInstanceExport { kind, instance_index, name } => {
                ComponentAlias::CoreInstanceExport { kind, instance_index, name: self.short(name) }
            }
            alias => alias,
        };
        component_utils::component_alias(self, alias)
    }

    fn parse_instance(&mut self, section: &mut InstanceSection, instance: Instance<'_>) -> Result<()> {
        match instance {
            Instance::Instantiate { module_index, args } => {
                let args = args.iter().map(|arg| (self.short(arg.name), ModuleArg::Instance(arg.index)));
                section.instantiate(module_index, args.collect::<Vec<_>>());
            }
            Instance::FromExports(exports) => {
                let exports = exports.iter().map(|export| (self.short(export.name), export.kind.into(), export.index));
                section.export_items(exports.collect::<Vec<_>>());
            }
        }
        Ok(())
    }
}
