//! What the macro is called with.

use proc_macro2::TokenStream;
use syn::parse::{Parse, ParseStream, Result};
use syn::punctuated::Punctuated;
use syn::{Ident, LitStr, Token, braced, bracketed};

/// The options of `generate!`.
#[derive(Default)]
pub(crate) struct Options {
    /// Folders of WIT packages, from the crate's root; the last one is the main package.
    pub(crate) paths: Vec<String>,
    /// A main package in WIT itself.
    pub(crate) inline: Option<String>,
    /// The world of the main package; not needed if it has only one.
    pub(crate) world: Option<String>,
    /// Interfaces and the Rust modules that stand for them.
    pub(crate) with: Vec<(String, String)>,
    /// Generates the interfaces of other packages too.
    pub(crate) generate_all: bool,
    /// The records that are lowered in one function each.
    pub(crate) share: Vec<String>,
}

impl Parse for Options {
    fn parse(input: ParseStream<'_>) -> Result<Self> {
        let mut options = Self::default();
        while !input.is_empty() {
            let name: Ident = input.parse()?;
            if name == "generate_all" {
                options.generate_all = true;
            } else {
                input.parse::<Token![:]>()?;
                match name.to_string().as_str() {
                    "path" if input.peek(LitStr) => options.paths = vec![input.parse::<LitStr>()?.value()],
                    "path" => options.paths = strings(input)?,
                    "inline" => options.inline = Some(input.parse::<LitStr>()?.value()),
                    "world" => options.world = Some(input.parse::<LitStr>()?.value()),
                    "with" => options.with = modules(input)?,
                    "share" => options.share = strings(input)?,
                    _ => return Err(syn::Error::new(name.span(), "not an option of keyfob_bindgen::generate!")),
                }
            }
            if !input.is_empty() {
                input.parse::<Token![,]>()?;
            }
        }
        Ok(options)
    }
}

fn strings(input: ParseStream<'_>) -> Result<Vec<String>> {
    let list;
    bracketed!(list in input);
    Ok(Punctuated::<LitStr, Token![,]>::parse_terminated(&list)?.iter().map(LitStr::value).collect())
}

fn modules(input: ParseStream<'_>) -> Result<Vec<(String, String)>> {
    struct Module(String, String);

    impl Parse for Module {
        fn parse(input: ParseStream<'_>) -> Result<Self> {
            let interface: LitStr = input.parse()?;
            input.parse::<Token![:]>()?;
            let mut path = TokenStream::new();
            while !input.is_empty() && !input.peek(Token![,]) {
                path.extend([input.parse::<proc_macro2::TokenTree>()?]);
            }
            Ok(Self(interface.value(), path.to_string()))
        }
    }

    let list;
    braced!(list in input);
    let modules = Punctuated::<Module, Token![,]>::parse_terminated(&list)?;
    Ok(modules.into_iter().map(|Module(interface, path)| (interface, path)).collect())
}
