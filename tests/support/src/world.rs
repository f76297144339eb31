//! Sets up what a case describes: variables, files, and an egress that leads to a fake Azure with faults.

use std::path::Path;
use std::sync::{Arc, Mutex};

use keyfob_host_test::fake::Fake;
use keyfob_host_test::{Clock, Egress, Recorder, WallClock};
use tempfile::TempDir;

use crate::case::{Case, File, certificate};
use crate::faulty_azure::FaultyAzure;

/// What a component sees of the world.
pub struct World {
    pub env: Vec<(String, String)>,
    /// Where the case's files lie.
    pub root: TempDir,
    /// The folders that the component is given, as it names them.
    pub folders: Vec<String>,
    pub egress: Egress,
    /// What the egress leads to; `tests/conformance` looks at its faults.
    pub azure: Arc<FaultyAzure>,
    pub clock: Clock,
    /// The component's own idea of the date.
    pub wall: WallClock,
    /// What a person may see beside the log: the host's trace, and each value's `Debug`.
    pub visible: Arc<Mutex<String>>,
}

/// The vault that the app opens.
pub fn vault_url(case: &Case) -> String {
    let first = || case.azure.vaults.first().map(|vault| vault.url.clone());
    case.client.vault_url.clone().or_else(first).unwrap_or_default()
}

impl World {
    /// Everything that the case describes, and the list of what is then asked.
    pub fn of(case: &Case, clock: Clock) -> (Self, Recorder) {
        let fake = Fake::new(case.azure.clone()).unwrap();
        let mut env = fake.environment();
        env.retain(|(name, _)| !case.unset.contains(name) && !case.env.contains_key(name));
        env.extend(case.env.iter().map(|(name, value)| (name.clone(), value.clone())));

        let root = tempfile::tempdir().unwrap();
        let mut folders = Vec::new();
        let platforms = fake.files().into_iter().map(|(path, content)| File { path, content, ..File::default() });
        let platforms: Vec<File> = platforms.filter(|_| !case.files_not_granted).collect();
        for file in case.files.iter().chain(&platforms) {
            let place = root.path().join(file.path.trim_start_matches('/'));
            std::fs::create_dir_all(place.parent().unwrap()).unwrap();
            match (&file.link, &file.certificate) {
                (Some(link), _) => std::os::unix::fs::symlink(link, &place).unwrap(),
                (None, Some(name)) => std::fs::write(&place, certificate(name)).unwrap(),
                (None, None) => std::fs::write(&place, &file.content).unwrap(),
            }
            // The host gives the folder that the variable's file is in, not those that its links lead to.
            let folder = Path::new(&file.path).parent().unwrap().display().to_string();
            if !folders.iter().any(|known: &String| folder.starts_with(known.as_str())) {
                folders.push(folder);
            }
        }

        let azure = Arc::new(FaultyAzure { fake, faults: case.faults.clone().into() });
        let mut egress = Egress::in_process(azure.clone(), clock);
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
        (Self { env, root, folders, egress, azure, clock, wall: clock.into(), visible }, recorder)
    }
}
