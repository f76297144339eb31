# The same commands as in CONTRIBUTING.md and .ci/run; `just` lists them.

# List the recipes
default:
    @just --list

# Play the demo against a fake Azure
demo:
    cargo run

# Before every commit: format, lints, unit tests
fast:
    .ci/run quick

# All tests of the workspace
test:
    cargo test

# The test cases whose name contains NAME
case NAME:
    cargo test --test cases -- {{NAME}}

# Links, snippet and tables of the documents
docs:
    cargo test --test docs

# Everything, as CI does
full:
    .ci/run

# The stages that download tools or packages
network:
    .ci/run fuzz
    .ci/run supply-chain
    .ci/run conformance
    .ci/run examples
    .ci/run packages
    .ci/run release
    .ci/run newest

# One stage of .ci/run: quick, test, component, fuzz, supply-chain, conformance, examples, packages, release, newest
stage NAME:
    .ci/run {{NAME}}

# Build a release in a new folder
release FOLDER:
    release/run {{FOLDER}}

# Measure the figures of docs/benchmarks.md
figures:
    cargo run --release -p xtask -- figures

# Measure the weights of docs/dependencies.md
weights:
    cargo xtask weights
