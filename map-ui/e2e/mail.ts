/** A real mail server beside the city (`scripts/mail` names it), and what arrived at it. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { within } from './browser.ts';

export interface RunningMail {
  /** Settings of a server that sends its mail there. */
  settings: Record<string, string>;
  /** The words of the newest letter to somebody whose subject begins so; waits for it. */
  letter(to: string, subject: string): Promise<string>;
  stop(): Promise<void>;
}

export async function openMail(): Promise<RunningMail | null> {
  const [program, ...words] = (process.env.WAYMARK_TEST_SMTP ?? '').split(' ');
  if (!program) return null;
  const folder = await mkdtemp(join(tmpdir(), 'waymark-e2e-mail-'));
  const server = spawn(program, [...words, folder], { stdio: ['pipe', 'pipe', 'inherit'] });
  const port = await within(20_000, 'the start of the mail server', listening(server));
  return {
    settings: {
      WAYMARK__MAIL__HOST: '127.0.0.1',
      WAYMARK__MAIL__PORT: port,
      WAYMARK__MAIL__TLS: 'none',
      WAYMARK__MAIL__FROM: 'Alderford <311@alderford.example>',
    },
    async letter(to, subject) {
      for (let tries = 0; tries < 150; tries++) {
        const found = await arrived(folder);
        const newest = found.filter((text) => text.includes(`\nTo: ${to}\n`) && text.includes(`\nSubject: ${subject}`)).at(-1);
        if (newest) return newest.slice(newest.indexOf('\n\n'));
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
      throw new Error(`No letter to ${to} about ${subject} came`);
    },
    async stop() {
      const gone = new Promise((resolve) => server.once('exit', resolve));
      server.kill('SIGKILL');
      await gone;
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Every letter, oldest first: the id of its row stands in its Message-ID. */
async function arrived(folder: string): Promise<string[]> {
  const names = await readdir(join(folder, 'mail', 'new')).catch(() => []);
  const texts = await Promise.all(names.map((name) => readFile(join(folder, 'mail', 'new', name), 'utf8')));
  const row = (text: string) => Number(/Message-ID: <waymark\.(\d+)\./.exec(text)?.[1] ?? 0);
  return texts.map((text) => `\n${plain(text)}`).sort((a, b) => row(a) - row(b));
}

/** Without its transfer encoding, as far as English needs it (RFC 2045, 6.7): soft breaks and `=`. */
const plain = (text: string) => (text.includes('Content-Transfer-Encoding: quoted-printable') ? text.replaceAll('=\n', '').replaceAll('=3D', '=') : text);

function listening(server: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    server.stdout?.on('data', (words: Buffer) => {
      const port = /listening on (\d+)/.exec(words.toString())?.[1];
      if (port) resolve(port);
    });
    server.once('exit', (code) => reject(new Error(`The mail server ended with ${code}`)));
  });
}
