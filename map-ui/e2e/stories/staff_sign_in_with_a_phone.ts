/** A second factor: set up, asked for, and a recovery code where the phone is gone. */
import { createHmac } from 'node:crypto';
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Page } from 'playwright-core';
import { assertAccessible } from '../browser.ts';
import { sitDown, staffOf } from '../desk.ts';
import { open, world } from '../world.ts';

/** The code of RFC 6238 that an authenticator with this secret shows. */
function codeOf(secret: string, step = Math.floor(Date.now() / 30_000)): string {
  const bits = [...secret].map((letter) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(letter).toString(2).padStart(5, '0')).join('');
  const key = Buffer.from((bits.match(/.{8}/g) ?? []).map((octet) => Number.parseInt(octet, 2)));
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(step));
  const mac = createHmac('sha1', key).update(counter).digest();
  const at = (mac.at(-1) ?? 0) & 15;
  return String((mac.readUInt32BE(at) & 0x7fffffff) % 1_000_000).padStart(6, '0');
}

async function firstStep(page: Page, { email, password }: { email: string; password: string }): Promise<void> {
  await page.goto('/desk');
  await page.getByLabel('Work e-mail').fill(email);
  await page.getByLabel('Password').fill(password);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('heading', { name: 'Second step' }).waitFor();
}

test('a member of staff sets up a second factor and signs in with it', async () => {
  const auditor = staffOf('auditor');
  let secret = '';
  let codes: string[] = [];
  await open({ expects: /status of 401/ }, async (page) => {
    await sitDown(page, '/settings/account', 'auditor');
    await page.getByRole('button', { name: 'Set up a second factor' }).click();
    await page.getByLabel('Your password').last().fill(auditor.password);
    await page.getByRole('button', { name: 'Set up a second factor' }).click();
    await page.getByRole('img', { name: 'QR code' }).waitFor();
    await assertAccessible(page, 'setting up a second factor');
    secret = ((await page.locator('.secret').textContent()) ?? '').replaceAll(/\s/g, '');
    assert.match(secret, /^[A-Z2-7]{32}$/);
    await page.getByLabel('Code that the app shows').fill(codeOf(secret));
    await page.getByRole('button', { name: 'Turn it on' }).click();
    await page.getByRole('heading', { name: 'Recovery codes' }).waitFor();
    codes = await page.locator('.codes li').allTextContents();
    assert.equal(codes.length, 10);
    await assertAccessible(page, 'recovery codes');
    await page.getByRole('button', { name: 'I have kept them' }).click();
    await page.getByText('Recovery codes left: 10').waitFor();
    await page.getByText('This browser').waitFor();
    await assertAccessible(page, 'the account');
    await page.goto('/desk');
    await page.getByRole('button', { name: 'Sign out' }).click();

    // A code counts once, also across the two steps: the one after that which was shown to set it up.
    await firstStep(page, auditor);
    await assertAccessible(page, 'the second step');
    await page.getByLabel('Code from your app').fill('000000');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('alert').waitFor();
    await page.getByLabel('Code from your app').fill(codeOf(secret, Math.floor(Date.now() / 30_000) + 1));
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('grid').waitFor();
  });

  await open({ width: 390, dark: true, language: 'es', expects: /status of 401/ }, async (page) => {
    await page.goto('/desk');
    await page.getByLabel('Correo de trabajo').fill(auditor.email);
    await page.getByLabel('Contraseña').fill(auditor.password);
    await page.getByRole('button', { name: 'Entrar' }).click();
    await page.getByRole('button', { name: 'Usar un código de recuperación' }).click();
    await assertAccessible(page, 'the recovery code, dark, on a phone');
    await page.getByLabel('Código de recuperación').fill(codes[0] ?? '');
    await page.getByRole('button', { name: 'Entrar' }).click();
    await page.getByRole('grid').waitFor();
    // The story leaves the account as it found it.
    const removed = await page.request.post('/api/account/second-factor/removal', { data: { password: auditor.password }, headers: { origin: world.base } });
    assert.equal(removed.status(), 204);
  });
});
