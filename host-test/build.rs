//! Builds the components that the features ask for, so that `cargo test` and `cargo run` need no step before them.

use component_build::Component;

fn main() {
    let mut components = vec![Component::Default];
    for (feature, component) in [
        ("CARGO_FEATURE_CERTIFICATES", Component::WithCertificates),
        ("CARGO_FEATURE_EMBEDDED", Component::Embedded),
        ("CARGO_FEATURE_CONFIG", Component::Config),
    ] {
        if std::env::var_os(feature).is_some() {
            components.push(component);
        }
    }
    component_build::build_script(&components);
}
