//! Checks the documents: their links resolve, the README's code is the code that is built, and the table of dependencies
//! in docs/dependencies.md is what Cargo.toml names and what is linked.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;

use keyfob_component::{CREDENTIALS, SOURCES};
use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};
use serde::Deserialize;

const ROOT: &str = env!("CARGO_MANIFEST_DIR");
const README: &str = include_str!("../README.md");
const DEPENDENCIES: &str = include_str!("../docs/dependencies.md");

/// Folders that hold no documents of ours: what is built, installed or downloaded.
const NOT_OURS: [&str; 5] = ["target", "node_modules", "corpus", "artifacts", "__pycache__"];

#[test]
fn the_readme_is_short() {
    assert!(README.lines().count() <= 150, "the README has {} lines", README.lines().count());
}

#[test]
fn the_apps_of_the_readmes_are_the_example() {
    let example = include_str!("../examples/rust-app/src/main.rs");
    assert!(README.contains(&format!("```rust\n{example}```")));
    // The crate has it too, with its documentation.
    assert_eq!(include_str!("../sdk/rust/examples/get_secret.rs"), example);
    let guide = include_str!("../sdk/rust/README.md");
    assert!(guide.contains(&format!("```rust,no_run\n{example}```")));
}

#[test]
fn every_credential_and_source_has_its_row() {
    let credentials = include_str!("../docs/credentials.md");
    let missing = CREDENTIALS.iter().find(|name| !credentials.contains(&format!("`{name}`")));
    assert_eq!(missing, None, "not in docs/credentials.md");
    let sources = include_str!("../docs/managed-identity.md");
    let missing = SOURCES.iter().find(|name| !sources.contains(&format!("\n| {name}")));
    assert_eq!(missing, None, "not in docs/managed-identity.md");
}

#[test]
fn every_page_of_docs_is_linked_from_the_readme() {
    let linked: BTreeSet<String> = Document::parse(README).links.into_iter().collect();
    let pages = documents().into_keys().filter_map(|path| path.strip_prefix("docs").ok().map(Path::to_owned));
    let missing: Vec<_> =
        pages.map(|page| format!("docs/{}", page.display())).filter(|page| !linked.contains(page)).collect();
    assert!(missing.is_empty(), "the README has no link to {missing:?}");
}

#[test]
fn every_relative_link_resolves() {
    let documents = documents();
    let mut problems = Vec::new();
    let mut checked = 0;
    for (path, document) in &documents {
        for link in document.links.iter().filter(|link| is_relative(link)) {
            checked += 1;
            if let Err(why) = resolve(path, link, &documents) {
                problems.push(format!("{}: {link} {why}", path.display()));
            }
        }
    }
    assert!(problems.is_empty(), "{}", problems.join("\n"));
    assert!(checked > 50, "only {checked} links were found in {} documents", documents.len());
}

#[test]
fn a_link_that_leads_nowhere_is_found() {
    let documents = documents();
    let problem = |link| resolve(Path::new("docs/errors.md"), link, &documents).err();
    assert_eq!(problem("../README.md#install"), None);
    assert_eq!(problem("#the-log"), None);
    assert_eq!(problem("#no-such-heading"), Some("names a heading that is not there"));
    assert_eq!(problem("no-such-page.md"), Some("does not exist"));
    assert_eq!(problem("../../elsewhere.md"), Some("leads out of the repository"));
}

/// The paths in ARCHITECTURE.md and CONTRIBUTING.md exist, so that the pages stay true when files move.
#[test]
fn paths_for_contributors_exist() {
    let documents = documents();
    let mut missing = Vec::new();
    let mut checked = 0;
    for name in ["ARCHITECTURE.md", "CONTRIBUTING.md"] {
        for path in documents[Path::new(name)].code.iter().filter_map(|code| path(code)) {
            checked += 1;
            if !Path::new(ROOT).join(path).exists() {
                missing.push(format!("{name}: {path}"));
            }
        }
    }
    assert!(missing.is_empty(), "{}", missing.join("\n"));
    assert!(checked > 40, "only {checked} paths were found");
}

/// The path in a code span, up to a placeholder such as NAME.
fn path(code: &str) -> Option<&str> {
    let is_path = |it: char| it.is_ascii_alphanumeric() || matches!(it, '/' | '.' | '-' | '_' | '*');
    let is_ours = code.contains('/') && !code.starts_with(['/', '*']) && !code.starts_with("target/");
    if !is_ours || !code.chars().all(is_path) {
        return None;
    }
    let parts = code.split_inclusive('/');
    let is_placeholder = |part: &&str| part.contains('*') || part.split('.').next().is_some_and(is_capital);
    let fixed: usize = parts.take_while(|part| !is_placeholder(part)).map(str::len).sum();
    code.get(..fixed).filter(|fixed| !fixed.is_empty())
}

