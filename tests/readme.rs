//! The README's code is the code that is built.

#[test]
fn the_readmes_app_is_the_example() {
    let readme = include_str!("../README.md");
    let example = include_str!("../examples/rust-app/src/main.rs");
    assert!(readme.contains(&format!("```rust\n{example}```")));
}
