//! Builds the components that the features ask for, so that `cargo test` and `cargo run` need no step before them.

use component_build::Component;

fn main() {
    let mut components = vec![Component::Default];
    for (features, component) in [
        (&["CERTIFICATES"][..], Component::WithCertificates),
        (&["EMBEDDED"], Component::Embedded),
        (&["CONFIG"], Component::Config),
        (&["P3"], Component::P3),
        (&["P3", "CERTIFICATES"], Component::P3WithCertificates),
    ] {
        if features.iter().all(|feature| std::env::var_os(format!("CARGO_FEATURE_{feature}")).is_some()) {
            components.push(component);
        }
    }
    component_build::build_script(&components);
}
