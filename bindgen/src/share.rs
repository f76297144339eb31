//! Moves what lowers or frees a record out of the exports into one function each.
//!
//! The probe (see [`Interface::generate_probe`]) gives the statements for a record alone. In the exports the same
//! statements differ in four respects only, and nothing else is accepted:
//!
//! - numbers in the names of variables are larger by a constant;
//! - the pointer that they write to or read from has another name;
//! - the offsets from this pointer are larger by a constant;
//! - a type is named from the module of the export.
//!
//! The code is handled as tokens, never as text. How many times the statements must be found is known from the WIT.

use anyhow::{Context as _, Result, anyhow, bail};
use proc_macro2::{Delimiter, Group, Ident, Literal, TokenStream, TokenTree};
use quote::{format_ident, quote};

use crate::wit::{Interface, PROBE, Record};

/// A call that replaced statements.
pub(crate) struct Call {
    /// The function that is called.
    pub(crate) function: Ident,
    /// How much larger the numbers of the variables were.
    #[cfg_attr(not(test), expect(dead_code, reason = "the test restores the statements with it"))]
    pub(crate) renumbered: usize,
}

/// What lowers or frees one record, taken from the probe. All paths start at the root of the bindings.
pub(crate) struct Template {
    /// The function that it becomes.
    pub(crate) function: Ident,
    /// For what lowers the record, `Type { fields }` of the `let` that takes it apart, before the statements.
    pub(crate) record: Option<(Vec<TokenTree>, Group)>,
    pub(crate) statements: Vec<TokenTree>,
    /// The pointer to the record.
    pub(crate) pointer: Ident,
}

/// The generator's version; a test holds it against Cargo.toml.
pub(crate) const VERSION: &str = "0.62.0";

/// Bytes, and sizes of a pointer.
pub(crate) type Offset = (usize, usize);