fn is_capital(part: &str) -> bool {
    let name = part.trim_end_matches('/');
    !name.is_empty() && name.chars().all(|it| it.is_ascii_uppercase())
}

#[test]
fn a_path_ends_before_its_placeholder() {
    assert_eq!(path("tests/cases/NAME/"), Some("tests/cases/"));
    assert_eq!(path("src/credential/NAME.rs"), Some("src/credential/"));
    assert_eq!(path("tests/component/imports*.txt"), Some("tests/component/"));
    assert_eq!(path("src/entra.rs"), Some("src/entra.rs"));
    for other in ["target/", "keyfob:azure", "cargo test", "wasi:http/types", "Debug"] {
        assert_eq!(path(other), None, "{other}");
    }
}

#[test]
fn headings_become_anchors_as_on_github() {
    let text = "# What it does: `a` & *b*, twice\n\n## Same\n\n### Same\n\n## `.env` files\n";
    let anchors = ["what-it-does-a--b-twice", "same", "same-1", "env-files"].map(str::to_owned);
    assert_eq!(Document::parse(text).anchors, BTreeSet::from(anchors));
}

/// What of a Markdown file is checked.
struct Document {
    links: Vec<String>,
    /// The code spans.
    code: Vec<String>,
    /// The anchors of its headings.
    anchors: BTreeSet<String>,
}

impl Document {
    fn parse(text: &str) -> Self {
        let (mut links, mut code, mut anchors) = (Vec::new(), Vec::new(), BTreeSet::new());
        let mut heading: Option<String> = None;
        for event in Parser::new_ext(text, Options::ENABLE_TABLES) {
            if let Event::Code(text) = &event {
                code.push(text.to_string());
            }
            match event {
                Event::Start(Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. }) => {
                    links.push(dest_url.into_string());
                }
                Event::Start(Tag::Heading { .. }) => heading = Some(String::new()),
                Event::End(TagEnd::Heading(_)) => {
                    let anchor = anchor(&heading.take().unwrap_or_default());
                    let same = (1..).map(|number| format!("{anchor}-{number}"));
                    let free = std::iter::once(anchor.clone()).chain(same).find(|it| !anchors.contains(it));
                    anchors.extend(free);
                }
                Event::Text(text) | Event::Code(text) => {
                    if let Some(heading) = &mut heading {
                        heading.push_str(&text);
                    }
                }
                _ => {}
            }
        }
        Self { links, code, anchors }
    }
}

/// The anchor that GitHub gives a heading: lower-case letters, digits, `_` and `-`, with `-` for each space.
fn anchor(heading: &str) -> String {
    let kept = heading.trim().chars().filter(|it| it.is_alphanumeric() || matches!(it, ' ' | '-' | '_'));
    kept.flat_map(char::to_lowercase).map(|it| if it == ' ' { '-' } else { it }).collect()
}

/// Whether a link leads to a file or a heading, and not to a URL.
fn is_relative(link: &str) -> bool {
    !link.contains("://") && !link.starts_with("mailto:")
}

/// Finds what a link in the document at `from` leads to.
fn resolve(from: &Path, link: &str, documents: &BTreeMap<PathBuf, Document>) -> Result<(), &'static str> {
    let (file, fragment) = link.split_once('#').map_or((link, None), |(file, fragment)| (file, Some(fragment)));
    let mut path = if file.is_empty() { from.to_owned() } else { PathBuf::new() };
    if !file.is_empty() {
        for part in from.parent().into_iter().flatten().chain(Path::new(file)) {
            match part.to_str() {
                Some("..") if !path.pop() => return Err("leads out of the repository"),
                Some(".." | ".") => {}
                _ => path.push(part),
            }
        }
    }
    if !Path::new(ROOT).join(&path).exists() {
        return Err("does not exist");
    }
    match (fragment, documents.get(&path)) {
        (None, _) => Ok(()),
        (Some(fragment), Some(document)) if document.anchors.contains(fragment) => Ok(()),
        (Some(_), _) => Err("names a heading that is not there"),
    }
}

/// Every Markdown file of the repository, by its path from the root.
fn documents() -> BTreeMap<PathBuf, Document> {
    let mut documents = BTreeMap::new();
    let mut folders = vec![PathBuf::new()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(Path::new(ROOT).join(&folder)).unwrap() {
            let entry = entry.unwrap();
            let name = entry.file_name().into_string().unwrap();
            let path = folder.join(&name);
            let hidden = name.starts_with('.') && name != ".github";
            if entry.file_type().unwrap().is_dir() {
                if !hidden && !NOT_OURS.contains(&name.as_str()) {
                    folders.push(path);
                }
            } else if name.ends_with(".md") {
                let text = std::fs::read_to_string(entry.path()).unwrap();
                documents.insert(path, Document::parse(&text));
            }
        }
    }
    documents
}

#[derive(Deserialize)]
struct Manifest {
    dependencies: BTreeMap<String, Dependency>,
    target: BTreeMap<String, Target>,
}

