//! Sets up what a case describes: variables, files, and an egress to a fake Azure.

use std::path::Path;
use std::sync::{Arc, Mutex};

use fake_azure::wire::{Request, ScriptedResponse, Service};
use fake_azure::{Description, Fake, MISAPPLIED};
use keyfob_host_test::{Clock, Egress, Recorder, WallClock};
use tempfile::TempDir;

use crate::case::{Case, File, certificate};

/// Everything that the component can see: variables, files, network and time.
pub struct World {
    pub env: Vec<(String, String)>,
    /// The folder that holds the files, as if it were `/`.
    pub root: TempDir,
    /// The paths of the folders that the component is granted.
    pub folders: Vec<String>,
    pub egress: Egress,
    /// What answers the requests.
    pub azure: Arc<Fake>,
    pub clock: Clock,
    /// The component's wall clock.
    pub wall: WallClock,
    /// The most memory that the component may have, in bytes; see SECURITY.md.
    pub max_memory: usize,
    /// Text that a person may see besides the log: the host's trace, and the `Debug` of values.
    pub visible: Arc<Mutex<String>>,
}

/// The most memory of an instance in MiB, whatever it is sent; see SECURITY.md.
const MAX_MEMORY_MIB: usize = 6;

/// The URL of the vault that the app opens.
pub fn vault_url(case: &Case) -> String {
    let first = || case.azure.vaults.first().map(|vault| vault.url.clone());
    case.client.vault_url.clone().or_else(first).unwrap_or_default()
}

impl World {
    /// Sets up what a case describes. The recorder lists the requests.
    pub fn of(case: &Case, clock: Clock) -> (Self, Recorder) {
        let faults = [case.azure.faults.clone(), case.faults.clone()].concat();
        let azure = Arc::new(Fake::new(Description { faults, ..case.azure.clone() }).unwrap());
        let mut env = azure.environment();
        env.retain(|(name, _)| !case.unset.contains(name) && !case.env.contains_key(name));
        env.extend(case.env.iter().map(|(name, value)| (name.clone(), value.clone())));

        let root = tempfile::tempdir().unwrap();
        let mut folders = Vec::new();
        let platform_files = azure.files().into_iter().map(|(path, content)| File { path, content, ..File::default() });
        let platform_files: Vec<File> = platform_files.filter(|_| !case.files_not_granted).collect();
        for file in case.files.iter().chain(&platform_files) {
            let path = root.path().join(file.path.trim_start_matches('/'));
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            match (&file.link, &file.certificate) {
                (Some(link), _) => std::os::unix::fs::symlink(link, &path).unwrap(),
                (None, Some(name)) => std::fs::write(&path, certificate(name)).unwrap(),
                (None, None) => std::fs::write(&path, &file.content).unwrap(),
            }
            // The host grants the folder that holds the file, but not the folders that links point to.
            let folder = Path::new(&file.path).parent().unwrap().display().to_string();
            if !folders.iter().any(|known: &String| folder.starts_with(known.as_str())) {
                folders.push(folder);
            }
        }

        let mut egress = Egress::in_process(Arc::new(CheckedAzure(azure.clone())), clock);
        match &case.allow {
            None => egress = egress.allow_any(),
            Some(hosts) => {
                for host in hosts {
                    egress = egress.allow(host);
                }
            }
        }
        let visible = Arc::new(Mutex::new(String::new()));
        let trace = Arc::clone(&visible);
        egress = egress.trace(move |line| trace.lock().unwrap().push_str(line));
        let recorder = egress.recorder();
        let max_memory = case.max_memory_mib.unwrap_or(MAX_MEMORY_MIB) << 20;
        (Self { env, root, folders, egress, azure, clock, wall: clock.into(), max_memory, visible }, recorder)
    }
}

/// A fake Azure that panics at a fault that can't be applied: the test would play another one.
struct CheckedAzure(Arc<Fake>);

impl Service for CheckedAzure {
    fn handle(&self, request: &Request, now: u64) -> ScriptedResponse {
        let response = self.0.handle(request, now);
        if let Some(why) = response.headers.get(MISAPPLIED) {
            panic!("a fault of {} can't be applied: {why:?}", request.uri());
        }
        response
    }
}
