//! The process that outlives its owner by a moment, to end what the owner started. `process` and `container` give it a script;
//! `TestServer` holds it.
//!
//! Its standard input is a pipe whose only write end is here, closed on exec, so that no other child keeps it open. The
//! script reads it until it ends: at `Drop`, or when the owner's process ends, in whatever way. The parent-death signal of Linux
//! would not do: it fires when the thread that started the child ends, and tests end their threads.

use std::{
    ffi::OsStr,
    io::Read as _,
    os::unix::process::CommandExt as _,
    process::{Child, Command, Stdio},
};

use crate::Error;

/// A running script that ends, and cleans up, when this value does.
#[derive(Debug)]
pub(crate) struct Supervisor {
    script: Child,
}

impl Supervisor {
    /// Runs the script with `/bin/sh`, with the arguments as `$1`, `$2`, …
    pub(crate) fn spawn(script: &str, args: impl IntoIterator<Item: AsRef<OsStr>>) -> Result<Self, Error> {
        let script = Command::new("/bin/sh")
            .args(["-c", script, "chakra-testkit"])
            .args(args)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            // Out of the terminal's foreground group: Ctrl-C ends the owner, not what cleans up after it.
            .process_group(0)
            .spawn()
            .map_err(Error::io("start /bin/sh"))?;
        Ok(Self { script })
    }

    /// The script's exit code and what it printed, if it has ended by itself.
    pub(crate) fn ended(&mut self) -> Result<Option<(i32, String)>, Error> {
        let Some(status) = self.script.try_wait().map_err(Error::io("look after the supervisor"))? else {
            return Ok(None);
        };
        let mut printed = Vec::new();
        if let Some(mut stderr) = self.script.stderr.take() {
            stderr.read_to_end(&mut printed).map_err(Error::io("read what the supervisor printed"))?;
        }
        // No code means that the supervisor itself was killed.
        Ok(Some((status.code().unwrap_or(-1), String::from_utf8_lossy(&printed).trim().to_owned())))
    }
}

impl Drop for Supervisor {
    fn drop(&mut self) {
        drop(self.script.stdin.take());
        // The script must not wait for someone to read its last words.
        drop(self.script.stderr.take());
        let _ = self.script.wait();
    }
}
