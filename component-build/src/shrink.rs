//! Makes a component smaller without touching what it does: takes out what the linker and cargo's `strip` leave.
//!
//! - Custom sections go: 12 KB of names for debuggers.
//! - The names by which the parts inside of the component find each other become short. The linker spells each function
//!   with package, interface and version, and does it four times; nothing outside of the component sees it.
//! - Indices that the linker has padded in order to fill them in later get their shortest form.

use std::collections::HashMap;
use std::convert::Infallible;
use std::error::Error;

use wasm_encoder::reencode::{Error as ReencodeError, Reencode, ReencodeComponent, component_utils, utils};
use wasm_encoder::{Alias, Component, ExportSection, ImportSection, InstanceSection, Module, ModuleArg};
use wasmparser::{ComponentAlias, CustomSectionReader, Export, ImportSectionReader, Instance, Parser};

type Result<T> = std::result::Result<T, ReencodeError<Infallible>>;

/// The same component, smaller.
pub fn shrink(component: &[u8]) -> std::result::Result<Vec<u8>, Box<dyn Error>> {
    let mut shrunk = Component::new();
    Names::default().parse_component(&mut shrunk, Parser::new(0), component)?;
    Ok(shrunk.finish())
}

/// The short name of each long one, the same wherever it stands.
#[derive(Default)]
struct Names(HashMap<String, &'static str>);

impl Names {
    fn short(&mut self, long: &str) -> &'static str {
        // Leaked, because an encoder borrows names for as long as the component is borrowed; a build ends soon.
        let next = self.0.len();
        self.0.entry(long.to_owned()).or_insert_with(|| format!("{next:x}").leak())
    }
}

impl Reencode for Names {
    type Error = Infallible;

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

impl ReencodeComponent for Names {
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
