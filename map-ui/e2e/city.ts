/** Starts the real binary with a small invented city in a folder of its own, on a free port, and stops it again. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface RunningCity {
  address: string;
  /** What the server said when it began: the staff's sign-ins stand there. */
  said: string;
  stop(): Promise<void>;
}

const PATIENCE_MS = 60_000;

/** `WAYMARK_URL` names a server that runs already; else `WAYMARK_BIN` is started. */
export async function openCity(): Promise<RunningCity> {
  const running = process.env.WAYMARK_URL;
  if (running) return { address: running.replace(/\/$/, ''), said: process.env.WAYMARK_SAID ?? '', stop: async () => undefined };
  const binary = process.env.WAYMARK_BIN;
  if (!binary) throw new Error('Say which server to test: WAYMARK_BIN=…/waymark or WAYMARK_URL=http://…');
  const data = await mkdtemp(join(tmpdir(), 'waymark-e2e-'));
  const server = spawn(binary, ['demo', '--data', data, '--requests', '120', '--seed', '311', '--port', '0'], {
    stdio: ['ignore', 'pipe', 'pipe'],
    // All stories file from one address within minutes: no city would take that for residents.
    env: { ...process.env, WAYMARK__CHALLENGE__MODE: 'off' },
  });
  const said = await listening(server);
  const address = /listens on (http:\/\/\S+:\d+)/i.exec(said)?.[1];
  if (!address) throw new Error(`The server named no address:\n${said}`);
  return {
    address,
    said,
    async stop() {
      const gone = new Promise((resolve) => server.once('exit', resolve));
      server.kill('SIGTERM');
      await gone;
      await rm(data, { recursive: true, force: true });
    },
  };
}

function listening(server: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let said = '';
    const late = setTimeout(() => reject(new Error(`The server did not listen within ${PATIENCE_MS} ms:\n${said}`)), PATIENCE_MS);
    const hear = (words: Buffer) => {
      said += words.toString();
      if (!/listens on http:\/\//i.test(said)) return;
      clearTimeout(late);
      // What follows in the same breath (the sign-ins) is waited for.
      setTimeout(() => resolve(said), 300);
    };
    server.stdout?.on('data', hear);
    server.stderr?.on('data', hear);
    server.once('exit', (code) => reject(new Error(`The server stopped with ${code}:\n${said}`)));
  });
}
