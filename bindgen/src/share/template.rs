//! The templates: what lowers or frees a record, taken from the probe.

use anyhow::{Context as _, Result, bail};
use proc_macro2::{Delimiter, Group, Ident, TokenStream, TokenTree};
use quote::{format_ident, quote};

use super::tokens::{inside, is_ident, is_mod, is_path, is_punct, mentions, supers};
use crate::wit::{PROBE, Record};

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

impl Template {
    /// The function.
    pub(super) fn function(&self) -> TokenStream {
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
    pub(super) fn is_in(&self, function: &str) -> bool {
        if self.record.is_some() { function.starts_with("_export_") } else { function.starts_with("__post_return_") }
    }
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
pub(super) fn let_record(tokens: &[TokenTree]) -> Option<(&[TokenTree], &Group, &[TokenTree])> {
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
