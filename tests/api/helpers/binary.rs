//! The real binary as a process of its own, for stories about crashes and about several servers.

use std::io::{BufRead, BufReader, Lines};
use std::process::{Child, ChildStdout, Command, Stdio};

/// A running `waymark serve`; killed when dropped.
pub struct Binary {
    pub base: String,
    child: Child,
    _rest: Lines<BufReader<ChildStdout>>,
}

impl Binary {
    /// Serves a database on a free port and returns when it listens.
    pub fn serve(database: &str, data: &std::path::Path) -> Binary {
        Binary::spawn(command(database, data))
    }

    /// The same with a [`command`] that was given more.
    pub fn spawn(mut command: Command) -> Binary {
        let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        for line in lines.by_ref() {
            if let Some((_, base)) = line.unwrap().split_once("listens on ") {
                return Binary { base: base.trim().to_owned(), child, _rest: lines };
            }
        }
        panic!("the server ended before it listened: {:?}", child.wait());
    }

    /// SIGKILL, in the middle of whatever it does.
    pub fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

impl Drop for Binary {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// `waymark serve` over a database on a free port, quiet, not yet started.
pub fn command(database: &str, data: &std::path::Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_waymark"));
    command.args(["serve", "--port", "0", "--database", database, "--data"]).arg(data);
    command.env("WAYMARK_LOG", "error").env("WAYMARK__SERVER__WORKERS", "1").env("WAYMARK__RATES__ON", "false");
    command
}
