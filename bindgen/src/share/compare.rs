//! Finds the statements of a template in an export.

use proc_macro2::{Group, Ident, TokenStream, TokenTree};
use quote::quote;

use super::Call;
use super::template::{Template, let_record};
use super::tokens::{Offset, can_be_variable, is_ident, is_punct, numbered, offset_of, offset_tokens, supers};

impl Template {
    /// A call in the place of the statements at the start, and how many tokens these are.
    pub(super) fn call(&self, tokens: &[TokenTree], module: &[String]) -> Option<(TokenStream, usize, Call)> {
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
