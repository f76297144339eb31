//! Holds the shared functions against the code that the generator writes.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use std::path::Path;

use proc_macro2::{Delimiter, Ident, TokenStream, TokenTree};
use quote::{format_ident, quote};

use crate::options::Options;
use crate::share::template::{Template, templates};
use crate::share::tokens::{Offset, can_be_variable, inside, numbered, offset_of, offset_tokens};
use crate::share::{Call, VERSION, replace, share};
use crate::wit::Interface;

/// Records in all positions: alone, in a result, a list, an option, a tuple and in other records.
const POSITIONS: &str = r#"
    package test:positions@1.2.3;

    interface types {
        enum kind { one, two }
        variant choice { none, number(u64), text(string) }
        record part { name: string, kind: kind, bytes: list<u8>, choice: choice }
        record problem { message: string, status: option<u16>, parts: list<part>, pairs: list<tuple<string, string>> }
    }
    interface values {
        use types.{problem, part};
        record whole { id: string, first: part, flag: option<bool>, second: part, names: list<string> }
        record numbers { one: u32, two: u64 }
        resource item {
            constructor(name: string);
            get: func(name: string) -> result<whole, problem>;
        }
        alone: func() -> part;
        listed: func(names: list<string>) -> list<result<whole, problem>>;
        maybe: func() -> option<whole>;
        both: func() -> tuple<part, whole, numbers>;
        fails: func() -> result<_, problem>;
        given: func(part: part) -> u32;
    }
    world all { export types; export values; }
"#;

fn positions() -> Interface {
    let share = ["whole", "problem", "numbers", "part"].map(str::to_owned).to_vec();
    let options = Options { inline: Some(POSITIONS.to_owned()), share, ..Options::default() };
    Interface::read(Path::new("."), &options).unwrap()
}

/// The options that the component is generated with: for a world of `keyfob:azure`, or of `keyfob:embedding`.
fn component(world: &str) -> Interface {
    let (paths, with) = if world.starts_with("keyfob:embedding/") {
        let host = ("keyfob:embedding/host@0.1.0".to_owned(), "crate::platform::embedded::host".to_owned());
        (vec!["../wit".to_owned(), "../wit-embedding".to_owned()], vec![host])
    } else {
        (vec!["../wit".to_owned()], Vec::new())
    };
    let share = ["azure-error", "secret-properties"].map(str::to_owned).to_vec();
    let options = Options { paths, world: Some(world.to_owned()), with, share, ..Options::default() };
    Interface::read(Path::new(env!("CARGO_MANIFEST_DIR")), &options).unwrap()
}

fn shared(interface: &Interface) -> (TokenStream, Vec<Call>) {
    share(interface, interface.generate().unwrap(), interface.generate_probe().unwrap()).unwrap()
}

#[test]
fn statements_in_place_of_the_calls_are_the_generators_code() {
    for interface in [positions(), component("keyfob"), component("keyfob:embedding/embedded")] {
        let (code, calls) = shared(&interface);
        let mut restored: Vec<_> = code.into_iter().collect();
        // In the opposite order, because what frees or lowers a record calls the functions of those in it.
        for template in all_templates(&interface).iter().rev() {
            let mut calls = calls.iter().filter(|call| call.function == template.function);
            restored = restore(template, restored, &mut Vec::new(), &mut calls);
            assert!(calls.next().is_none());
        }
        let (restored, generated) = (flat(restored.into_iter().collect()), flat(interface.generate().unwrap()));
        let differs = restored.iter().zip(&generated).position(|(restored, generated)| restored != generated);
        let around = |tokens: &[String]| differs.map(|at| tokens[at.saturating_sub(20)..at + 20].join(" "));
        assert_eq!(around(&restored), around(&generated));
        assert_eq!(restored.len(), generated.len());
    }
}

#[test]
fn every_export_that_returns_a_record_calls_its_functions() {
    let (code, calls) = shared(&positions());
    let made = |function: &str| calls.iter().filter(|call| call.function == function).count();
    assert_eq!([made("lower_problem"), made("free_problem")], [3, 3]);
    assert_eq!([made("lower_whole"), made("free_whole")], [4, 4]);
    // Two in each `whole`, one in each `problem`, and two that are returned themselves.
    assert_eq!([made("lower_part"), made("free_part")], [13, 13]);
    assert_eq!([made("lower_numbers"), made("free_numbers")], [1, 0]);
    // Those in `whole` and `problem` are now in the functions of these records, once.
    let code = flat(code);
    let named = |function: &str| code.iter().filter(|token| *token == function).count();
    assert_eq!([named("lower_problem"), named("lower_whole"), named("lower_part")], [1 + 3, 1 + 4, 1 + 2 + 1 + 2]);
}

