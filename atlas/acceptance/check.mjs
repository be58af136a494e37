// Drives the browsers over the pages of a running atlas and prints what is
// wrong as one JSON document. Usage: node check.mjs CONFIG.json
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { bad, config, problems, safest, withBrowser } from './browsers.mjs';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const rules = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
const address = (path, lang) => config.base + path + (lang ? (path.includes('?') ? '&' : '?') + 'lang=' + lang : '');

// open loads a page and watches that it asks nobody else for anything.
async function open(page, where, url, status = 200) {
  const seen = [];
  const watch = (r) => seen.push(r.url());
  page.on('request', watch);
  const response = await page.goto(url, { waitUntil: 'load', timeout: 60000 });
  page.off('request', watch);
  if (!response || response.status() !== status && response.status() !== 304) bad(where, 'status ' + (response && response.status()));
  for (const u of seen) if (!u.startsWith(config.base + '/') && !u.startsWith('data:')) bad(where, 'it asked for ' + u);
}

async function chromium() {
  await withBrowser('chromium', {}, async (browser) => {
    const page = await browser.newPage();
    page.on('console', (m) => { if (m.type() === 'error' && !m.text().includes('404 (Not Found)')) bad(page.url(), 'console: ' + m.text()); });
    page.on('pageerror', (e) => bad(page.url(), 'error: ' + e.message));
    for (const p of config.pages) {
      for (const lang of ['', 'qps']) {
        const where = 'chromium ' + (lang || 'en') + ' ' + p.name;
        await page.setViewport({ width: 1100, height: 900 });
        await open(page, where, address(p.path, lang), p.status);
        await page.evaluate(axe);
        const result = await page.evaluate((tags) => axe.run(document, { runOnly: { type: 'tag', values: tags }, resultTypes: ['violations'] }), rules);
        for (const v of result.violations) for (const n of v.nodes.slice(0, 3)) bad(where, 'axe ' + v.id + ': ' + n.html.slice(0, 160) + ' ' + (n.failureSummary || '').split('\n').slice(1, 2).join('').trim());
        if (config.shots) await page.screenshot({ path: join(config.out, p.name + '-' + (lang || 'en') + '-1100.png'), fullPage: true });
        await page.setViewport({ width: 320, height: 800, isMobile: true, hasTouch: true, deviceScaleFactor: 1 });
        await open(page, where + ' 320 px', address(p.path, lang), p.status);
        const narrow = await page.evaluate(() => ({ document: document.documentElement.scrollWidth, window: window.innerWidth,
          wide: [...document.body.querySelectorAll('*')].filter((e) => !e.closest('.scroll') && e.getBoundingClientRect().right > 321 && getComputedStyle(e).position !== 'absolute').slice(0, 3).map((e) => e.outerHTML.slice(0, 120)) }));
        if (narrow.document > 320 || narrow.window > 320) bad(where + ' 320 px', 'the document is ' + Math.max(narrow.document, narrow.window) + ' px wide: ' + narrow.wide.join(' | '));
        // Targets: 24 px in both directions, but for links within a sentence (WCAG 2.5.8).
        const small = await page.evaluate(() => [...document.querySelectorAll('a[href], button, input:not([type=hidden]), select, summary')].filter((e) => {
          const r = e.getBoundingClientRect();
          if (r.width === 0 || r.height === 0 || e.classList.contains('skip')) return false;
          if (getComputedStyle(e).display === 'inline' && e.parentElement.textContent.trim() !== e.textContent.trim()) return false;
          return r.width < 23.5 || r.height < 23.5;
        }).slice(0, 4).map((e) => e.outerHTML.slice(0, 140) + ' ' + JSON.stringify([e.getBoundingClientRect().width, e.getBoundingClientRect().height])));
        for (const s of small) bad(where + ' 320 px', 'a target under 24 px: ' + s);
        if (config.shots) await page.screenshot({ path: join(config.out, p.name + '-' + (lang || 'en') + '-320.png'), fullPage: true });
      }
      // Print: A4 and Letter, nothing cut off, addresses written out.
      if (!p.printed) continue;
      const where = 'print ' + p.name;
      await page.setViewport({ width: 688, height: 1000 });
      await open(page, where, address(p.path, ''), p.status);
      await page.emulateMediaType('print');
      const cut = await page.evaluate(() => [...document.querySelectorAll('.scroll, table, figure')].filter((e) => e.scrollWidth > 690).map((e) => e.outerHTML.slice(0, 120) + ' ' + e.scrollWidth));
      for (const c of cut) bad(where, 'wider than the sheet: ' + c);
      for (const format of ['A4', 'Letter']) {
        writeFileSync(join(config.out, p.name + '-' + format + '.pdf'), await page.pdf({ format, preferCSSPageSize: format === 'A4', printBackground: false, timeout: 120000 }));
      }
      await page.emulateMediaType('screen');
    }
  });
}

// firefox takes the same picture with the usual and with the locked-down
// preferences, and prints both, so that their text can be compared.
async function firefox(name, prefs) {
  await withBrowser('firefox', prefs, async (browser) => {
    const page = await browser.newPage();
    await page.setViewport({ width: 1100, height: 900 });
    for (const p of config.pages) {
      const where = 'firefox ' + name + ' ' + p.name;
      await open(page, where, address(p.path, ''), p.status);
      await page.screenshot({ path: join(config.out, p.name + '-firefox-' + name + '.png'), fullPage: false });
      if (p.printed) writeFileSync(join(config.out, p.name + '-firefox-' + name + '.pdf'), await page.pdf({ format: 'A4', timeout: 120000 }));
    }
  });
}

// Two browsers at a time, for machines of two cores.
await Promise.all([chromium(), firefox('default', {}).then(() => firefox('safest', safest))]);
console.log(JSON.stringify({ problems }));
