//! SQLite's one writer: gathers what waits into one transaction, gives each closure a savepoint, commits durably once, and
//! then answers each (group commit). While it commits, the next batch gathers.

use std::panic::AssertUnwindSafe;
use std::time::Duration;

use futures_util::{FutureExt, future::LocalBoxFuture};
use sqlx::SqlitePool;
use tokio::runtime::Handle;
use tokio::sync::{mpsc, oneshot};
use tokio::time::sleep;

use super::tx::{Open, Tx};
use super::{Fault, dialect};

/// How often the file's write lock is asked for, a millisecond apart, before the writes are given up.
const TRIES: u32 = 20_000;

/// The queue in front of the writer.
#[derive(Clone)]
pub(super) struct Writer(mpsc::Sender<Box<dyn Job>>);

impl Writer {
    /// Starts the writer on a thread of its own: the closures' futures then need not be `Send`. It ends when the last
    /// handle is dropped. `most` is how many writes one commit may carry.
    pub fn start(pool: SqlitePool, most: usize) -> std::io::Result<Writer> {
        let (sender, queue) = mpsc::channel(1024);
        let here = Handle::current();
        std::thread::Builder::new().name("writer".into()).spawn(move || here.block_on(serve(pool, queue, most)))?;
        Ok(Writer(sender))
    }

    pub async fn write<T, E, F>(&self, work: F) -> Result<T, E>
    where
        F: AsyncFn(&mut Tx) -> Result<T, E> + Send + Sync + 'static,
        T: Send + 'static,
        E: Fault,
    {
        let (done, answer) = oneshot::channel();
        self.0.send(Box::new(Work { work, done, outcome: None })).await.map_err(|_| sqlx::Error::WorkerCrashed)?;
        answer.await.map_err(|_| sqlx::Error::WorkerCrashed)?.unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    }
}

/// A closure in the queue, its types erased.
trait Job: Send {
    /// Does the work; `true` if it is to be kept.
    fn run<'a>(&'a mut self, tx: &'a mut Tx) -> LocalBoxFuture<'a, bool>;
    /// Tells the caller, after the commit or after its failure.
    fn answer(self: Box<Self>, failure: Option<&str>);
}

/// A panic is an outcome too: it goes on in the caller, where it would have happened without the queue.
type Outcome<T, E> = std::thread::Result<Result<T, E>>;
struct Work<F, T, E> {
    work: F,
    done: oneshot::Sender<Outcome<T, E>>,
    outcome: Option<Outcome<T, E>>,
}

impl<T: Send, E: Fault, F: AsyncFn(&mut Tx) -> Result<T, E> + Send> Job for Work<F, T, E> {
    fn run<'a>(&'a mut self, tx: &'a mut Tx) -> LocalBoxFuture<'a, bool> {
        Box::pin(async move {
            if self.done.is_closed() {
                return false; // its caller left while it waited
            }
            let outcome = AssertUnwindSafe(tx.attempt(&self.work)).catch_unwind().await;
            matches!(self.outcome.insert(outcome), Ok(Ok(_)))
        })
    }

    fn answer(self: Box<Self>, failure: Option<&str>) {
        let _ = self.done.send(match (self.outcome, failure) {
            (Some(Ok(Ok(_))) | None, Some(why)) => Ok(Err(sqlx::Error::Protocol(why.into()).into())),
            (Some(outcome), _) => outcome,
            (None, None) => return,
        });
    }
}

async fn serve(pool: SqlitePool, mut queue: mpsc::Receiver<Box<dyn Job>>, most: usize) {
    let mut batch = Vec::with_capacity(most);
    while queue.recv_many(&mut batch, most).await > 0 {
        let failure = commit(&pool, &mut batch).await.err().map(|e| format!("nothing was written: {e}"));
        for job in batch.drain(..) {
            job.answer(failure.as_deref())
        }
    }
}

async fn commit(pool: &SqlitePool, batch: &mut [Box<dyn Job>]) -> sqlx::Result<()> {
    let mut tx = Tx::new(Open::Sqlite(pool.acquire().await?));
    let outcome = all_in(&mut tx, batch).await;
    // After a failure nobody knows how the connection stands (SQLite itself rolls back on a full disk): close it, which
    // undoes whatever is open. The pool opens another.
    if let (Err(_), Open::Sqlite(connection)) = (&outcome, tx.on) {
        connection.close().await.ok();
    }
    outcome
}

async fn all_in(tx: &mut Tx, batch: &mut [Box<dyn Job>]) -> sqlx::Result<()> {
    begin(tx).await?;
    for job in batch {
        let kept = job.run(tx).await;
        // One trip to the driver's thread per job; a savepoint rolled back to is still there, and serves the next.
        tx.sql(if kept { "release job; savepoint job" } else { "rollback to job" }).run().await?;
    }
    tx.sql("commit").run().await.map(drop)
}

/// Takes the file's write lock when another process (an import, a command) leaves it; each holds it for one batch at a time.
async fn begin(tx: &mut Tx) -> sqlx::Result<()> {
    let mut tries = 0;
    loop {
        match tx.sql("begin immediate; savepoint job").run().await {
            Err(e) if dialect::busy(&e) && tries < TRIES => tries += 1,
            outcome => return outcome.map(drop),
        }
        sleep(Duration::from_millis(1)).await;
    }
}