/// Shares the records of `interface` in the code that the generator made of it.
pub(crate) fn share(
    interface: &Interface,
    generated: TokenStream,
    probe: TokenStream,
) -> Result<(TokenStream, Vec<Call>)> {
    let mut code: Vec<TokenTree> = generated.into_iter().collect();
    let mut probe: Vec<TokenTree> = probe.into_iter().collect();
    let mut calls = Vec::new();
    let mut functions = Vec::new();
    for record in &interface.records {
        let name = &record.name;
        let advice = format!(
            "the code that wit-bindgen {VERSION} generates for the record `{name}` can't be moved into one function. \
             Adapt bindgen/src/share.rs to this version, or use the version before, or take `{name}` out of `share` \
             where the bindings are generated, which makes the component larger and changes nothing else"
        );
        for template in templates(record, &probe).context(advice.clone())? {
            code = replace(&template, code, &mut calls);
            let Template { function, .. } = &template;
            let made = calls.iter().filter(|call| call.function == *function).count();
            if made != record.returned {
                let found = anyhow!("{made} places for `{function}`, and {} by the WIT", record.returned);
                return Err(found.context(advice));
            }
            // A record that contains this one then calls its functions.
            probe = replace(&template, probe, &mut Vec::new());
            functions.push(template.function());
        }
    }
    Ok((quote!(#(#code)* #(#functions)*), calls))
}

/// What lowers the record, and what frees it if there is something to free.
pub(crate) fn templates(record: &Record, probe: &[TokenTree]) -> Result<Vec<Template>> {
    let snake = record.name.replace('-', "_");
    let body = function(probe, &format!("_export_return_{snake}_cabi")).context("the probe has no export")?;
    let mut templates = vec![lowering(&snake, &body).context("the probe's export looks different")?];
    if let Some(body) = function(probe, &format!("__post_return_return_{snake}")) {
        templates.push(freeing(&snake, body).context("the probe's post-return function looks different")?);
    }
    for template in &templates {
        if hides(&template.pointer, &template.statements) {
            bail!("a loop names the pointer to the record");
        }
    }
    Ok(templates)
}

/// From the body of a function that returns a record: `… let Type { fields } = value; statements pointer`.
fn lowering(snake: &str, body: &[TokenTree]) -> Option<Template> {
    let start = (0..body.len()).find(|start| let_record(body.get(*start..).unwrap_or_default()).is_some())?;
    let body = body.get(start..)?;
    let (path, fields, value) = let_record(body)?;
    let (TokenTree::Ident(pointer), statements) = body.get(path.len() + 3 + value.len() + 1..)?.split_last()? else {
        return None;
    };
    Some(Template {
        function: format_ident!("lower_{snake}"),
        record: Some((path.to_vec(), fields.clone())),
        statements: statements.to_vec(),
        pointer: pointer.clone(),
    })
}

/// From the body of a post-return function, which does nothing else. The pointer is its only parameter.
fn freeing(snake: &str, statements: Vec<TokenTree>) -> Option<Template> {
    let pointer = format_ident!("arg0");
    mentions(&pointer, &statements).then_some(())?;
    Some(Template { function: format_ident!("free_{snake}"), record: None, statements, pointer })
}

/// `let Type { fields } = value;`: the type, the fields and the value.
fn let_record(tokens: &[TokenTree]) -> Option<(&[TokenTree], &Group, &[TokenTree])> {
    if !is_ident(tokens.first(), "let") {
        return None;
    }
    let tokens = tokens.get(1..)?;
    let length = tokens.iter().take_while(|token| is_path(token)).count();
    let path = tokens.get(..length)?;
    let (TokenTree::Group(fields), TokenTree::Punct(equals)) = (tokens.get(length)?, tokens.get(length + 1)?) else {
        return None;
    };
    let value = tokens.get(length + 2..)?;
    let value = value.get(..value.iter().position(|token| is_punct(Some(token), ';'))?)?;
    (length > 0 && fields.delimiter() == Delimiter::Brace && equals.as_char() == '=').then_some((path, fields, value))
}

/// The statements in `unsafe` of a function of the probe, with paths from the root.
fn function(probe: &[TokenTree], name: &str) -> Option<Vec<TokenTree>> {
    let mut inside = probe.to_vec();
    for module in PROBE {
        let start = inside.windows(2).position(|tokens| is_mod(tokens, module))?;
        inside = braces(inside.get(start..)?)?;
    }
    let start = inside.windows(2).position(|tokens| is_ident(tokens.first(), "fn") && is_ident(tokens.last(), name))?;
    let body = braces(inside.get(start..)?)?;
    let start = body.iter().position(|token| is_ident(Some(token), "unsafe"))?;
    Some(from_root(braces(body.get(start..)?)?, PROBE.len()))
}

/// The tokens in the next pair of braces.
fn braces(tokens: &[TokenTree]) -> Option<Vec<TokenTree>> {
    tokens.iter().find_map(|token| match token {
        TokenTree::Group(group) if group.delimiter() == Delimiter::Brace => Some(group.stream().into_iter().collect()),
        _ => None,
    })
}

/// Takes away `super::` where there is one for each module.
fn from_root(tokens: Vec<TokenTree>, depth: usize) -> Vec<TokenTree> {
    let mut result = Vec::new();
    let mut rest = tokens.as_slice();
    while let Some((token, after)) = rest.split_first() {
        let supers = supers(rest);
        if supers == depth {
            rest = rest.get(3 * supers..).unwrap_or_default();
            continue;
        }
        result.push(inside(token, |tokens| from_root(tokens, depth)));
        rest = after;
    }
    result
}

/// How many times `super::` stands at the start.
fn supers(tokens: &[TokenTree]) -> usize {
    tokens.chunks(3).take_while(|chunk| is_ident(chunk.first(), "super")).count()
}

/// Whether statements that have a `base` of their own, as loops do, also name the pointer to the record. In an export, the
/// pointer itself can be called `base`.
fn hides(pointer: &Ident, tokens: &[TokenTree]) -> bool {
    tokens.iter().any(|token| match token {
        TokenTree::Group(group) => {
            let within: Vec<_> = group.stream().into_iter().collect();
            let rebinds = within.iter().any(|token| is_ident(Some(token), "base"));
            (rebinds && mentions(pointer, &within)) || hides(pointer, &within)
        }
        _ => false,
    })
}

fn mentions(name: &Ident, tokens: &[TokenTree]) -> bool {
    tokens.iter().any(|token| match token {
        TokenTree::Ident(ident) => ident == name,
        TokenTree::Group(group) => mentions(name, &group.stream().into_iter().collect::<Vec<_>>()),
        _ => false,
    })
}

impl Template {
    /// The function.
    fn function(&self) -> TokenStream {
        let Self { function, record, statements, pointer } = self;
        match record {
            Some((path, fields)) => quote! {
                unsafe fn #function(value: #(#path)*, #pointer: *mut u8) {
                    unsafe { let #(#path)* #fields = value; #(#statements)* }
                }
            },
            None => quote!(unsafe fn #function(#pointer: *mut u8) { unsafe { #(#statements)* } }),
        }
    }

    /// Whether a function of this name can have the statements.
    fn is_in(&self, function: &str) -> bool {
        if self.record.is_some() { function.starts_with("_export_") } else { function.starts_with("__post_return_") }
    }

    /// A call in the place of the statements at the start, and how many tokens these are.
    fn call(&self, tokens: &[TokenTree], module: &[String]) -> Option<(TokenStream, usize, Call)> {
        let mut comparison = Comparison { template: self, module, pointer: None, moved: None, renumbered: None };
        let (value, before) = match &self.record {
            Some((wanted, fields)) => {
                let (path, found, value) = let_record(tokens)?;
                (comparison.compare(wanted, path)? == path.len()).then_some(())?;
                comparison.compare_group(fields, found)?;
                (quote!(#(#value)*,), path.len() + value.len() + 4)
            }
            None => (TokenStream::new(), 0),
        };
        let length = before + comparison.compare(&self.statements, tokens.get(before..)?)?;
        let (function, pointer, offset) = (&self.function, comparison.pointer?, offset_tokens(comparison.moved?));
        let root = module.iter().map(|_| quote!(super::));
        let call = Call { function: function.clone(), renumbered: comparison.renumbered? };
        Some((quote!(#(#root)* #function(#value #pointer.add(#offset));), length, call))
    }
}

/// Compares the statements of an export with those of a template, and finds out in what they may differ.
struct Comparison<'a> {
    template: &'a Template,
    /// Where the export is.
    module: &'a [String],
    pointer: Option<Ident>,
    moved: Option<Offset>,
    renumbered: Option<usize>,
}

impl Comparison<'_> {
    /// How many tokens of `found` are the statements in `wanted`; none if they differ.
    fn compare(&mut self, wanted: &[TokenTree], found: &[TokenTree]) -> Option<usize> {
        let (mut at, mut length) = (0, 0);
        while let Some(token) = wanted.get(at) {
            let rest = found.get(length..)?;
            if is_ident(Some(token), &self.template.pointer.to_string()) {
                self.compare_pointer(wanted.get(at..at + 4)?, rest.get(..4)?)?;
                (at, length) = (at + 4, length + 4);
                continue;
            }
            let supers = supers(rest);
            if supers > 0 && supers == self.module.len() {
                length += 3 * supers;
            } else if let Some(long) = self.in_module(wanted.get(at..)?) {
                // A type of the module that the export is in has its name alone.
                at += long;
            }
            match (wanted.get(at)?, found.get(length)?) {
                (TokenTree::Ident(wanted_name), TokenTree::Ident(name)) => {
                    if can_be_variable(wanted, at) {
                        self.compare_variable(wanted_name, name)?;
                    } else {
                        (wanted_name == name).then_some(())?;
                    }
                }
                (TokenTree::Group(wanted), TokenTree::Group(group)) => self.compare_group(wanted, group)?,
                (wanted, token) => (wanted.to_string() == token.to_string()).then_some(())?,
            }
            (at, length) = (at + 1, length + 1);
        }
        Some(length)
    }

    fn compare_group(&mut self, wanted: &Group, found: &Group) -> Option<()> {
        let inside: Vec<_> = found.stream().into_iter().collect();
        let length = self.compare(&wanted.stream().into_iter().collect::<Vec<_>>(), &inside)?;
        (length == inside.len() && wanted.delimiter() == found.delimiter()).then_some(())
    }

    /// `pointer.add(offset)`.
    fn compare_pointer(&mut self, wanted: &[TokenTree], found: &[TokenTree]) -> Option<()> {
        let ([_, wanted_dot, wanted_add, wanted_offset], [TokenTree::Ident(pointer), dot, add, offset]) =
            (wanted, found)
        else {
            return None;
        };
        let add_to = |dot, add| is_punct(Some(dot), '.') && is_ident(Some(add), "add");
        (add_to(wanted_dot, wanted_add) && add_to(dot, add)).then_some(())?;
        let (wanted, offset) = (offset_of(wanted_offset)?, offset_of(offset)?);
        let moved = (offset.0.checked_sub(wanted.0)?, offset.1.checked_sub(wanted.1)?);
        let same = self.pointer.get_or_insert_with(|| pointer.clone()) == pointer;
        (same && *self.moved.get_or_insert(moved) == moved).then_some(())
    }

    fn compare_variable(&mut self, wanted: &Ident, found: &Ident) -> Option<()> {
        let (wanted, found) = (wanted.to_string(), found.to_string());
        match (numbered(&wanted), numbered(&found)) {
            (Some((before, number, after)), Some((found_before, found_number, found_after))) => {
                let renumbered = found_number.checked_sub(number)?;
                let same = before == found_before && after == found_after;
                (same && *self.renumbered.get_or_insert(renumbered) == renumbered).then_some(())
            }
            _ => (wanted == found).then_some(()),
        }
    }

    /// The length of the path of this module at the start.
    fn in_module(&self, wanted: &[TokenTree]) -> Option<usize> {
        let segments = self.module.iter().zip(wanted.chunks(3));
        let same =
            segments.filter(|(name, chunk)| is_ident(chunk.first(), name) && is_punct(chunk.get(1), ':')).count();
        (same > 0 && same == self.module.len()).then_some(3 * same)
    }
}

/// Replaces the statements of a template in all functions that can have them.
pub(crate) fn replace(template: &Template, code: Vec<TokenTree>, calls: &mut Vec<Call>) -> Vec<TokenTree> {
    replace_in(template, code, &mut Vec::new(), calls)
}

fn replace_in(
    template: &Template,
    code: Vec<TokenTree>,
    module: &mut Vec<String>,
    calls: &mut Vec<Call>,
) -> Vec<TokenTree> {
    let mut result: Vec<TokenTree> = Vec::with_capacity(code.len());
    // The next braces are the body of a function that can have them.
    let mut body = false;
    for token in code {
        let replaced = match (&token, result.as_slice()) {
            (TokenTree::Group(group), [.., keyword, TokenTree::Ident(name)])
                if group.delimiter() == Delimiter::Brace && is_ident(Some(keyword), "mod") =>
            {
                module.push(name.to_string());
                let replaced = inside(&token, |tokens| replace_in(template, tokens, module, calls));
                module.pop();
                replaced
            }
            (TokenTree::Group(group), _) if group.delimiter() == Delimiter::Brace && body => {
                body = false;
                inside(&token, |tokens| replace_statements(template, tokens, module, calls))
            }
            (TokenTree::Ident(name), [.., keyword]) if is_ident(Some(keyword), "fn") => {
                body = template.is_in(&name.to_string());
                token
            }
            _ => token,
        };
        result.push(replaced);
    }
    result
}

fn replace_statements(
    template: &Template,
    tokens: Vec<TokenTree>,
    module: &[String],
    calls: &mut Vec<Call>,
) -> Vec<TokenTree> {
    let mut result = Vec::with_capacity(tokens.len());
    let mut rest = tokens.as_slice();
    while let Some((token, after)) = rest.split_first() {
        if is_ident(Some(token), "let")
            && let Some((call, length, made)) = template.call(rest, module)
        {
            result.extend(call);
            calls.push(made);
            rest = rest.get(length..).unwrap_or_default();
            continue;
        }
        result.push(inside(token, |tokens| replace_statements(template, tokens, module, calls)));
        rest = after;
    }
    result
}

/// Changes what is in a group; any other token stays.
pub(crate) fn inside(token: &TokenTree, change: impl FnOnce(Vec<TokenTree>) -> Vec<TokenTree>) -> TokenTree {
    let TokenTree::Group(group) = token else { return token.clone() };
    let changed = change(group.stream().into_iter().collect());
    TokenTree::Group(Group::new(group.delimiter(), changed.into_iter().collect()))
}

/// Whether the name at `at` can be a variable's: it is neither of a field or a method, nor in a path.
pub(crate) fn can_be_variable(tokens: &[TokenTree], at: usize) -> bool {
    let punct = |at: Option<usize>, character| is_punct(at.and_then(|at| tokens.get(at)), character);
    let (before, before_that) = (at.checked_sub(1), at.checked_sub(2));
    let field = punct(Some(at + 1), ':') && !punct(Some(at + 2), ':');
    // Two dots are a range.
    let method = punct(before, '.') && !punct(before_that, '.');
    let in_path = punct(before, ':') && punct(before_that, ':');
    !(field || method || in_path)
}

/// The parts of a variable's name: `ptr12` and `t22_0` are numbers 12 and 22. The primitive types are none.
pub(crate) fn numbered(name: &str) -> Option<(&str, usize, &str)> {
    if matches!(name, "i8" | "i16" | "i32" | "i64" | "u8" | "u16" | "u32" | "u64" | "f32" | "f64") {
        return None;
    }
    let digits = |name: &str| name.bytes().rev().take_while(u8::is_ascii_digit).count();
    let (name, after) = match name.rsplit_once('_') {
        Some((tuple, index)) if tuple.starts_with('t') && digits(tuple) == tuple.len() - 1 && digits(index) > 0 => {
            name.split_at(tuple.len())
        }
        _ => (name, ""),
    };
    let (before, number) = name.split_at(name.len() - digits(name));
    Some((before, number.parse().ok()?, after))
}

/// `8`, `8 + 4 * ::core::mem::size_of::<*const u8>()` and the like.
pub(crate) fn offset_of(token: &TokenTree) -> Option<Offset> {
    let TokenTree::Group(group) = token else { return None };
    let text: String = group.stream().to_string().split_whitespace().collect();
    let Some(rest) = text.strip_suffix("::core::mem::size_of::<*constu8>()") else {
        return Some((text.parse().ok()?, 0));
    };
    let (bytes, pointers) = match rest.split_once('+') {
        Some((bytes, pointers)) => (bytes.parse().ok()?, pointers),
        None => (0, rest),
    };
    match pointers {
        "" => Some((bytes, 1)),
        pointers => Some((bytes, pointers.strip_suffix('*')?.parse().ok()?)),
    }
}

/// The same as the generator writes it.
pub(crate) fn offset_tokens((bytes, pointers): Offset) -> TokenStream {
    let [bytes_literal, pointers_literal] = [bytes, pointers].map(Literal::usize_unsuffixed);
    match (bytes, pointers) {
        (_, 0) => quote!(#bytes_literal),
        (0, 1) => quote!(::core::mem::size_of::<*const u8>()),
        (0, _) => quote!(#pointers_literal * ::core::mem::size_of::<*const u8>()),
        _ => quote!(#bytes_literal + #pointers_literal * ::core::mem::size_of::<*const u8>()),
    }
}

fn is_mod(tokens: &[TokenTree], name: &str) -> bool {
    is_ident(tokens.first(), "mod") && is_ident(tokens.last(), name)
}

fn is_path(token: &TokenTree) -> bool {
    matches!(token, TokenTree::Ident(_)) || is_punct(Some(token), ':')
}

fn is_ident(token: Option<&TokenTree>, name: &str) -> bool {
    matches!(token, Some(TokenTree::Ident(ident)) if ident == name)
}

fn is_punct(token: Option<&TokenTree>, character: char) -> bool {
    matches!(token, Some(TokenTree::Punct(punct)) if punct.as_char() == character)
}
