//! The component's bindings: the code of wit-bindgen, with each of a few large records lowered in one function.
//!
//! wit-bindgen writes out, in every export, how the export's result is lowered into memory and freed afterwards. For
//! records as large as `azure-error` and `secret-properties`, which most exports of Keyfob return, that is a tenth of
//! the component. [`generate!`] calls the same generator and moves this code into one function for each record.

use anyhow::{Context as _, Result};
use proc_macro2::TokenStream;
use quote::quote;

mod options;
mod share;
#[cfg(test)]
mod tests;
mod wit;

/// Generates bindings like `wit_bindgen::generate!`, whose options `path`, `world`, `inline`, `with` and
/// `generate_all` it takes.
///
/// `share: ["azure-error"]` names the records of exported interfaces that are lowered and freed in one function each.
/// The build fails if that is not possible everywhere.
#[proc_macro]
pub fn generate(input: proc_macro::TokenStream) -> proc_macro::TokenStream {
    let options = match syn::parse::<options::Options>(input) {
        Ok(options) => options,
        Err(error) => return error.into_compile_error().into(),
    };
    expand(&options)
        .unwrap_or_else(|problem| {
            let problem = format!("{problem:#}");
            quote!(::core::compile_error!(#problem);)
        })
        .into()
}

fn expand(options: &options::Options) -> Result<TokenStream> {
    let root = std::env::var("CARGO_MANIFEST_DIR").context("cargo sets CARGO_MANIFEST_DIR for macros")?;
    let interface = wit::Interface::read(root.as_ref(), options)?;
    let generated = interface.generate()?;
    let generated = if options.share.is_empty() {
        generated
    } else {
        share::share(&interface, generated, interface.generate_probe()?)?.0
    };
    // rustc then builds again when one of them changes.
    let files = interface.files.iter().map(|file| file.to_string_lossy());
    Ok(quote!(#generated #(const _: &[u8] = ::core::include_bytes!(#files);)*))
}
