//! Runs the `keyfob` binary against the fake Azure, over TLS on loopback.
//!
//! No request leaves this machine: each run connects the fake's hosts, and the metadata service's address, to loopback.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod apps;
mod certificates;
mod component_and_compose;
mod config_component;
mod demo;
mod developer;
mod doctor;
mod edge_app;
mod environment;
mod failures;
mod fake;
mod get_secret;
mod guest_crate;
mod help_and_man;
mod identities;
mod network;
mod proxy;
mod run;
mod run_async;
mod run_command;
mod run_composed;
mod run_grants;
mod run_http;
mod run_rejected;
mod secrets;
mod sovereign_clouds;
mod spin_compose;
mod spin_inheritance;
mod unwritable_output;
mod usage_errors;
mod world;
