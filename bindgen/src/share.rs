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

mod compare;
pub(crate) mod template;
pub(crate) mod tokens;

use anyhow::{Context as _, Result, anyhow};
use proc_macro2::{Delimiter, Ident, TokenStream, TokenTree};
use quote::quote;

use crate::wit::Interface;
use template::{Template, templates};
use tokens::{inside, is_ident};

/// A call that replaced statements.
pub(crate) struct Call {
    /// The function that is called.
    pub(crate) function: Ident,
    /// How much larger the numbers of the variables were.
    #[cfg_attr(not(test), expect(dead_code, reason = "the test restores the statements with it"))]
    pub(crate) renumbered: usize,
}

/// The generator's version; a test holds it against Cargo.toml.
pub(crate) const VERSION: &str = "0.63.0";

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
