//! Reading tokens: names, numbered variables and offsets, as the generator writes them.

use proc_macro2::{Group, Ident, Literal, TokenStream, TokenTree};
use quote::quote;

/// Bytes, and sizes of a pointer.
pub(crate) type Offset = (usize, usize);

/// Changes what is in a group; any other token stays.
pub(crate) fn inside(token: &TokenTree, change: impl FnOnce(Vec<TokenTree>) -> Vec<TokenTree>) -> TokenTree {
    let TokenTree::Group(group) = token else { return token.clone() };
    let changed = change(group.stream().into_iter().collect());
    TokenTree::Group(Group::new(group.delimiter(), changed.into_iter().collect()))
}

/// How many times `super::` stands at the start.
pub(super) fn supers(tokens: &[TokenTree]) -> usize {
    tokens.chunks(3).take_while(|chunk| is_ident(chunk.first(), "super")).count()
}

pub(super) fn mentions(name: &Ident, tokens: &[TokenTree]) -> bool {
    tokens.iter().any(|token| match token {
        TokenTree::Ident(ident) => ident == name,
        TokenTree::Group(group) => mentions(name, &group.stream().into_iter().collect::<Vec<_>>()),
        _ => false,
    })
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

pub(super) fn is_mod(tokens: &[TokenTree], name: &str) -> bool {
    is_ident(tokens.first(), "mod") && is_ident(tokens.last(), name)
}

pub(super) fn is_path(token: &TokenTree) -> bool {
    matches!(token, TokenTree::Ident(_)) || is_punct(Some(token), ':')
}

pub(super) fn is_ident(token: Option<&TokenTree>, name: &str) -> bool {
    matches!(token, Some(TokenTree::Ident(ident)) if ident == name)
}

pub(super) fn is_punct(token: Option<&TokenTree>, character: char) -> bool {
    matches!(token, Some(TokenTree::Punct(punct)) if punct.as_char() == character)
}
