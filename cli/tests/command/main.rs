//! The `keyfob` command as a person or a script runs it: the real binary against the fake Azure, over TLS on loopback.
//!
//! Nothing may leave this machine: every run connects each host of the fake, and the metadata service's address, to
//! loopback.

mod apps;
mod certificates;
mod clouds;
mod component;
mod configuration;
mod demo;
mod developer;
mod doctor;
mod edge_app;
mod environment;
mod failures;
mod fake;
mod identities;
mod inherited;
mod manual;
mod network;
mod run;
mod run_command;
mod run_composed;
mod run_http;
mod run_refused;
mod secrets;
mod spin;
mod usage;
mod vault;
mod world;