#[test]
fn code_that_the_generator_wrote_differently_is_refused() {
    let interface = component("keyfob");
    let generated = interface.generate().unwrap().to_string();
    let probe = || interface.generate_probe().unwrap();
    // One place fewer than there are exports that return the record.
    let too_few = |function: &str| {
        let places = shared(&interface).1.iter().filter(|call| call.function == function).count();
        format!("{} places for `{function}`", places - 1)
    };
    let refused = |changed: String| {
        assert_ne!(changed, generated);
        let error = share(&interface, changed.parse().unwrap(), probe()).map(|_| ()).unwrap_err();
        let text = format!("{error:#}");
        assert!(text.contains("`azure-error`") && text.contains(VERSION) && text.contains("share.rs"), "{text}");
        text
    };
    let start = generated.rfind("AzureError {").unwrap();
    let (before, after) = generated.split_at(start);
    // A statement more, another order, another offset, a variable that is not the same one.
    let changes = [("let vec", "let other = 1; let vec"), ("into_bytes", "to_bytes"), ("add (8 + ", "add (9 + ")];
    for (from, to) in changes {
        let text = refused(format!("{before}{}", after.replacen(from, to, 1)));
        assert!(text.contains(&too_few("lower_azure_error")), "{text}");
    }
    let hint = after.find("match hint").unwrap();
    let (fields, statements) = after.split_at(hint);
    let other = statements.replacen("match hint", "match code", 1);
    assert!(refused(format!("{before}{fields}{other}")).contains(&too_few("lower_azure_error")));
    // The same for what frees it, and a probe that shows nothing.
    let start = generated.rfind("fn __post_return_").unwrap();
    let end = start + generated[start..].find("macro_rules").unwrap();
    let last = generated[..end].rfind("cabi_dealloc").unwrap();
    let (before, after) = generated.split_at(last);
    let changed = format!("{before}{}", after.replacen("cabi_dealloc", "dealloc", 1));
    assert!(refused(changed).contains(&too_few("free_azure_error")));
    let error = share(&interface, generated.parse().unwrap(), TokenStream::new()).map(|_| ()).unwrap_err();
    assert!(format!("{error:#}").ends_with("the probe has no export"));
}

#[test]
fn a_record_must_exist_and_be_returned() {
    for (name, problem) in [("nothing", "exactly one record"), ("kind", "exactly one record")] {
        let share = vec![name.to_owned()];
        let options = Options { inline: Some(POSITIONS.to_owned()), share, ..Options::default() };
        let error = Interface::read(Path::new("."), &options).map(|_| ()).unwrap_err().to_string();
        assert!(error.contains(name) && error.contains(problem), "{error}");
    }
}

#[test]
fn the_version_in_messages_is_the_one_that_is_used() {
    assert!(include_str!("../Cargo.toml").contains(&format!("wit-bindgen-rust = \"={VERSION}\"")));
    let generated = component("keyfob").generate_text().unwrap();
    assert!(generated.starts_with(&format!("// Generated by `wit-bindgen` {VERSION}.")));
}