#[derive(Deserialize)]
struct Target {
    #[serde(default)]
    dependencies: BTreeMap<String, Dependency>,
}

#[derive(Deserialize)]
struct Dependency {
    version: String,
    package: Option<String>,
    #[serde(default)]
    optional: bool,
}

/// A dependency of the component, as Cargo.toml or docs/dependencies.md has it.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Row {
    name: String,
    version: String,
    certificates_only: bool,
}

#[test]
fn the_listed_crates_are_those_of_the_manifest() {
    let manifest: Manifest = toml::from_str(include_str!("../Cargo.toml")).unwrap();
    let wasm = manifest.target.into_iter().filter(|(target, _)| target.contains("wasm\"") && !target.contains("not("));
    let all = manifest.dependencies.into_iter().chain(wasm.flat_map(|(_, target)| target.dependencies));
    // Of the first, a macro of this repository, nothing is linked. The other is told apart: only the build for WASI 0.3 has it.
    let others = all.filter(|(name, _)| !["keyfob-bindgen", "wasip3"].contains(&name.as_str()));
    let wanted: BTreeSet<_> = others
        .map(|(name, dependency)| Row {
            name: dependency.package.unwrap_or(name),
            version: dependency.version,
            certificates_only: dependency.optional,
        })
        .collect();
    let listed = rows().into_iter().map(|cells| Row {
        name: cells[0].trim_matches('`').to_owned(),
        version: cells[1].to_owned(),
        certificates_only: cells[3] == "–",
    });
    assert_eq!(listed.collect::<BTreeSet<_>>(), wanted);
}

#[test]
fn the_listed_crates_are_those_that_are_linked() {
    let rows = rows();
    let direct = |with_certificates: bool| {
        let chosen = rows.iter().filter(move |cells| with_certificates || cells[3] != "–");
        chosen.map(|cells| cells[0].trim_matches('`')).collect::<BTreeSet<_>>()
    };
    let default: BTreeSet<_> = indirect("by default").union(&direct(false)).copied().collect();
    assert_eq!(default, linked("").iter().map(|krate| krate.name.as_str()).collect());

    let certificates = indirect("by default").into_iter().chain(indirect("with certificates")).chain(direct(true));
    let linked = linked("certificate");
    assert_eq!(certificates.collect::<BTreeSet<_>>(), linked.iter().map(|krate| krate.name.as_str()).collect());

    for cells in &rows {
        let of_this_version = |krate: &&Linked| {
            krate.name == cells[0].trim_matches('`') && krate.version.starts_with(cells[1].trim_start_matches('='))
        };
        let krate = linked.iter().find(of_this_version).unwrap_or_else(|| panic!("{cells:?}"));
        let either = |licence: &str| licence.split(" OR ").map(str::to_owned).collect::<BTreeSet<_>>();
        assert_eq!(either(cells[5]), either(&krate.licence), "{cells:?}");
    }
}

/// The cells of the table of crates: name, version, purpose, bytes by default, with certificates, licence.
fn rows() -> Vec<Vec<&'static str>> {
    let (section, _) = DEPENDENCIES.split_once("\nIndirect, ").unwrap();
    let rows = section.lines().filter(|line| line.starts_with("| `"));
    rows.map(|line| line.trim_matches('|').split('|').map(str::trim).collect()).collect()
}

/// The crates that those of the table bring along, from the paragraph "Indirect, `when`: …".
fn indirect(when: &str) -> BTreeSet<&'static str> {
    let (_, list) = DEPENDENCIES.split_once(&format!("\nIndirect, {when}: ")).unwrap();
    let (list, _) = list.split_once("\n\n").unwrap();
    list.split('`').skip(1).step_by(2).collect()
}

/// A crate that is linked into the component.
struct Linked {
    name: String,
    version: String,
    licence: String,
}

/// All crates that cargo links into the component with these features, except the component's own.
fn linked(features: &str) -> Vec<Linked> {
    let tree = Command::new(env!("CARGO"))
        .args(["tree", "--locked", "--offline", "--package", "keyfob-component", "--target", "wasm32-wasip2"])
        .args(["--edges", "normal,no-proc-macro", "--features", features])
        .args(["--prefix", "none", "--no-dedupe", "--format", "{p}|{l}"])
        .current_dir(ROOT)
        .output()
        .unwrap();
    assert!(tree.status.success(), "{}", String::from_utf8_lossy(&tree.stderr));
    let lines = String::from_utf8(tree.stdout).unwrap();
    let lines: BTreeSet<_> = lines.lines().filter(|line| !line.starts_with("keyfob-component ")).collect();
    lines
        .into_iter()
        .map(|line| {
            let (krate, licence) = line.split_once('|').unwrap();
            let (name, version) = krate.split_once(" v").unwrap();
            Linked { name: name.to_owned(), version: version.to_owned(), licence: licence.to_owned() }
        })
        .collect()
}
