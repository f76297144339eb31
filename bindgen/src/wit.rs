//! The WIT: what the generator makes of it, and how often a record is returned.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, anyhow, bail};
use proc_macro2::TokenStream;
use wit_bindgen_core::wit_parser::{Resolve, Type, TypeDefKind, TypeId, TypeOwner, WorldId, WorldItem};
use wit_bindgen_core::{Files, WorldGenerator as _};
use wit_bindgen_rust::{Opts, WithOption};

use crate::options::Options;

/// The package and the interface of the probe; see [`Interface::generate_probe`].
pub(crate) const PROBE: [&str; 4] = ["exports", "bindgen", "probe", "results"];

/// A world and the options that its bindings are generated with.
pub(crate) struct Interface {
    resolve: Resolve,
    world: WorldId,
    opts: Opts,
    /// The records to share; a record comes after those that it contains.
    pub(crate) records: Vec<Record>,
    /// The WIT files.
    pub(crate) files: Vec<PathBuf>,
}

/// A record of an exported interface.
pub(crate) struct Record {
    /// As in WIT, such as `azure-error`.
    pub(crate) name: String,
    /// Such as `keyfob:azure/types@0.1.0`.
    interface: String,
    /// How often it is part of an exported function's result.
    pub(crate) returned: usize,
}

impl Interface {
    /// Reads the WIT from folders in `root`.
    pub(crate) fn read(root: &Path, options: &Options) -> Result<Self> {
        let mut resolve = Resolve::default();
        let mut files = Vec::new();
        let mut main = None;
        for path in &options.paths {
            let (package, sources) = resolve.push_path(root.join(path))?;
            files.extend(sources.paths().map(Path::to_owned));
            main = Some(package);
        }
        if let Some(inline) = &options.inline {
            main = Some(resolve.push_str("inline.wit", inline)?);
        }
        let main = main.context("give `path` or `inline`")?;
        let world = resolve.select_world(&[main], options.world.as_deref())?;
        let with = options.with.iter().map(|(name, path)| (name.clone(), WithOption::Path(path.clone()))).collect();
        let opts = Opts { with, generate_all: options.generate_all, ..Opts::default() };
        let mut interface = Self { resolve, world, opts, records: Vec::new(), files };
        interface.records = interface.find(&options.share)?;
        Ok(interface)
    }

    /// The code of the generator, as it is.
    pub(crate) fn generate(&self) -> Result<TokenStream> {
        generate(self.resolve.clone(), self.world, self.opts.clone())
    }

    /// The same as text.
    #[cfg(test)]
    pub(crate) fn generate_text(&self) -> Result<String> {
        text(self.resolve.clone(), self.world, self.opts.clone())
    }

    /// The generator's code for a world that also exports, for each record, a function that returns only this record.
    /// It shows without any guess which statements lower the record, and which free it.
    pub(crate) fn generate_probe(&self) -> Result<TokenStream> {
        let mut resolve = self.resolve.clone();
        let world = resolve.worlds.get(self.world).context("the world is gone")?;
        let package = world.package.and_then(|id| resolve.packages.get(id)).context("the world has no package")?;
        let world = package.name.interface_id(&world.name);
        let mut functions = String::new();
        for Record { name, interface, .. } in &self.records {
            functions += &format!("use {interface}.{{{name}}};\nreturn-{name}: func() -> {name};\n");
        }
        let [_, namespace, package, interface] = PROBE;
        let probe = format!(
            "package {namespace}:{package};\n\
             interface {interface} {{ {functions} }}\n\
             world probe {{ include {world}; export {interface}; }}"
        );
        let probe = resolve.push_str("probe.wit", &probe)?;
        let world = resolve.select_world(&[probe], Some("probe"))?;
        // Nothing else is looked at, and it takes most of the time.
        for (_, interface) in resolve.interfaces.iter_mut().filter(|(_, interface)| interface.package != Some(probe)) {
            interface.functions.clear();
        }
        generate(resolve, world, Opts { generate_all: true, ..self.opts.clone() })
    }

    /// Finds the records in the exported interfaces, those first that contain no other one.
    fn find(&self, names: &[String]) -> Result<Vec<Record>> {
        let world = self.resolve.worlds.get(self.world).context("the world is gone")?;
        let exported = || {
            world.exports.values().filter_map(|item| match item {
                WorldItem::Interface { id, .. } => Some(*id),
                _ => None,
            })
        };
        let results = || {
            let functions = exported().filter_map(|id| self.resolve.interfaces.get(id));
            functions.flat_map(|interface| interface.functions.values()).filter_map(|function| function.result)
        };
        let mut found = Vec::new();
        for name in names {
            let mut records = self.resolve.types.iter().filter(|(_, definition)| {
                definition.name.as_deref() == Some(name)
                    && matches!(definition.kind, TypeDefKind::Record(_))
                    && matches!(definition.owner, TypeOwner::Interface(id) if exported().any(|other| other == id))
            });
            let (Some((id, record)), None) = (records.next(), records.next()) else {
                bail!(
                    "`share` names `{name}`, and the exported interfaces do not have exactly one record of that name"
                );
            };
            let interface = match record.owner {
                TypeOwner::Interface(id) => self.resolve.id_of(id),
                _ => None,
            };
            let interface = interface.context("a record belongs to an interface that has no name")?;
            let returned = results().map(|result| self.count(id, &result)).sum();
            if returned == 0 {
                bail!("`share` names `{name}`, which no exported function returns");
            }
            found.push((id, Record { name: name.clone(), interface, returned }));
        }
        // A record contains more of the others than any record in it.
        let ids: Vec<_> = found.iter().map(|(id, _)| *id).collect();
        found.sort_by_key(|(record, _)| ids.iter().map(|id| self.count(*id, &Type::Id(*record))).sum::<usize>());
        Ok(found.into_iter().map(|(_, record)| record).collect())
    }

    /// How often a record is part of a type.
    fn count(&self, record: TypeId, part: &Type) -> usize {
        let Type::Id(id) = *part else { return 0 };
        let Some(definition) = self.resolve.types.get(id) else { return 0 };
        let within = |part: &Type| self.count(record, part);
        let inside = match &definition.kind {
            TypeDefKind::Record(of) => of.fields.iter().map(|field| within(&field.ty)).sum(),
            TypeDefKind::Tuple(of) => of.types.iter().map(within).sum(),
            TypeDefKind::Variant(of) => of.cases.iter().filter_map(|case| case.ty.as_ref()).map(within).sum(),
            TypeDefKind::Option(of) | TypeDefKind::List(of) | TypeDefKind::Type(of) => within(of),
            TypeDefKind::Result(of) => of.ok.iter().chain(&of.err).map(within).sum(),
            // The count of calls that are made is compared with this one: a kind that is missing here is noticed.
            _ => 0,
        };
        inside + usize::from(id == record)
    }
}

fn generate(resolve: Resolve, world: WorldId, opts: Opts) -> Result<TokenStream> {
    let text = text(resolve, world, opts)?;
    text.parse().map_err(|error| anyhow!("wit-bindgen's code can't be read: {error}"))
}

fn text(mut resolve: Resolve, world: WorldId, opts: Opts) -> Result<String> {
    let mut files = Files::default();
    opts.build().generate(&mut resolve, world, &mut files)?;
    let (_, source) = files.iter().next().context("wit-bindgen wrote no file")?;
    Ok(String::from_utf8(source.to_vec())?)
}