#[test]
fn offsets_are_read_as_they_are_written() {
    for offset in [(0, 0), (8, 0), (0, 1), (0, 3), (8, 1), (16, 12)] {
        let tokens = offset_tokens(offset);
        let [group] = &quote!((#tokens)).into_iter().collect::<Vec<_>>()[..] else { panic!("one group") };
        assert_eq!(offset_of(group), Some(offset));
    }
}

#[test]
fn variables_have_numbers() {
    assert_eq!(numbered("ptr12"), Some(("ptr", 12, "")));
    assert_eq!(numbered("t22_0"), Some(("t", 22, "_0")));
    assert_eq!(numbered("not_before4"), Some(("not_before", 4, "")));
    for other in ["e", "base", "u8", "i64", "x5t"] {
        assert_eq!(numbered(other), None);
    }
}

fn all_templates(interface: &Interface) -> Vec<Template> {
    let mut probe: Vec<_> = interface.generate_probe().unwrap().into_iter().collect();
    let mut all = Vec::new();
    for record in &interface.records {
        for template in templates(record, &probe).unwrap() {
            probe = replace(&template, probe, &mut Vec::new());
            all.push(template);
        }
    }
    all
}

/// Takes a shared function out of the root and puts its statements where it is called.
fn restore<'a>(
    template: &Template,
    code: Vec<TokenTree>,
    module: &mut Vec<String>,
    calls: &mut impl Iterator<Item = &'a Call>,
) -> Vec<TokenTree> {
    let is_function = |at: usize| matches!(code.get(at), Some(TokenTree::Ident(name)) if *name == template.function);
    let mut result: Vec<TokenTree> = Vec::new();
    let mut at = 0;
    while let Some(token) = code.get(at) {
        let supers = code[at..].chunks(3).take_while(|chunk| chunk[0].to_string() == "super").count();
        if module.is_empty() && is_function(at + 2) && code[at + 1].to_string() == "fn" {
            // `unsafe fn name(…) { … }`
            at += 5;
        } else if is_function(at + 3 * supers)
            && let Some(TokenTree::Group(arguments)) = code.get(at + 3 * supers + 1)
        {
            assert_eq!(supers, module.len());
            let arguments = arguments.stream().into_iter().collect();
            result.extend(statements(template, arguments, module, calls.next().unwrap().renumbered));
            at += 3 * supers + 3;
        } else {
            let depth = module.len();
            if let [.., keyword, TokenTree::Ident(name)] = result.as_slice()
                && keyword.to_string() == "mod"
            {
                module.push(name.to_string());
            }
            result.push(inside(token, |tokens| restore(template, tokens, module, calls)));
            module.truncate(depth);
            at += 1;
        }
    }
    result
}

/// The statements of a template in an export.
fn statements(template: &Template, arguments: Vec<TokenTree>, module: &[String], renumbered: usize) -> Vec<TokenTree> {
    // `value, pointer.add(offset)` or `pointer.add(offset)`.
    let (value, [TokenTree::Ident(pointer), _, _, offset]) = arguments.split_at(arguments.len() - 4) else {
        panic!("a pointer and an offset");
    };
    let write = Write { template, pointer, offset: offset_of(offset).unwrap(), module, renumbered };
    let mut result = Vec::new();
    if let Some((path, fields)) = &template.record {
        result.extend(write.tokens(quote!(let #(#path)* #fields =).into_iter().collect()));
        // The variables in the value are the export's own.
        result.extend(value[..value.len() - 1].iter().cloned().chain(quote!(;)));
    }
    result.extend(write.tokens(template.statements.clone()));
    result
}

/// Writes a template's tokens as the generator does in an export.
struct Write<'a> {
    template: &'a Template,
    pointer: &'a Ident,
    offset: Offset,
    module: &'a [String],
    renumbered: usize,
}

impl Write<'_> {
    fn tokens(&self, tokens: Vec<TokenTree>) -> Vec<TokenTree> {
        let Self { template, pointer, offset, module, renumbered } = self;
        let mut result: Vec<TokenTree> = Vec::new();
        let mut at = 0;
        while let Some(token) = tokens.get(at) {
            at += 1;
            match token {
                TokenTree::Ident(name) if *name == template.pointer => {
                    let (bytes, pointers) = offset_of(&tokens[at + 2]).unwrap();
                    let moved = offset_tokens((offset.0 + bytes, offset.1 + pointers));
                    result.extend(quote!(#pointer.add(#moved)));
                    at += 3;
                }
                TokenTree::Ident(name) if *name == "exports" => {
                    let path = tokens[at - 1..].chunks(3).take(module.len()).map(|chunk| chunk[0].to_string());
                    if path.eq(module.iter().cloned()) {
                        at += 3 * module.len() - 1;
                    } else {
                        result.extend(module.iter().flat_map(|_| quote!(super::)));
                        result.push(token.clone());
                    }
                }
                TokenTree::Ident(name) => {
                    // A call of another shared function.
                    if ["lower_", "free_"].iter().any(|start| name.to_string().starts_with(start)) {
                        result.extend(module.iter().flat_map(|_| quote!(super::)));
                    }
                    result.push(match numbered(&name.to_string()) {
                        Some((before, number, after)) if can_be_variable(&tokens, at - 1) => {
                            format_ident!("{before}{}{after}", number + renumbered).into()
                        }
                        _ => token.clone(),
                    });
                }
                token => result.push(inside(token, |tokens| self.tokens(tokens))),
            }
        }
        result
    }
}

/// All tokens, those in groups too. Blanks between them say nothing.
fn flat(tokens: TokenStream) -> Vec<String> {
    let mut all = Vec::new();
    for token in tokens {
        let TokenTree::Group(group) = token else {
            all.push(token.to_string());
            continue;
        };
        let (open, close) = match group.delimiter() {
            Delimiter::Parenthesis => ("(", ")"),
            Delimiter::Brace => ("{", "}"),
            Delimiter::Bracket => ("[", "]"),
            Delimiter::None => ("", ""),
        };
        all.push(open.to_owned());
        all.extend(flat(group.stream()));
        all.push(close.to_owned());
    }
    all
}
