/** Starts the real binary with a small invented city in a folder of its own, on a free port, and stops it again. */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { openMail, type RunningMail } from './mail.ts';

export interface RunningCity {
  address: string;
  /** What the server said when it began: the staff's sign-ins stand there. */
  said: string;
  /** Where its mail arrives; null where no mail server is at hand. */
  mail: RunningMail | null;
  /** Runs a command of the binary beside the server. */
  command(...words: string[]): Promise<string>;
  stop(): Promise<void>;
}

const PATIENCE_MS = 60_000;

/** `WAYMARK_URL` names a server that runs already; else `WAYMARK_BIN` is started. */
export async function openCity(): Promise<RunningCity> {
  const running = process.env.WAYMARK_URL;
  if (running) return { address: running.replace(/\/$/, ''), said: process.env.WAYMARK_SAID ?? '', mail: null, command: () => Promise.reject(new Error('only beside a server of our own')), stop: async () => undefined };
  const binary = process.env.WAYMARK_BIN;
  if (!binary) throw new Error('Say which server to test: WAYMARK_BIN=…/waymark or WAYMARK_URL=http://…');
  const data = await mkdtemp(join(tmpdir(), 'waymark-e2e-'));
  const mail = await openMail();
  // All stories file from one address within minutes: no city would take that for residents.
  const environment = { ...process.env, ...mail?.settings, WAYMARK__CHALLENGE__MODE: 'off' };
  const server = spawn(binary, ['demo', '--data', data, '--requests', '120', '--seed', '311', '--port', '0'], { stdio: ['ignore', 'pipe', 'pipe'], env: environment });
  const said = await listening(server);
  const address = /listens on (http:\/\/\S+:\d+)/i.exec(said)?.[1];
  if (!address) throw new Error(`The server named no address:\n${said}`);
  return {
    address,
    said,
    mail,
    async command(...words) {
      const { stdout } = await promisify(execFile)(binary, [...words, '--data', data], { env: environment });
      return stdout;
    },
    async stop() {
      const gone = new Promise((resolve) => server.once('exit', resolve));
      server.kill('SIGTERM');
      await gone;
      await mail?.stop();
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
