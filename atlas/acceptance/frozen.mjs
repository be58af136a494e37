// Reads a frozen release from its folder, without a server, and prints what is
// wrong as one JSON document. Usage: node frozen.mjs CONFIG.json
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bad, config, problems, safest, withBrowser } from './browsers.mjs';

const file = (name) => config.base + name.split('/').map(encodeURIComponent).join('/');
const clicks = {}; // by page: where a link was, and where it leads, for browsers that tell nothing of a page

// open loads a page and watches that nothing outside of the folder is asked for.
async function open(page, where, name) {
  const seen = [];
  const watch = (r) => seen.push(r.url());
  page.on('request', watch);
  await page.goto(file(name), { waitUntil: 'load', timeout: 60000 });
  page.off('request', watch);
  for (const u of seen) if (!u.startsWith(config.base) && !u.startsWith('data:') && u !== config.outside) bad(where, 'it asked for ' + u);
}

// look is what a page looks like to a program: style, pictures and links.
const look = () => ({
  sheets: [...document.styleSheets].map((s) => { try { return s.cssRules.length; } catch { return s.href ? -1 : 0; } }),
  font: getComputedStyle(document.body).fontFamily,
  nav: getComputedStyle(document.querySelector('header.site nav ul')).listStyleType,
  skip: getComputedStyle(document.querySelector('a.skip')).position,
  pictures: [...document.images].map((i) => ({ src: i.getAttribute('src'), wide: i.complete ? i.naturalWidth : -1 })),
  links: [...document.querySelectorAll('a[href]')].map((a) => ({ href: a.href, raw: a.getAttribute('href') })),
  click: [...document.querySelectorAll('main a[href]')].filter((a) => a.protocol === 'file:' && !a.getAttribute('href').startsWith('#') && a.pathname.endsWith('.html')).map((a) => {
    const r = a.getClientRects()[0];
    return r && { href: a.href, x: r.x + r.width / 2, y: r.y + r.height / 2 };
  }).filter((c) => c && c.y > 0 && c.y < 890 && c.x < 1090),
});

function check(where, seen) {
  if (seen.nav !== 'none' || seen.skip !== 'absolute' || !seen.font.includes('system-ui')) bad(where, 'no style: list marks ' + seen.nav + ', skip link ' + seen.skip + ', font ' + seen.font);
  for (const p of seen.pictures) if ((p.src === config.outside) === (p.wide > 0)) bad(where, 'the picture ' + p.src + ' is ' + p.wide + ' wide');
  for (const l of seen.links) {
    if (/^https?:/.test(l.raw) || l.raw.startsWith('#')) continue;
    // Some pages are frozen here, not all that they lead to: the test of a whole release looks for those.
    if (!l.href.startsWith(config.base)) bad(where, 'it leads out of the folder: ' + l.raw);
  }
}

async function browse(kind, level, prefs, tells) {
  await withBrowser(kind, prefs, async (browser) => {
    const page = await browser.newPage();
    await page.setViewport({ width: 1100, height: 900 });
    // Browsers say it when the policy keeps a picture out; one page asks for such a picture.
    const said = (what) => { if (!what.includes(config.outside)) bad(page.url(), kind + ' ' + level + ' said: ' + what); };
    page.on('console', (m) => { if (m.type() === 'error') said(m.text()); });
    page.on('pageerror', (e) => said(e.message));
    let followed = 0;
    for (const name of config.files) {
      const where = kind + ' ' + level + ' ' + name;
      await open(page, where, name);
      await page.screenshot({ path: join(config.out, name.replaceAll('/', '_') + '-' + kind + '-' + level + '.png') });
      if (tells) {
        const seen = await page.evaluate(look);
        check(where, seen);
        const c = seen.click.find((c) => existsSync(fileURLToPath(c.href.split('#')[0])));
        if (c) clicks[kind + name] = c;
      }
      const c = clicks[kind + name];
      if (!c || followed >= 8) continue;
      // A click is a click for any browser; where it led is in the address.
      followed++;
      await page.mouse.click(c.x, c.y);
      for (let i = 0; i < 100 && page.url() !== c.href; i++) await new Promise((r) => setTimeout(r, 100));
      if (page.url() !== c.href) bad(where, 'the link to ' + c.href + ' led to ' + page.url());
    }
    if (followed < 5) bad(kind + ' ' + level, 'only ' + followed + ' links were followed');
  });
}

await browse('chromium', 'default', {}, true);
await browse('firefox', 'default', {}, true);
await browse('firefox', 'safest', safest, false);
console.log(JSON.stringify({ problems }));
